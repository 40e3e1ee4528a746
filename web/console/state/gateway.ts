/** Asks the gateway, and phones through it. The console lies at /console, so the API is one level up. */
import { signal } from '@preact/signals';
import { readProblem, UnreachableError } from '../../shared/problem.ts';

const ROOT = new URL('..', document.baseURI);
const TOKEN = 'ringwall admin token';

/** What changes of the network must show; the start of a testnet prints it. Kept until the tab is closed. */
export const adminToken = signal(readToken());
/** False after a request that the gateway did not answer. */
export const isReached = signal(true);

/** Throws a ProblemError, an UnreachableError, or what aborted `signal`. */
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
    if (init.signal?.aborted === true) throw error;
    isReached.value = false;
    throw new UnreachableError('The gateway', error);
  }
  if (!response.ok) throw await readProblem(response);
  return (await response.json()) as Answer;
}

/** From the address that the start of a testnet prints (`/console#token=…`), then no longer shown there. */
function readToken(): string {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given === null) return sessionStorage.getItem(TOKEN) ?? '';
  sessionStorage.setItem(TOKEN, given);
  history.replaceState(null, '', location.pathname);
  return given;
}
