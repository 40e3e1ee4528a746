/** Asks phones over their REST APIs what they say of themselves; a bound on how long, and on how much they may say. */
import { Agent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { parseHostPort } from '../../shared/runtime/network/host-port.ts';
import { type Figures, readFigures } from '../core/figures.ts';
import type { ProbeFailure } from '../core/phone-book.ts';
import type { RingView } from '../core/ring-views.ts';
import type { ZoneWords } from '../core/zone-map.ts';
import { readRingView, readSelf, readZones, type SelfAnswer } from './phone-answers.ts';

const TIMEOUT_MS = 1_500;
/** For what takes a phone some work. */
const SLOW_TIMEOUT_MS = 4_000;
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
/** Connections kept open for the next questions; phones are asked in turn, so most would wait long for one. */
const MAX_FREE_SOCKETS = 64;
/** Less than the phones keep an idle connection. */
const KEEP_ALIVE_MS = 30_000;

/** Why a phone gave no answer that can be used. */
export class PhoneFailure extends Error {
  override readonly name = 'PhoneFailure';
  readonly how: ProbeFailure;

  constructor(how: ProbeFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.how = how;
  }
}

export class PhoneClient {
  readonly #agent = new Agent({
    keepAlive: true,
    maxTotalSockets: 512,
    maxFreeSockets: MAX_FREE_SOCKETS,
    timeout: KEEP_ALIVE_MS,
  });

  close(): void {
    this.#agent.destroy();
  }

  /** GET /v1/network/self. Throws a PhoneFailure. */
  async self(api: string): Promise<SelfAnswer> {
    const answer = readSelf(await this.json(api, '/v1/network/self'));
    if (answer === undefined) throw new PhoneFailure('refused', `${api} does not say which phone it is`);
    return answer;
  }

  /** GET /v1/network/ring. Throws a PhoneFailure. */
  async ring(api: string): Promise<RingView> {
    return readRingView(await this.json(api, '/v1/network/ring'));
  }

  /** GET /v1/network/zones. Throws a PhoneFailure. */
  async zones(api: string): Promise<ZoneWords> {
    const words = readZones(await this.json(api, '/v1/network/zones', SLOW_TIMEOUT_MS));
    if (words === undefined) throw new PhoneFailure('refused', `${api} does not say which zones it has`);
    return words;
  }

  /** GET /metrics, as far as the gateway knows them. Throws a PhoneFailure. */
  async figures(api: string): Promise<Figures> {
    return readFigures(await this.text(api, '/metrics', SLOW_TIMEOUT_MS));
  }

  /** A JSON answer of 200. Throws a PhoneFailure. */
  async json(api: string, path: string, timeoutMs = TIMEOUT_MS): Promise<unknown> {
    return parse(await this.text(api, path, timeoutMs), api, path);
  }

  async text(api: string, path: string, timeoutMs = TIMEOUT_MS): Promise<string> {
    const { status, text } = await this.#read(api, path, timeoutMs);
    if (status !== 200) throw new PhoneFailure('refused', `${api}${path} answers ${status}`);
    return text;
  }

  /** What it answers, whatever the status. Throws a PhoneFailure when that is no JSON, or nothing. */
  async answer(
    api: string,
    path: string,
    timeoutMs: number,
  ): Promise<{ readonly status: number; readonly body: unknown }> {
    const { status, text } = await this.#read(api, path, timeoutMs);
    return { status, body: parse(text, api, path) };
  }

  async #read(
    api: string,
    path: string,
    timeoutMs: number,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const address = parseHostPort(api);
    if (address === undefined) throw new PhoneFailure('refused', `${api} is no address`);
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const response = await this.#get({ ...address, path, agent: this.#agent, signal });
      return { status: response.statusCode ?? 0, text: await readBounded(response) };
    } catch (error) {
      const how = signal.aborted ? 'silent' : 'refused';
      throw new PhoneFailure(how, `${api}${path}: ${(error as Error).message}`, { cause: error });
    }
  }

  #get(options: RequestOptions): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      httpRequest(options, resolve).once('error', reject).end();
    });
  }
}

function parse(text: string, api: string, path: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new PhoneFailure('refused', `${api}${path} answers no JSON`, { cause: error });
  }
}

async function readBounded(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`the answer has more than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
