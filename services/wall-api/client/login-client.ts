/** Logs a person in at a phone: the client's half of core/identity/login-terms.ts over fetch. The passphrase stays here. */
import { type Id, parseId, uuidOf } from '../../shared/core/id.ts';
import { fromBase64Url, toBase64Url } from '../core/base64url.ts';
import { answerChallenge } from '../core/identity/login-terms.ts';
import { isBearableCost, SALT_BYTES } from '../core/identity/passphrase.ts';
import type { WallCrypto } from '../core/wall-crypto.ts';

/** Sends a JSON body by POST and gives status and JSON answer; fetchJson does it over the network. */
export type Post = (path: string, body: unknown) => Promise<{ readonly status: number; readonly body: unknown }>;

/** What a client needs of the wall's cryptography. */
export type LoginCrypto = Pick<
  WallCrypto,
  'sha256' | 'hkdf' | 'randomBytes' | 'scrypt' | 'encrypt' | 'decrypt' | 'loadGroup'
>;

export interface LoggedIn {
  readonly token: string;
  readonly expiresAt: string;
}

/** The phone refused, or answered something that is no login. `problem` is its problem document, if it sent one. */
export class LoginError extends Error {
  override readonly name = 'LoginError';
  readonly status: number;
  readonly problem: unknown;

  constructor(message: string, status: number, problem: unknown) {
    super(message);
    this.status = status;
    this.problem = problem;
  }
}

/** Logs in. Throws a LoginError. Takes as long as the phone's key derivation asks, 0.1 s or so. */
export async function logIn(person: Id, passphrase: string, post: Post, crypto: LoginCrypto): Promise<LoggedIn> {
  const challenge = readChallenge(await expectCreated(post, '/v1/session/challenge', { person: uuidOf(person) }));
  if (challenge === undefined || challenge.person !== person) {
    throw new LoginError('the phone sent no challenge for this person', 201, undefined);
  }
  const group = await crypto.loadGroup();
  const { proof, sealedUnlock } = await answerChallenge(challenge, passphrase, group, crypto);
  const session = await expectCreated(post, '/v1/session', {
    challengeId: challenge.challengeId,
    commitment: toBase64Url(proof.commitment),
    response: toBase64Url(proof.response),
    sealedUnlock: toBase64Url(sealedUnlock),
  });
  const { token, expiresAt } = session;
  if (typeof token !== 'string' || typeof expiresAt !== 'string') {
    throw new LoginError('the phone sent no session', 201, undefined);
  }
  return { token, expiresAt };
}

/** Posts to a phone's API at `url` (`http://host:port`). */
export function fetchJson(url: string): Post {
  return async (path, body) => {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };
}

async function expectCreated(post: Post, path: string, body: unknown): Promise<Readonly<Record<string, unknown>>> {
  const answer = await post(path, body);
  const fields = fieldsOf(answer.body);
  if (answer.status !== 201) {
    throw new LoginError(`${path}: ${String(fields['title'] ?? answer.status)}`, answer.status, answer.body);
  }
  return fields;
}

function readChallenge(fields: Readonly<Record<string, unknown>>) {
  const kdf = fieldsOf(fields['kdf']);
  const cost = { n: Number(kdf['n']), r: Number(kdf['r']), p: Number(kdf['p']) };
  const person = parseId(String(fields['person']));
  const phone = parseId(String(fields['phone']));
  const salt = fromBase64Url(String(fields['salt']), SALT_BYTES);
  const nonce = fromBase64Url(String(fields['nonce']), 32);
  const ephemeral = fromBase64Url(String(fields['ephemeral']), 32);
  const challengeId = String(fields['challengeId']);
  const expiresAt = Date.parse(String(fields['expiresAt']));
  if (person === undefined || phone === undefined || salt === undefined || nonce === undefined) return undefined;
  if (ephemeral === undefined || Number.isNaN(expiresAt)) return undefined;
  if (kdf['algorithm'] !== 'scrypt' || !isBearableCost(cost)) return undefined;
  return { challengeId, person, phone, salt, cost, nonce, ephemeral, expiresAt };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
