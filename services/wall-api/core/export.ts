/**
 * Everything a person has on the ring, to take away: each record with its signed bytes, so that anybody can check
 * it without this network, and with its content opened.
 */
import { type Id, parseId, uuidOf } from '../../shared/core/id.ts';
import { placeOfName, type RingRecord } from '../../shared/core/record.ts';
import { toBase64Url } from './base64url.ts';
import type { UnlockedPerson } from './identity/person.ts';
import { openPrivate } from './identity/private-state.ts';
import { PROFILE } from './identity/profile.ts';
import { mapBounded, PARALLEL_READS } from './parallel.ts';
import { decodePost } from './posts/post-format.ts';
import { Problem } from './problem.ts';
import { decodeValue, type JsonObject } from './ring/json-value.ts';
import type { Ring, RingAnswer } from './ring/ring-client.ts';
import { FRIENDS, OWN_REACTIONS, POST, PRIVATE, REVISION, REVISIONS, WALL } from './ring/ring-names.ts';
import type { WallCrypto } from './wall-crypto.ts';

export const EXPORT_FORMAT = 'ringwall-export/1';

/** Pages of 200 entries followed in one set: a million posts. */
const MAX_PAGES = 5_000;
const PAGE = 200;
/** Posts read together. */
const BATCH = 32;

/** A line of the export. */
export type ExportLine =
  | {
      readonly type: 'header';
      readonly format: typeof EXPORT_FORMAT;
      readonly person: string;
      /** Ed25519 public key, base64url: what the records' signatures are checked with. */
      readonly authorKey: string;
      readonly exportedAt: number;
    }
  | {
      readonly type: 'record';
      readonly kind: RingRecord['kind'];
      readonly name: string;
      readonly place: string;
      readonly slot: string;
      readonly seq: number;
      readonly createdAt: number;
      readonly deleted: boolean;
      /** What it says, opened where it is sealed; null when it says nothing. */
      readonly content: JsonObject | null;
      /** The record as it was signed, base64url. */
      readonly record: string;
    }
  | {
      readonly type: 'end';
      readonly records: number;
      /** Posts that are on the wall and could not be read. */
      readonly missing: readonly string[];
      /** False: too few phones answered to be sure that this is all. */
      readonly complete: boolean;
    };

interface Tally {
  records: number;
  complete: boolean;
  readonly missing: string[];
}

export class Exporter {
  readonly #ring: Ring;
  readonly #crypto: WallCrypto;
  readonly #now: () => number;

  constructor(ring: Ring, crypto: WallCrypto, now: () => number) {
    this.#ring = ring;
    this.#crypto = crypto;
    this.#now = now;
  }

  /** The lines, a header first and the tally last. Ring faults do not throw: the end says what is missing. */
  async *lines(me: UnlockedPerson): AsyncGenerator<ExportLine, void, undefined> {
    const tally: Tally = { records: 0, complete: true, missing: [] };
    const { person, authorKey } = me;
    yield {
      type: 'header',
      format: EXPORT_FORMAT,
      person: uuidOf(person),
      authorKey: toBase64Url(authorKey),
      exportedAt: this.#now(),
    };
    for (const name of [PROFILE, PRIVATE, FRIENDS, OWN_REACTIONS]) {
      for await (const page of this.#pages(placeOfName(person, name, this.#crypto), name, tally)) {
        yield* this.#linesOf(page, me, tally);
      }
    }
    for await (const page of this.#pages(placeOfName(person, WALL, this.#crypto), WALL, tally)) {
      yield* this.#linesOf(page, me, tally);
      const ids = page.flatMap(({ deleted, slot }) => (deleted ? [] : (parseId(slot) ?? [])));
      for (let at = 0; at < ids.length; at += BATCH) {
        const posts = await mapBounded(ids.slice(at, at + BATCH), PARALLEL_READS / 2, (id) => this.#post(id, tally));
        yield* this.#linesOf(posts.flat(), me, tally);
      }
    }
    yield { type: 'end', ...tally };
  }

  async *#pages(place: Id, name: string, tally: Tally): AsyncGenerator<readonly RingRecord[], void, undefined> {
    let before: string | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      const query = { place, name, limit: PAGE };
      const answer = await this.#get(before === undefined ? query : { ...query, before }, tally);
      if (answer === undefined) return;
      yield answer.records;
      before = answer.next;
      if (before === undefined) return;
    }
    tally.complete = false;
  }

  /** A post's records: the original, its newest state, the texts between. */
  async #post(id: Id, tally: Tally): Promise<readonly RingRecord[]> {
    const [original, revision] = await Promise.all([
      this.#get({ place: id, name: POST, consistency: 'one', limit: 1 }, tally),
      this.#get({ place: id, name: REVISION, limit: 1 }, tally),
    ]);
    const state = [...(original?.records ?? []), ...(revision?.records ?? [])];
    if (state.length === 0) tally.missing.push(uuidOf(id));
    if (revision === undefined || revision.records.length === 0) return state;
    const texts: RingRecord[] = [];
    for await (const page of this.#pages(id, REVISIONS, tally)) texts.push(...page);
    return [...state, ...texts];
  }

  async #get(query: Parameters<Ring['get']>[0], tally: Tally): Promise<RingAnswer | undefined> {
    try {
      const answer = await this.#ring.get(query);
      tally.complete &&= answer.complete;
      return answer;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      tally.complete = false;
      return undefined;
    }
  }

  /** Only what this person signed: others may write to the same places. */
  *#linesOf(records: readonly RingRecord[], me: UnlockedPerson, tally: Tally): Generator<ExportLine, void, undefined> {
    for (const record of records) {
      if (record.author !== me.person) continue;
      tally.records++;
      const { kind, name, place, slot, seq, createdAt, deleted } = record;
      const content = this.#contentOf(record, me);
      const signed = toBase64Url(record.bytes);
      yield {
        type: 'record',
        kind,
        name,
        place: uuidOf(place),
        slot,
        seq,
        createdAt,
        deleted,
        content,
        record: signed,
      };
    }
  }

  #contentOf(record: RingRecord, me: UnlockedPerson): JsonObject | null {
    if (record.deleted) return null;
    if (record.name === PRIVATE) return { ...openPrivate(record, me, this.#crypto) };
    if (record.name !== POST && record.name !== REVISION && record.name !== REVISIONS) {
      return decodeValue(record.value) ?? null;
    }
    const reading = decodePost(record.value, record.author, me.sealing, this.#crypto);
    return reading.state === 'open' ? { ...reading.content } : null;
  }
}
