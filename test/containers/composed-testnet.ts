/** A testnet as `docker compose up` starts it, under a project of its own, for tests: behind published ports alone. */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { prometheusImage } from '../../containers/image.ts';
import { run } from '../../containers/program.ts';
import { eventually } from '../integration/eventually.ts';
import { request } from '../integration/wall-client.ts';

export interface ComposedTestnetOptions {
  readonly phones: number;
  /** Prometheus beside them. Default: no. */
  readonly watched?: boolean;
  /** The churn lab, for who shows this token. Default: none. */
  readonly labToken?: string;
}

/** A phone as the gateway lists it. */
export interface ListedPhone {
  readonly n: number;
  readonly state: string;
}

/** A busy machine makes keys and signs posts slowly; on a quiet one all of it takes well below a minute. */
export const PATIENCE_MS = 600_000;

export class ComposedTestnet implements AsyncDisposable {
  readonly project: string;
  /** Base URL of the gateway. */
  readonly door: string;
  /** Base URL of Prometheus, where it is watched. */
  readonly prometheus: string;
  readonly #options: ComposedTestnetOptions;
  readonly #environment: Readonly<Record<string, string>>;

  private constructor(options: ComposedTestnetOptions, ports: readonly number[], environment: Record<string, string>) {
    this.#options = options;
    this.project = `ringwall-compose-${randomBytes(3).toString('hex')}`;
    this.door = `http://127.0.0.1:${ports[0]}`;
    this.prometheus = `http://127.0.0.1:${ports[1]}`;
    this.#environment = environment;
  }

  /** Resolves once all containers are started. */
  static async start(options: ComposedTestnetOptions): Promise<ComposedTestnet> {
    const ports = [await freePort(), await freePort()];
    const net = new ComposedTestnet(options, ports, {
      RINGWALL_PORT: String(ports[0]),
      RINGWALL_PROMETHEUS_PORT: String(ports[1]),
      RINGWALL_IMAGE: process.env['RINGWALL_TEST_IMAGE']!,
      ...(options.watched ? { PROMETHEUS_IMAGE: await prometheusImage(() => undefined) } : {}),
      ...(options.labToken === undefined ? {} : { RINGWALL_ADMIN_TOKEN: options.labToken }),
    });
    const services = ['tune', 'phone', 'gateway', 'people'];
    if (options.watched) services.push('prometheus');
    if (options.labToken !== undefined) services.push('lab');
    try {
      await net.compose('up', '--detach', '--no-build', '--scale', `phone=${options.phones}`, ...services);
      return net;
    } catch (error) {
      await net[Symbol.asyncDispose]();
      throw error;
    }
  }

  async compose(...parameters: readonly string[]): Promise<string> {
    const files = ['docker-compose.yml', ...(this.#options.labToken === undefined ? [] : ['docker-compose.lab.yml'])];
    return await run(
      'docker',
      [
        'compose',
        ...files.flatMap((file) => ['--file', file]),
        '--project-name',
        this.project,
        ...['--profile', this.#options.watched ? 'observability' : 'minimal'],
        ...parameters,
      ],
      { environment: this.#environment },
    );
  }

  /** Resolves once people and their posts are on the phones; rejects at once with what the people said if they cannot be. */
  async waitForPeople(): Promise<void> {
    const ended = await eventually(
      'people and posts are there',
      async () => {
        const state = await this.compose('ps', '--all', '--format', '{{.State}} {{.ExitCode}}', 'people');
        return /^exited (\d+)/m.exec(state)?.[1];
      },
      PATIENCE_MS,
    );
    if (ended !== '0') throw new Error(`the people ended with ${ended}: ${await this.compose('logs', 'people')}`);
  }

  async phones(): Promise<readonly ListedPhone[]> {
    return (await request<{ items: ListedPhone[] }>(`${this.door}/v1/phones`)).body.items;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.compose('--profile', '*', 'down', '--volumes', '--remove-orphans', '--timeout', '1');
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
