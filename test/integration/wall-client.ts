/** The REST API of a phone as a test uses it: what a person's app would send, with the answers as they come. */

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

/** Calls a phone; resolves with whatever it answers. Rejects only when it does not answer within `timeoutMs`. */
export async function request<Body = Record<string, unknown>>(
  url: string,
  options: {
    method?: string;
    token?: string;
    body?: unknown;
    headers?: Record<string, string>;
    timeoutMs?: number;
  } = {},
): Promise<Answer<Body>> {
  const headers: Record<string, string> = { ...options.headers };
  if (options.token !== undefined) headers['authorization'] = `Bearer ${options.token}`;
  if (options.body !== undefined) headers['content-type'] = 'application/json';
  const response = await fetch(url, {
    method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
    headers,
    body: options.body === undefined ? null : JSON.stringify(options.body),
    signal: AbortSignal.timeout(options.timeoutMs ?? 15_000),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text === '' ? {} : JSON.parse(text)) as Body };
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
    const answer = await request<{ person: { id: string }; session: { token: string }; recoveryPhrase: string }>(
      `${api}/v1/identity`,
      { body: { name, passphrase: `the long passphrase of ${name}` } },
    );
    if (answer.status !== 201) throw new Error(`no identity at ${api}: ${JSON.stringify(answer.body)}`);
    return new WallClient(api, answer.body.person.id, answer.body.session.token, answer.body.recoveryPhrase);
  }

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
