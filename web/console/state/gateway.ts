/** Asks the gateway, and phones through it. The console lies at /console, so the API is one level up. */
import { signal } from '@preact/signals';

const ROOT = new URL('..', document.baseURI);
const TOKEN = 'ringwall admin token';

/** What changes of the network must show; the start of a testnet prints it. Kept until the tab is closed. */
export const adminToken = signal(readToken());
/** False after a request that the gateway did not answer. */
export const isReached = signal(true);

export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Throws a GatewayError, a TypeError when nobody answers, or what aborted `signal`. */
export async function ask<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  return await request<Answer>(path, { signal: signal ?? null });
}

/** Changes something: shows the admin token. */
export async function send(path: string, method: 'POST' | 'DELETE', body?: unknown): Promise<void> {
  const headers = { authorization: `Bearer ${adminToken.peek()}` };
  const json = { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) };
  await request(path, { method, ...(body === undefined ? { headers } : json) });
}

export function rememberToken(token: string): void {
  adminToken.value = token;
  sessionStorage.setItem(TOKEN, token);
}

/** The address of something behind the gateway, such as a phone's page. */
export function urlOf(path: string): string {
  return new URL(path.replace(/^\/+/, ''), ROOT).href;
}

async function request<Answer>(path: string, init: RequestInit): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(urlOf(path), init);
    isReached.value = true;
  } catch (error) {
    if (init.signal?.aborted !== true) isReached.value = false;
    throw error;
  }
  const text = await response.text();
  if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as Answer;
  throw new GatewayError(response.status, problemText(text) ?? `The gateway answered ${response.status}.`);
}

function problemText(text: string): string | undefined {
  try {
    const { detail, title } = JSON.parse(text) as { readonly detail?: string; readonly title?: string };
    return detail ?? title;
  } catch {
    return undefined;
  }
}

/** From the address that the start of a testnet prints (`/console#token=…`), then no longer shown there. */
function readToken(): string {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given === null) return sessionStorage.getItem(TOKEN) ?? '';
  sessionStorage.setItem(TOKEN, given);
  history.replaceState(null, '', location.pathname);
  return given;
}
