/** A person's profile: the mutable record `profile`, that anybody may read. It carries the key to seal content for them. */
import type { Id } from '../../../shared/core/id.ts';
import { placeOfName, type RecordCrypto, type RingRecord, sealRecord } from '../../../shared/core/record.ts';
import { fromBase64Url, toBase64Url } from '../base64url.ts';
import { getMutable, type Ring } from '../ring/ring-client.ts';
import type { UnlockedPerson } from './person.ts';

export const PROFILE = 'profile';
export const MAX_NAME_CHARACTERS = 80;
export const MAX_BIO_CHARACTERS = 500;

/** What its owner writes. */
export interface ProfileText {
  readonly name: string;
  readonly bio: string;
}

export interface Profile extends ProfileText {
  readonly person: Id;
  /** X25519 public key, 32 bytes. */
  readonly sealingKey: Uint8Array;
  readonly seq: number;
  /** Milliseconds since the epoch, by the owner's clock. */
  readonly updatedAt: number;
  /** Differs between any two versions. */
  readonly version: string;
}

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The signed record of a profile's next version, and how everybody will read it. Throws a RangeError for a text that
 * nobody would read: names go through cleanName, bios have at most MAX_BIO_CHARACTERS.
 */
export function signProfile(
  owner: UnlockedPerson,
  text: ProfileText,
  version: { readonly seq: number; readonly createdAt: number },
  crypto: RecordCrypto,
): { readonly record: RingRecord; readonly profile: Profile } {
  const { name } = text;
  const value = { name, bio: text.bio.toWellFormed(), sealingKey: toBase64Url(owner.sealing.publicKey) };
  const record = sealRecord(
    { kind: 'mutable', name: PROFILE, slot: '', deleted: false, value: utf8.encode(JSON.stringify(value)), ...version },
    owner.authorKey,
    (message) => owner.sign(message),
    crypto,
  );
  const profile = readProfile(record);
  if (profile === undefined) throw new RangeError('this is no profile');
  return { record, profile };
}

/** Reads a profile's record; undefined when its value is no profile, for authors may sign anything. */
export function readProfile(record: RingRecord): Profile | undefined {
  if (record.deleted || record.name !== PROFILE) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(strictUtf8.decode(record.value));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { name, bio, sealingKey } = value as Record<string, unknown>;
  if (typeof name !== 'string' || typeof bio !== 'string' || typeof sealingKey !== 'string') return undefined;
  if (cleanName(name) !== name || characters(bio) > MAX_BIO_CHARACTERS) return undefined;
  const key = fromBase64Url(sealingKey, 32);
  if (key === undefined) return undefined;
  const { author: person, seq, createdAt: updatedAt, hash: version } = record;
  return { person, name, bio, sealingKey: key, seq, updatedAt, version };
}

/** A name without spaces around it and in normal form C; undefined when it is empty, too long or holds control characters or half a character. */
export function cleanName(name: string): string | undefined {
  const clean = name.normalize('NFC').trim();
  const length = characters(clean);
  return length >= 1 && length <= MAX_NAME_CHARACTERS && !/[\p{Cc}\p{Cs}]/u.test(clean) ? clean : undefined;
}

function characters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

export interface ProfileCacheLimits {
  readonly entries: number;
  /** How long `recent` may answer from memory. */
  readonly freshMs: number;
}

/** Reads profiles off the ring, and remembers some for lists that name many authors. */
export class Profiles {
  readonly #ring: Ring;
  readonly #crypto: RecordCrypto;
  readonly #now: () => number;
  readonly #limits: ProfileCacheLimits;
  readonly #known = new Map<Id, { readonly profile: Profile | undefined; readonly readAt: number }>();

  constructor(
    ring: Ring,
    crypto: RecordCrypto,
    now: () => number,
    limits: ProfileCacheLimits = { entries: 2_000, freshMs: 30_000 },
  ) {
    this.#ring = ring;
    this.#crypto = crypto;
    this.#now = now;
    this.#limits = limits;
  }

  /** The newest version; undefined when the person has none. Throws ring-unavailable when too few phones can tell. */
  async read(person: Id): Promise<Profile | undefined> {
    const record = await this.readRecord(person);
    const profile = record === undefined ? undefined : readProfile(record);
    this.remember(person, profile);
    return profile;
  }

  /** The record itself: of a version that is no profile, its seq still counts. */
  readRecord(person: Id): Promise<RingRecord | undefined> {
    return getMutable(this.#ring, placeOfName(person, PROFILE, this.#crypto), PROFILE, person);
  }

  /** As `read`, but a version read a moment ago will do. */
  async recent(person: Id): Promise<Profile | undefined> {
    const known = this.#known.get(person);
    const age = known === undefined ? Number.POSITIVE_INFINITY : this.#now() - known.readAt;
    if (known !== undefined && age >= 0 && age < this.#limits.freshMs) return known.profile;
    return await this.read(person);
  }

  remember(person: Id, profile: Profile | undefined): void {
    this.#known.delete(person);
    while (this.#known.size >= this.#limits.entries) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(person, { profile, readAt: this.#now() });
  }
}
