/**
 * What only a person themselves may know: whom they blocked, what they have read. Entries of a set of their own, so
 * that two phones of the person never overwrite each other's; what an entry is about is hidden in its slot by a keyed
 * hash, and what it says is encrypted, both under keys that only the person's seed gives.
 */
import { type Id, parseId } from '../../../shared/core/id.ts';
import { placeOfName, type RecordDraft, type RingRecord } from '../../../shared/core/record.ts';
import { toBase64Url } from '../base64url.ts';
import { Problem } from '../problem.ts';
import { decodeValue, EMPTY_VALUE, encodeValue, type JsonObject } from '../ring/json-value.ts';
import type { Custody, Ring } from '../ring/ring-client.ts';
import { PRIVATE } from '../ring/ring-names.ts';
import { readWholeSet } from '../ring/timeline.ts';
import { putOver } from '../ring/writer.ts';
import type { WallCrypto } from '../wall-crypto.ts';
import type { UnlockedPerson } from './person.ts';

export interface PrivateState {
  /** Whom, and since when (milliseconds since the epoch). */
  readonly blocks: ReadonlyMap<Id, number>;
  /** Notifications up to this time have been seen; milliseconds since the epoch. */
  readonly notificationsReadUntil: number;
  /** Posts whose kind the person wants more or less of. */
  readonly steers: ReadonlyMap<Id, { readonly liked: boolean; readonly at: number }>;
  /** Topics the person chose, and when. */
  readonly topics: ReadonlyMap<string, number>;
  /** Interests turned up or down: 0 off, 1 as it is. */
  readonly weights: ReadonlyMap<string, number>;
}

/** What an entry says. */
export type PrivateEntry =
  | { readonly type: 'block'; readonly person: Id; readonly since: number }
  | { readonly type: 'read'; readonly until: number }
  | { readonly type: 'steer'; readonly post: Id; readonly liked: boolean; readonly at: number }
  | { readonly type: 'topic'; readonly name: string; readonly at: number }
  | { readonly type: 'weight'; readonly interest: string; readonly factor: number };

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
  const about = subjectOf(entry);
  return toBase64Url(crypto.hkdf(me.storageKey, NO_SALT, utf8.encode(`ringwall/private/slot/1/${about}`), SLOT_BYTES));
}

/** What an entry is about: a later one about the same replaces it. */
function subjectOf(entry: PrivateEntry): string {
  switch (entry.type) {
    case 'block':
      return `block/${entry.person}`;
    case 'read':
      return 'read';
    case 'steer':
      return `steer/${entry.post}`;
    case 'topic':
      return `topic/${entry.name}`;
    case 'weight':
      return `weight/${entry.interest}`;
  }
}

const NOTHING: PrivateState = {
  blocks: new Map(),
  notificationsReadUntil: 0,
  steers: new Map(),
  topics: new Map(),
  weights: new Map(),
};

function stateOf(records: readonly RingRecord[], me: UnlockedPerson, crypto: WallCrypto): PrivateState {
  let state = NOTHING;
  for (const record of records) {
    if (record.deleted) continue;
    const entry = openPrivate(record, me, crypto);
    // Signed by this very person and yet not theirs to read: better no answer than one without their blocks.
    if (entry === undefined) throw new Problem('internal-error', 'A private record does not open with these keys.');
    state = changed(state, entry, true);
  }
  return state;
}

function changed(state: PrivateState, entry: PrivateEntry, kept: boolean): PrivateState {
  switch (entry.type) {
    case 'block':
      return { ...state, blocks: withEntry(state.blocks, entry.person, kept ? entry.since : undefined) };
    case 'read':
      return kept ? { ...state, notificationsReadUntil: entry.until } : state;
    case 'steer': {
      const { post, liked, at } = entry;
      return { ...state, steers: withEntry(state.steers, post, kept ? { liked, at } : undefined) };
    }
    case 'topic':
      return { ...state, topics: withEntry(state.topics, entry.name, kept ? entry.at : undefined) };
    case 'weight':
      return { ...state, weights: withEntry(state.weights, entry.interest, kept ? entry.factor : undefined) };
  }
}

function withEntry<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key, value: Value | undefined): Map<Key, Value> {
  const copy = new Map(map);
  if (value === undefined) copy.delete(key);
  else copy.set(key, value);
  return copy;
}

function entryOf(value: JsonObject): PrivateEntry | undefined {
  switch (value['type']) {
    case 'read': {
      const { until } = value;
      return typeof until === 'number' ? { type: 'read', until } : undefined;
    }
    case 'block': {
      const [person, { since }] = [idOf(value['person']), value];
      return person === undefined || typeof since !== 'number' ? undefined : { type: 'block', person, since };
    }
    case 'steer': {
      const [post, { liked, at }] = [idOf(value['post']), value];
      if (post === undefined || typeof liked !== 'boolean' || typeof at !== 'number') return undefined;
      return { type: 'steer', post, liked, at };
    }
    case 'topic': {
      const { name, at } = value;
      return typeof name === 'string' && typeof at === 'number' ? { type: 'topic', name, at } : undefined;
    }
    case 'weight': {
      const { interest, factor } = value;
      if (typeof interest !== 'string' || typeof factor !== 'number') return undefined;
      return { type: 'weight', interest, factor };
    }
    default:
      return undefined;
  }
}

function idOf(value: unknown): Id | undefined {
  return typeof value === 'string' ? parseId(value) : undefined;
}
