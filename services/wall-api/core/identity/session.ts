/**
 * Open sessions of the people of this phone. A session holds a person's keys in memory; on disk they rest
 * encrypted, so a restart ends all sessions. Tokens are 256 random bits and only their hashes are kept.
 */
import type { Id } from '../../../shared/core/id.ts';
import { toBase64Url } from '../base64url.ts';
import type { WallCrypto } from '../wall-crypto.ts';
import type { UnlockedPerson } from './person.ts';

export interface SessionLimits {
  /** A session ends after this long without use. */
  readonly idleMs: number;
  /** And after this long in any case. */
  readonly lifetimeMs: number;
  /** Most sessions open at once; the one that is unused for longest gives way. */
  readonly sessions: number;
}

const SESSION_LIMITS: SessionLimits = {
  idleMs: 24 * 3_600_000,
  lifetimeMs: 30 * 24 * 3_600_000,
  sessions: 1_024,
};

export interface OpenedSession {
  /** Shown once, to the one who logged in. */
  readonly token: string;
  /** Milliseconds since the epoch; moves on with use. */
  readonly expiresAt: number;
}

interface Session {
  readonly person: UnlockedPerson;
  readonly endsAt: number;
  expiresAt: number;
}

const TOKEN_BYTES = 32;
const utf8 = new TextEncoder();

export class Sessions {
  readonly #crypto: WallCrypto;
  readonly #now: () => number;
  readonly #limits: SessionLimits;
  /** By token hash, the least recently used first. */
  readonly #open = new Map<string, Session>();

  constructor(crypto: WallCrypto, now: () => number, limits: SessionLimits = SESSION_LIMITS) {
    this.#crypto = crypto;
    this.#now = now;
    this.#limits = limits;
  }

  open(person: UnlockedPerson): OpenedSession {
    this.#dropExpired();
    while (this.#open.size >= this.#limits.sessions) this.#open.delete(this.#open.keys().next().value!);
    const token = toBase64Url(this.#crypto.randomBytes(TOKEN_BYTES));
    const now = this.#now();
    const session = { person, endsAt: now + this.#limits.lifetimeMs, expiresAt: now + this.#limits.idleMs };
    this.#open.set(this.#hash(token), session);
    return { token, expiresAt: session.expiresAt };
  }

  /** The person of a token, whose session then lasts anew; undefined when it is unknown or has expired. */
  find(token: string): UnlockedPerson | undefined {
    const hash = this.#hash(token);
    const session = this.#open.get(hash);
    if (session === undefined) return undefined;
    this.#open.delete(hash);
    const now = this.#now();
    if (now >= session.expiresAt) return undefined;
    session.expiresAt = Math.min(now + this.#limits.idleMs, session.endsAt);
    this.#open.set(hash, session);
    return session.person;
  }

  /** When a token's session expires if it is not used again; undefined for a token without session. */
  expiryOf(token: string): number | undefined {
    return this.#open.get(this.#hash(token))?.expiresAt;
  }

  /** Ends a session; false when there was none. */
  close(token: string): boolean {
    return this.#open.delete(this.#hash(token));
  }

  /** Ends all sessions of a person. */
  closeAllOf(person: Id): void {
    for (const [hash, session] of this.#open) {
      if (session.person.person === person) this.#open.delete(hash);
    }
  }

  /** The people with an open session, each once. */
  unlocked(): UnlockedPerson[] {
    this.#dropExpired();
    const people = new Map<Id, UnlockedPerson>();
    for (const { person } of this.#open.values()) people.set(person.person, person);
    return [...people.values()];
  }

  get size(): number {
    return this.#open.size;
  }

  #dropExpired(): void {
    const now = this.#now();
    for (const [hash, session] of this.#open) {
      if (now >= session.expiresAt) this.#open.delete(hash);
    }
  }

  #hash(token: string): string {
    return toBase64Url(this.#crypto.sha256(utf8.encode(`ringwall/session/1/${token}`)));
  }
}
