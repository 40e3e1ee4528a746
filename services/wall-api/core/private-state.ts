/**
 * What only a person themselves may know: whom they blocked, what they have read. Entries of a set of their own, so
 * that two phones of the person never overwrite each other's; what an entry is about is hidden in its slot by a keyed
 * hash, and what it says is encrypted, both under keys that only the person's seed gives.
 */
import { type Id, parseId } from '../../shared/core/id.ts';
import { placeOfName, type RecordDraft, type RingRecord } from '../../shared/core/record.ts';
import { toBase64Url } from './base64url.ts';
import { decodeValue, EMPTY_VALUE, encodeValue, type JsonObject } from './json-value.ts';
import type { UnlockedPerson } from './person.ts';
import { Problem } from './problem.ts';
import type { Custody, Ring } from './ring-client.ts';
import { PRIVATE } from './ring-names.ts';
import { readWholeSet } from './timeline.ts';
import type { WallCrypto } from './wall-crypto.ts';
import { putOver } from './writer.ts';

export interface PrivateState {
  /** Whom, and since when (milliseconds since the epoch). */
  readonly blocks: ReadonlyMap<Id, number>;
  /** Notifications up to this time have been seen; milliseconds since the epoch. */
  readonly notificationsReadUntil: number;
}

/** What an entry says. */
export type PrivateEntry =
  | { readonly type: 'block'; readonly person: Id; readonly since: number }
  | { readonly type: 'read'; readonly until: number };

/** Entries read, taken-back ones included: blocks are bounded well below. */
const MAX_ENTRIES = 5_000;
/** People whose last known state this phone remembers, for when the ring cannot tell. */
const MAX_REMEMBERED = 1_024;
const NONCE_BYTES = 12;
const SLOT_BYTES = 16;
const NO_SALT = new Uint8Array(0);
const utf8 = new TextEncoder();

export class PrivateStates {
  readonly #ring: Ring;
  readonly #crypto: WallCrypto;
  readonly #now: () => number;
  readonly #lastKnown = new Map<Id, PrivateState>();

  constructor(ring: Ring, crypto: WallCrypto, now: () => number) {
    this.#ring = ring;
    this.#crypto = crypto;
    this.#now = now;
  }

