/** Logs a person in at a phone from a Node program, such as the testnet's command line. */
import type { Id } from '../../shared/core/id.ts';
import { createWallCrypto } from '../adapters/node-crypto.ts';
import { fetchJson, type LoggedIn, logIn } from './login-client.ts';

export { type LoggedIn, LoginError } from './login-client.ts';

/** `url`: the phone's API, `http://host:port`. Throws a LoginError; a TypeError when the phone does not answer. */
export async function logInAt(url: string, person: Id, passphrase: string): Promise<LoggedIn> {
  return await logIn(person, passphrase, fetchJson(url), createWallCrypto());
}
