/** The REST API of a phone as a test uses it: what a person's app would send, with the answers as they come. */
import { randomUUID } from 'node:crypto';
import { eventually } from './eventually.ts';

export interface Answer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface PostBody {
  readonly id: string;
  readonly author: string;
  readonly text: string;
  readonly createdAt: string;
  readonly custody: { readonly replicas: number; readonly acknowledged: number };
}

interface RequestOptions {
  readonly method?: string;
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 60_000;
/** ring-unavailable, too-few-replicas, ring-timeout: too few phones answered in time to tell; the app is to ask again. */
const CANNOT_TELL: ReadonlySet<number> = new Set([503, 504]);
/** idempotency-conflict: the phone is still at the request that was given up here. */
const UNDER_WAY = 409;

/** Calls a phone; resolves with whatever it answers. Rejects only when it does not answer within `timeoutMs`. */
export async function request<Body = Record<string, unknown>>(
  url: string,
  options: RequestOptions = {},
): Promise<Answer<Body>> {
  const headers: Record<string, string> = { ...options.headers };
  if (options.token !== undefined) headers['authorization'] = `Bearer ${options.token}`;
  if (options.body !== undefined) headers['content-type'] = 'application/json';
  const response = await fetch(url, {
    method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
    headers,
    body: options.body === undefined ? null : JSON.stringify(options.body),
    signal: AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text === '' ? {} : JSON.parse(text)) as Body };
}

/**
 * Calls a phone as an app does, until it can tell: that too few others answered it in time is no answer yet. Whatever else
 * it says counts at once, that nobody holds what was asked for, too. For requests that may be repeated.
 */
export async function requestUntilTold<Body = Record<string, unknown>>(
  url: string,
  options: RequestOptions = {},
): Promise<Answer<Body>> {
  return await eventually(`${url} can be told`, async () => {
    const answer = await request<Body>(url, options);
    if (CANNOT_TELL.has(answer.status)) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer;
  });
}

/** A person signed in at one phone. */
export class WallClient {
  readonly api: string;
  readonly person: string;
  readonly token: string;
  readonly recoveryPhrase: string;

  private constructor(api: string, person: string, token: string, recoveryPhrase: string) {
    this.api = api;
    this.person = person;
    this.token = token;
    this.recoveryPhrase = recoveryPhrase;
  }

  static async signUp(api: string, name: string): Promise<WallClient> {
    const body = { name, passphrase: `the long passphrase of ${name}` };
    type Made = { person: { id: string }; session: { token: string }; recoveryPhrase: string };
    const answer = await requestUntilTold<Made>(`${api}/v1/identity`, { body });
    if (answer.status !== 201) throw new Error(`no identity at ${api}: ${JSON.stringify(answer.body)}`);
    return new WallClient(api, answer.body.person.id, answer.body.session.token, answer.body.recoveryPhrase);
  }

  /** Writes a post until a majority of the phones that should keep it has it: the same one, however often it is sent. */
  async publish(text: string, more: Record<string, unknown> = {}): Promise<PostBody> {
    const key = { 'idempotency-key': randomUUID() };
    const draft = { text, audience: 'public', ...more };
    const { status, body } = await eventually(`"${text}" is acknowledged`, async () => {
      const answer = await this.send<PostBody>('POST', '/v1/posts', draft, key);
      if (CANNOT_TELL.has(answer.status) || answer.status === UNDER_WAY) throw new Error(JSON.stringify(answer.body));
      return answer;
    });
    if (status !== 201) throw new Error(`"${text}" was refused with ${status}: ${JSON.stringify(body)}`);
    return body;
  }

  /** Writes a post once, whatever comes of it. */
  post(text: string, more: Record<string, unknown> = {}): Promise<Answer<PostBody>> {
    return request<PostBody>(`${this.api}/v1/posts`, {
      token: this.token,
      body: { text, audience: 'public', ...more },
    });
  }

  get<Body = Record<string, unknown>>(path: string): Promise<Answer<Body>> {
    return request<Body>(`${this.api}${path}`, { token: this.token });
  }

  send<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    return request<Body>(`${this.api}${path}`, { method, token: this.token, body, headers });
  }
}