  /**
   * The newest state, or the last this phone knew when too few phones can tell: a block holds also when the
   * ring is cut off. Throws ring-unavailable when nothing is known.
   */
  async read(me: UnlockedPerson): Promise<PrivateState> {
    const known = this.#lastKnown.get(me.person);
    try {
      const set = { place: placeOfName(me.person, PRIVATE, this.#crypto), name: PRIVATE };
      const { records, complete } = await readWholeSet(this.#ring, set, MAX_ENTRIES);
      if (!complete && known !== undefined) return known;
      return this.#remember(me.person, stateOf(records, me, this.#crypto));
    } catch (error) {
      if (error instanceof Problem && known !== undefined) return known;
      throw error;
    }
  }

  /** Keeps an entry in place of an earlier one about the same. */
  async keep(me: UnlockedPerson, entry: PrivateEntry): Promise<Custody> {
    return await this.#write(me, entry, encrypt(entry, me, this.#crypto));
  }

  /** Takes an entry back; it is no fault when there is none. */
  async drop(me: UnlockedPerson, entry: PrivateEntry): Promise<Custody> {
    return await this.#write(me, entry, undefined);
  }

  async #write(me: UnlockedPerson, entry: PrivateEntry, value: Uint8Array | undefined): Promise<Custody> {
    const at = this.#now();
    const draft: RecordDraft = {
      kind: 'member',
      name: PRIVATE,
      slot: slotOf(entry, me, this.#crypto),
      seq: Math.max(1, at),
      createdAt: at,
      deleted: value === undefined,
      value: value ?? EMPTY_VALUE,
    };
    const [custody] = await putOver(this.#ring, me, [draft], this.#crypto);
    const known = this.#lastKnown.get(me.person);
    if (known !== undefined) this.#remember(me.person, changed(known, entry, value !== undefined));
    return custody!;
  }

  #remember(person: Id, state: PrivateState): PrivateState {
    this.#lastKnown.delete(person);
    while (this.#lastKnown.size >= MAX_REMEMBERED) this.#lastKnown.delete(this.#lastKnown.keys().next().value!);
    this.#lastKnown.set(person, state);
    return state;
  }
}

/** What an entry says; undefined when it does not open with this person's keys, or says something else. */
export function openPrivate(record: RingRecord, me: UnlockedPerson, crypto: WallCrypto): PrivateEntry | undefined {
  const nonce = record.value.subarray(0, NONCE_BYTES);
  if (record.deleted || nonce.length < NONCE_BYTES) return undefined;
  const ciphertext = record.value.subarray(NONCE_BYTES);
  const opened = crypto.decrypt(valueKey(me, crypto), nonce, ciphertext, utf8.encode(record.slot));
  const value = opened === undefined ? undefined : decodeValue(opened);
  return value === undefined ? undefined : entryOf(value);
}

function encrypt(entry: PrivateEntry, me: UnlockedPerson, crypto: WallCrypto): Uint8Array {
  const nonce = crypto.randomBytes(NONCE_BYTES);
  const slot = utf8.encode(slotOf(entry, me, crypto));
  const ciphertext = crypto.encrypt(valueKey(me, crypto), nonce, encodeValue({ ...entry }), slot);
  const value = new Uint8Array(NONCE_BYTES + ciphertext.length);
  value.set(nonce);
  value.set(ciphertext, NONCE_BYTES);
  return value;
}

function valueKey(me: UnlockedPerson, crypto: WallCrypto): Uint8Array {
  return crypto.hkdf(me.storageKey, NO_SALT, utf8.encode('ringwall/private/value/1'), 32);
}

/** The same for every entry about the same, and without the person's keys nothing can be told from it. */
function slotOf(entry: PrivateEntry, me: UnlockedPerson, crypto: WallCrypto): string {
  const about = entry.type === 'block' ? `block/${entry.person}` : entry.type;
  return toBase64Url(crypto.hkdf(me.storageKey, NO_SALT, utf8.encode(`ringwall/private/slot/1/${about}`), SLOT_BYTES));
}

function stateOf(records: readonly RingRecord[], me: UnlockedPerson, crypto: WallCrypto): PrivateState {
  const blocks = new Map<Id, number>();
  let notificationsReadUntil = 0;
  for (const record of records) {
    if (record.deleted) continue;
    const entry = openPrivate(record, me, crypto);
    // Signed by this very person and yet not theirs to read: better no answer than one without their blocks.
    if (entry === undefined) throw new Problem('internal-error', 'A private record does not open with these keys.');
    if (entry.type === 'block') blocks.set(entry.person, entry.since);
    else notificationsReadUntil = entry.until;
  }
  return { blocks, notificationsReadUntil };
}

function changed(state: PrivateState, entry: PrivateEntry, kept: boolean): PrivateState {
  const blocks = new Map(state.blocks);
  if (entry.type === 'block' && kept) blocks.set(entry.person, entry.since);
  if (entry.type === 'block' && !kept) blocks.delete(entry.person);
  const notificationsReadUntil = entry.type === 'read' && kept ? entry.until : state.notificationsReadUntil;
  return { blocks, notificationsReadUntil };
}

function entryOf(value: JsonObject): PrivateEntry | undefined {
  const { type, person: text, since, until } = value;
  if (type === 'read') return typeof until === 'number' ? { type, until } : undefined;
  const person = typeof text === 'string' ? parseId(text) : undefined;
  if (type !== 'block' || person === undefined || typeof since !== 'number') return undefined;
  return { type, person, since };
}
