/**
 * Login as a proof of knowledge: the passphrase never leaves the client. Of it the client derives x and an unlock key
 * (passphrase.ts) and proves that it knows x with X = x·G, which this phone keeps. The proof is bound to the phone,
 * the person, one challenge, its expiry and the sealed unlock key.
 *
 * The unlock key goes to the phone sealed under f·E and x·E at once, E = e·G being the challenge's ephemeral element
 * and F = f·G the client's: only one who knows e and X can open it, so an impostor of the phone who answers with an E
 * of their own learns nothing that would not still take the derivation's cost a guess.
 *
 * A person this phone does not know gets a challenge of the same shape, always with the same salt, and is refused in
 * the same time and words as a wrong passphrase.
 */
import { type Id, idToBytes } from '../../../shared/core/id.ts';
import { toBase64Url } from '../base64url.ts';
import { Problem } from '../problem.ts';
import type { KdfCost, WallCrypto } from '../wall-crypto.ts';
import type { KeystoreEntry } from './keystore-format.ts';
import { type ChallengeTerms, loginStatement, openUnlockKey } from './login-terms.ts';
import { SALT_BYTES } from './passphrase.ts';
import type { People } from './people.ts';
import type { UnlockedPerson } from './person.ts';
import { type SchnorrProof, verifyKnowledge } from './schnorr.ts';

export interface LoginChallenge extends ChallengeTerms {
  readonly salt: Uint8Array;
  readonly cost: KdfCost;
}

export interface LoginAnswer {
  readonly challengeId: string;
  readonly proof: SchnorrProof;
  readonly sealedUnlock: Uint8Array;
}

export interface LoginOptions {
  readonly people: People;
  readonly crypto: WallCrypto;
  readonly now: () => number;
  /** This phone's node id. */
  readonly phone: Id;
  readonly challengeMs: number;
  /** Cost that unknown persons are said to have: that of new entries. */
  readonly kdf: KdfCost;
  /** Keystore.phoneSecret. */
  readonly phoneSecret: Uint8Array;
}

interface OpenChallenge {
  readonly terms: ChallengeTerms;
  readonly ephemeralSecret: bigint;
}

/** Challenges open at once. They expire by themselves, so no caller can close another's. */
export const MAX_OPEN_CHALLENGES = 1_024;
const NONCE_BYTES = 32;
const ID_BYTES = 16;
const UNIFORM_BYTES = 64;
const utf8 = new TextEncoder();

export class Logins {
  readonly #options: LoginOptions;
  /** The oldest first. */
  readonly #open = new Map<string, OpenChallenge>();

  constructor(options: LoginOptions) {
    this.#options = options;
  }

  /** Opens a challenge. Throws too-many-logins. */
  async challenge(person: Id): Promise<LoginChallenge> {
    const { crypto, now, phone, challengeMs, people } = this.#options;
    const group = await crypto.loadGroup();
    this.#dropExpired();
    if (this.#open.size >= MAX_OPEN_CHALLENGES) {
      throw new Problem('too-many-logins', undefined, { retryAfterS: challengeMs / 1_000 });
    }
    const ephemeralSecret = group.scalarOf(crypto.randomBytes(UNIFORM_BYTES));
    const terms: ChallengeTerms = {
      challengeId: toBase64Url(crypto.randomBytes(ID_BYTES)),
      person,
      phone,
      nonce: crypto.randomBytes(NONCE_BYTES),
      ephemeral: group.multiplyBase(ephemeralSecret),
      expiresAt: now() + challengeMs,
    };
    this.#open.set(terms.challengeId, { terms, ephemeralSecret });
    const { salt, cost } = people.entryOf(person) ?? { salt: this.#saltOfNobody(person), cost: this.#options.kdf };
    return { ...terms, salt, cost };
  }

  /** The person, when the proof holds. A challenge is good for one answer. Throws login-failed, whatever the reason. */
  async answer(answer: LoginAnswer): Promise<UnlockedPerson> {
    const { crypto, people, now } = this.#options;
    const group = await crypto.loadGroup();
    const open = this.#open.get(answer.challengeId);
    this.#open.delete(answer.challengeId);
    if (open === undefined || now() >= open.terms.expiresAt) throw new Problem('login-failed');
    const entry = people.entryOf(open.terms.person);
    // Nobody knows the secret of this element, so the proof fails for unknown persons after the same work.
    const publicElement = entry?.publicElement ?? group.multiplyBase(group.scalarOf(crypto.randomBytes(UNIFORM_BYTES)));
    const statement = loginStatement(open.terms, answer.sealedUnlock);
    const holds = verifyKnowledge(answer.proof, publicElement, statement, group, crypto);
    if (!holds || entry === undefined) throw new Problem('login-failed');
    return await this.#unlock(entry, open, answer.sealedUnlock);
  }

  async #unlock(entry: KeystoreEntry, open: OpenChallenge, sealedUnlock: Uint8Array): Promise<UnlockedPerson> {
    const { crypto, people } = this.#options;
    const group = await crypto.loadGroup();
    const { publicElement } = entry;
    const unlockKey = openUnlockKey(open.terms, sealedUnlock, open.ephemeralSecret, publicElement, group, crypto);
    const person = unlockKey === undefined ? undefined : await people.unlock(entry, unlockKey);
    if (person === undefined) throw new Problem('login-failed');
    return person;
  }

  #saltOfNobody(person: Id): Uint8Array {
    const { crypto, phoneSecret } = this.#options;
    return crypto.hkdf(phoneSecret, idToBytes(person), utf8.encode('ringwall/login/salt/1'), SALT_BYTES);
  }

  #dropExpired(): void {
    const now = this.#options.now();
    for (const [id, { terms }] of this.#open) {
      if (now >= terms.expiresAt) this.#open.delete(id);
    }
  }
}
