/** Who is logged in at this phone, and how one gets there. */
import { computed, signal } from '@preact/signals';
import { parseId } from '../../../services/shared/core/id.ts';
import { BROWSER_CRYPTO } from '../../../services/wall-api/client/browser-crypto.ts';
import type { Identity } from '../../../services/wall-api/client/contract.ts';
import { logIn as proveAndLogIn } from '../../../services/wall-api/client/login-client.ts';
import { Api } from '../api/client.ts';
import { keep, recall } from './storage.ts';

export interface Person {
  readonly id: string;
  readonly name: string;
}

interface Session {
  readonly person: Person;
  readonly token: string;
}

const session = signal(recall<Session>('session'));
/** People who have been here, so that a passphrase is enough when the phone has started anew. */
export const knownPeople = signal(recall<readonly Person[]>('people') ?? []);
/** False after a request that the phone did not answer. */
export const isReached = signal(true);

export const me = computed<Person | undefined>(() => session.value?.person);

export const api = new Api({
  token: () => session.peek()?.token,
  sessionEnded: (token) => {
    if (session.peek()?.token === token) become(undefined);
  },
  reached: (now) => {
    isReached.value = now;
  },
});

/** Makes a person. They are logged in once `enter` is called: the recovery phrase has to be seen first. */
export async function signUp(name: string, passphrase: string): Promise<Identity> {
  return await api.ask<Identity>('/v1/identity', { method: 'POST', body: { name, passphrase } });
}

/** Brings a person back on this phone, from whatever phone they were on before. */
export async function bringBack(recoveryPhrase: string, passphrase: string): Promise<void> {
  enter(await api.ask<Identity>('/v1/identity', { method: 'POST', body: { recoveryPhrase, passphrase } }));
}

export function enter({ person, session: { token } }: Identity): void {
  become({ person, token });
}

/** Proves that the passphrase is known; it does not leave the page. Throws a LoginError. */
export async function logIn(person: Person, passphrase: string): Promise<void> {
  const id = parseId(person.id);
  if (id === undefined) throw new TypeError(`${person.id} is no id`);
  const post = async (path: string, body: unknown) => ({
    status: 201,
    body: await api.ask<unknown>(path, { method: 'POST', body }),
  });
  const { token } = await proveAndLogIn(id, passphrase, post, BROWSER_CRYPTO);
  become({ person, token });
}

/** Ends the session here and at the phone. */
export async function logOut(): Promise<void> {
  const ended = api.ask('/v1/session', { method: 'DELETE' });
  become(undefined);
  await ended.catch(() => undefined);
}

/** After a change of the profile. */
export function rename(name: string): void {
  const now = session.peek();
  if (now !== undefined) become({ ...now, person: { ...now.person, name } });
}

function become(next: Session | undefined): void {
  session.value = next;
  keep('session', next);
  if (next === undefined) return;
  knownPeople.value = [next.person, ...knownPeople.peek().filter(({ id }) => id !== next.person.id)];
  keep('people', knownPeople.peek());
}
