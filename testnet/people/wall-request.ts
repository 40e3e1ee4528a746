/** Calls the wall API of a phone and waits politely when it asks to. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { TestnetError } from '../testnet-error.ts';

export interface WallRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

const ATTEMPTS = 8;
const TIMEOUT_MS = 60_000;
/** Too many requests, a ring that is not ready for them, or takes long: all of that passes. */
const PASSING = new Set([429, 503, 504]);

/**
 * The answer's body. What may have been done before it is asked again is done once. Throws a TestnetError with the phone's
 * own words when it refuses, or does not answer.
 */
export async function askWall<Body>(url: string, asked: WallRequest = {}): Promise<Body> {
  const request = { ...asked, headers: { ...asked.headers, 'idempotency-key': randomUUID() } };
  for (let attempt = 1; ; attempt++) {
    const response = await send(url, request);
    const text = await response.text();
    if (response.ok) return (text === '' ? {} : JSON.parse(text)) as Body;
    if (!PASSING.has(response.status) || attempt === ATTEMPTS) throw refusal(url, response.status, text);
    const seconds = Number(response.headers.get('retry-after') ?? 0.25 * attempt);
    await pause(1000 * Math.min(seconds, 5), undefined, { signal: request.signal });
  }
}

async function send(url: string, { method, token, body, headers, signal }: WallRequest): Promise<Response> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  try {
    return await fetch(url, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        ...headers,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw new TestnetError(`${url} does not answer: ${(error as Error).message}`);
  }
}

function refusal(url: string, status: number, text: string): TestnetError {
  let said = text.slice(0, 200);
  try {
    const { title, detail } = JSON.parse(text) as { title?: string; detail?: string };
    said = [title, detail].filter((part) => part !== undefined).join(': ');
  } catch {
    // No problem document: the text itself is what was said.
  }
  return new TestnetError(`${url} answered ${status}: ${said}`);
}
