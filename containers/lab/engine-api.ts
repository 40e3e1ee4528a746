/** The container engine's HTTP API over its socket: what of it the lab needs (Docker Engine API, version 1.41). */
import { type IncomingMessage, request } from 'node:http';
import { json, text } from 'node:stream/consumers';

/** What the engine answered instead of doing what it was asked. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  /** HTTP status of the answer; 0: there was none. */
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** One container of a list. */
export interface ListedContainer {
  readonly Id: string;
  /** `created`, `running`, `paused`, `exited`, … */
  readonly State: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>> };
}

export interface InspectedContainer {
  readonly State: { readonly Running: boolean; readonly ExitCode: number };
  readonly Config: Readonly<Record<string, unknown>> & { readonly Labels: Readonly<Record<string, string>> };
  readonly HostConfig: Readonly<Record<string, unknown>> & { readonly NetworkMode: string };
}

/** Starting a container on a busy machine takes a while, ending one its grace. */
const TIMEOUT_MS = 60_000;
const VERSION = '/v1.41';
const NO_CONTENT = 204;

export class EngineApi {
  readonly #socket: string;

  constructor(socket: string) {
    this.#socket = socket;
  }

  /** All containers, also those that do not run, that have all of the labels. */
  async list(labels: readonly string[]): Promise<readonly ListedContainer[]> {
    const filters = encodeURIComponent(JSON.stringify({ label: labels }));
    return (await this.#ask('GET', `/containers/json?all=true&filters=${filters}`)) as ListedContainer[];
  }

  async inspect(container: string): Promise<InspectedContainer> {
    return (await this.#ask('GET', `/containers/${container}/json`)) as InspectedContainer;
  }

  /** Resolves with the id of the new container. */
  async create(name: string, description: object): Promise<string> {
    return ((await this.#ask('POST', `/containers/create?name=${name}`, description)) as { Id: string }).Id;
  }

  async act(container: string, action: 'start' | 'stop' | 'kill' | 'pause' | 'unpause'): Promise<void> {
    await this.#ask('POST', `/containers/${container}/${action}`);
  }

  async #ask(method: string, path: string, body?: object): Promise<unknown> {
    const asked = request({
      ...{ socketPath: this.#socket, method, path: VERSION + path, timeout: TIMEOUT_MS },
      headers: { host: 'engine', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    });
    const answered = Promise.withResolvers<IncomingMessage>();
    asked.on('timeout', () => asked.destroy(new Error('it does not answer')));
    asked.on('error', (error) =>
      answered.reject(new EngineError(0, `the container engine: ${error.message}`, { cause: error })),
    );
    asked.on('response', answered.resolve);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
    const response = await answered.promise;
    const status = response.statusCode ?? 0;
    const isJson = status !== NO_CONTENT && response.headers['content-type']?.includes('json') === true;
    const answer = await (isJson ? json(response) : text(response));
    if (status < 400) return answer;
    throw new EngineError(status, (answer as { message?: string }).message ?? String(answer));
  }
}
