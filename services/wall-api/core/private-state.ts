/**
 * What only a person themselves may know: whom they blocked, what they have read. One mutable record sealed to
 * their own key, so that it roams with them and no other phone can read it.
 */
import { type Id, parseId } from '../../shared/core/id.ts';
import { placeOfName, type RingRecord } from '../../shared/core/record.ts';
import { decodeValue, encodeValue, type JsonObject } from './json-value.ts';
import type { UnlockedPerson } from './person.ts';
import { Problem } from './problem.ts';
import { type Custody, getMutable, putRecord, type Ring } from './ring-client.ts';
import { PRIVATE } from './ring-names.ts';
import { openSealed, sealContent } from './seal.ts';
import type { WallCrypto } from './wall-crypto.ts';
import { sign } from './writer.ts';

export interface PrivateState {
  /** Whom, and since when (milliseconds since the epoch). */
  readonly blocks: ReadonlyMap<Id, number>;
  /** Notifications up to this time have been seen; milliseconds since the epoch. */
  readonly notificationsReadUntil: number;
}

const EMPTY: PrivateState = { blocks: new Map(), notificationsReadUntil: 0 };
const CONTEXT = new TextEncoder().encode('ringwall/private/1');
const UPDATE_TRIES = 4;
/** People whose last known state this phone remembers, for when the ring cannot tell. */
const MAX_REMEMBERED = 1_024;

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
    try {
      const record = await this.#newest(me);
      return this.#remember(me.person, this.#open(record, me));
    } catch (error) {
      const known = this.#lastKnown.get(me.person);
      if (error instanceof Problem && known !== undefined) return known;
      throw error;
    }
  }

  /** Changes the state; tries again over whatever another phone of this person wrote meanwhile. */
  async update(me: UnlockedPerson, change: (state: PrivateState) => PrivateState): Promise<Custody> {
    for (let attempt = 1; ; attempt++) {
      const current = await this.#newest(me);
      const state = change(this.#open(current, me));
      try {
        const custody = await putRecord(this.#ring, this.#seal(state, (current?.seq ?? 0) + 1, me));
        this.#remember(me.person, state);
        return custody;
      } catch (error) {
        if (!(error instanceof Problem) || error.slug !== 'superseded' || attempt === UPDATE_TRIES) throw error;
      }
    }
  }

  #newest(me: UnlockedPerson): Promise<RingRecord | undefined> {
    return getMutable(this.#ring, placeOfName(me.person, PRIVATE, this.#crypto), PRIVATE, me.person);
  }

  #remember(person: Id, state: PrivateState): PrivateState {
    this.#lastKnown.delete(person);
    while (this.#lastKnown.size >= MAX_REMEMBERED) this.#lastKnown.delete(this.#lastKnown.keys().next().value!);
    this.#lastKnown.set(person, state);
    return state;
  }

  #open(record: RingRecord | undefined, me: UnlockedPerson): PrivateState {
    if (record === undefined || record.deleted) return EMPTY;
    const value = openPrivate(record, me, this.#crypto);
    // Signed by this very person and yet not theirs to read: better no answer than one without their blocks.
    if (value === undefined) throw new Problem('internal-error', 'The private record does not open with these keys.');
    return stateOf(value);
  }

  #seal(state: PrivateState, seq: number, me: UnlockedPerson): RingRecord {
    const blocks = Object.fromEntries(state.blocks);
    const plaintext = encodeValue({ blocks, notificationsReadUntil: state.notificationsReadUntil });
    const value = sealContent(plaintext, [me.sealing.publicKey], CONTEXT, this.#crypto);
    const draft = { kind: 'mutable', name: PRIVATE, slot: '', seq, createdAt: this.#now(), deleted: false } as const;
    return sign(me, { ...draft, value }, this.#crypto);
  }
}

/** What a private record says; undefined when it does not open with this person's keys. */
export function openPrivate(record: RingRecord, me: UnlockedPerson, crypto: WallCrypto): JsonObject | undefined {
  const opened = openSealed(record.value, me.sealing, CONTEXT, crypto);
  return opened === undefined ? undefined : decodeValue(opened);
}

function stateOf(value: JsonObject): PrivateState {
  const blocks = new Map<Id, number>();
  const listed = value['blocks'];
  if (typeof listed === 'object' && listed !== null) {
    for (const [text, since] of Object.entries(listed)) {
      const person = parseId(text);
      if (person !== undefined && typeof since === 'number') blocks.set(person, since);
    }
  }
  const readUntil = value['notificationsReadUntil'];
  return { blocks, notificationsReadUntil: typeof readUntil === 'number' ? readUntil : 0 };
}
