/** Asks the phone: the wall API under the address that the page itself came from. */
import { readProblem, UnreachableError } from '../../shared/problem.ts';

/** What the gateway says of a phone behind it that does not answer. */
const FROM_THE_GATEWAY: ReadonlySet<string> = new Set(['phone-unreachable', 'phone-silent', 'no-such-phone']);

const THIS_PHONE = 'This phone';

export interface Asking {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Goes as JSON, unless it is a Blob. */
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface ApiOptions {
  /** The session's token, where there is one. */
  readonly token: () => string | undefined;
  /** The phone no longer knows the session that a request was made with. */
  readonly sessionEnded: (token: string) => void;
  /** Whether the phone answered, after each request. */
  readonly reached: (isReached: boolean) => void;
}

export class Api {
  readonly #options: ApiOptions;

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  /** The JSON of a good answer. Throws a ProblemError, an UnreachableError, or what aborted `signal`. */
  async ask<Answer>(path: string, asking: Asking = {}): Promise<Answer> {
    const response = await this.open(path, asking);
    return (await response.json()) as Answer;
  }

  /** The same for answers that are no JSON. */
  async open(path: string, { method = 'GET', body, query, headers, signal }: Asking = {}): Promise<Response> {
    const token = this.#options.token();
    const response = await this.#fetch(urlOf(path, query), {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined || body instanceof Blob ? {} : { 'content-type': 'application/json' }),
        ...(method === 'POST' && token !== undefined ? { 'idempotency-key': newKey() } : {}),
        ...headers,
      },
      body: body === undefined ? null : body instanceof Blob ? body : JSON.stringify(body),
      signal: signal ?? null,
    });
    if (response.ok) {
      this.#options.reached(true);
      return response;
    }
    const problem = await readProblem(response);
    const isPhone = !FROM_THE_GATEWAY.has(problem.slug);
    this.#options.reached(isPhone);
    if (!isPhone) throw new UnreachableError(THIS_PHONE, problem);
    if (problem.slug === 'session-invalid' && token !== undefined) this.#options.sessionEnded(token);
    throw problem;
  }

  async #fetch(url: URL, init: RequestInit): Promise<Response> {
    try {
      return await fetch(url, init);
    } catch (error) {
      if (init.signal?.aborted === true) throw error;
      this.#options.reached(false);
      throw new UnreachableError(THIS_PHONE, error);
    }
  }
}

/** An address of the API or of a picture, as the API writes it (`/v1/…`), below where this page lies. */
export function urlOf(path: string, query: Asking['query'] = {}): URL {
  const url = new URL(path.replace(/^\/+/, ''), new URL('.', document.baseURI));
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value));
  return url;
}

/** crypto.randomUUID is missing on pages that came over plain HTTP. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
