/** The statements over the tables of store-schema.ts. Everything here is synchronous and inside the caller's transaction. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { clockwise, type Id } from '../../../shared/core/id.ts';
import {
  originOfKey,
  type RecordCrypto,
  type RecordVersion,
  type RingRecord,
  readTrustedRecord,
  recordKey,
} from '../../../shared/core/record.ts';
import type { RecordSummary } from '../../core/message.ts';
import type { QueryPosition } from '../../core/reading/query-position.ts';
import type { RecordName } from '../../core/store-port.ts';
import type { HashedPlace } from './prefix-digests.ts';

/** What stands under a name, without its bytes. */
export interface Entry extends RecordName, RecordVersion {
  readonly size: number;
  readonly body: number;
}

const ENTRY = 'lower(hex(place)) AS place, key, seq, lower(hex(hash)) AS hash, final, size, body';
const SUMMARY = 'lower(hex(place)) AS place, key, seq, lower(hex(hash)) AS hash';
const FIRST_PLACE = '0'.repeat(32) as Id;
const LAST_PLACE = 'f'.repeat(32) as Id;

export class RecordTables {
  readonly #crypto: RecordCrypto;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync, crypto: RecordCrypto) {
    this.#database = database;
    this.#crypto = crypto;
  }

  begin(): void {
    this.#run('BEGIN IMMEDIATE');
  }

  commit(): void {
    this.#run('COMMIT');
  }

  totals(): { readonly bytes: number; readonly records: number } {
    const row = this.#get('SELECT coalesce(sum(bytes), 0) AS bytes, coalesce(sum(records), 0) AS records FROM authors');
    return { bytes: Number(row?.bytes), records: Number(row?.records) };
  }

  authorBytes(author: Id): number {
    return Number(this.#get('SELECT bytes FROM authors WHERE author = ?', blob(author))?.bytes ?? 0);
  }

  entry({ place, key }: RecordName): Entry | undefined {
    const row = this.#get(`SELECT ${ENTRY} FROM entries WHERE place = ? AND key = ?`, blob(place), key);
    return row === undefined ? undefined : entryOf(row);
  }

  summary({ place, key }: RecordName): RecordSummary | undefined {
    const row = this.#get(`SELECT ${SUMMARY} FROM entries WHERE place = ? AND key = ?`, blob(place), key);
    return row === undefined ? undefined : summaryOf(row);
  }

  /** The author's final record at a place: the tombstone of their immutable there. */
  tombstone(place: Id, author: Id): Entry | undefined {
    const row = this.#get(
      `SELECT ${ENTRY} FROM entries WHERE place = ? AND key >= ? AND key < ? AND final = 1 LIMIT 1`,
      ...keysOf(place, 'mutable', author),
    );
    return row === undefined ? undefined : entryOf(row);
  }

  immutablesOf(place: Id, author: Id): readonly Entry[] {
    const sql = `SELECT ${ENTRY} FROM entries WHERE place = ? AND key >= ? AND key < ?`;
    return this.#statement(sql)
      .all(...keysOf(place, 'immutable', author))
      .map(entryOf);
  }

  insert(record: RingRecord): void {
    const { lastInsertRowid } = this.#run('INSERT INTO bodies (bytes) VALUES (?)', record.bytes);
    this.#run(
      'INSERT INTO entries (place, key, kind, author, name, seq, created_at, hash, final, size, body) ' +
        'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      blob(record.place),
      recordKey(record),
      record.kind,
      blob(record.author),
      record.name,
      record.seq,
      record.createdAt,
      blob(record.hash),
      record.final ? 1 : 0,
      record.bytes.length,
      lastInsertRowid,
    );
    this.#account(record.author, record.bytes.length, 1);
  }

  delete(entry: Entry): void {
    this.#run('DELETE FROM entries WHERE place = ? AND key = ?', blob(entry.place), entry.key);
    this.#run('DELETE FROM bodies WHERE id = ?', entry.body);
    this.#account(originOfKey(entry.key).author, -entry.size, -1);
  }

  #account(author: Id, bytes: number, records: number): void {
    this.#run(
      'INSERT INTO authors (author, bytes, records) VALUES (?1, ?2, ?3) ' +
        'ON CONFLICT DO UPDATE SET bytes = bytes + ?2, records = records + ?3',
      blob(author),
      bytes,
      records,
    );
    if (records < 0) this.#run('DELETE FROM authors WHERE author = ? AND records <= 0', blob(author));
  }

  /** The record of an entry; undefined when its bytes are no longer those that were written. */
  read(entry: Pick<Entry, 'body' | 'hash'>): RingRecord | undefined {
    const bytes = this.#get('SELECT bytes FROM bodies WHERE id = ?', entry.body)?.bytes;
    const record = bytes instanceof Uint8Array ? readTrustedRecord(bytes, this.#crypto) : undefined;
    return record?.hash === entry.hash ? record : undefined;
  }

  /** Entries at a place, newest first, strictly behind `before`. */
  *newest(place: Id, name: string | undefined, before: QueryPosition | undefined): Generator<Entry> {
    const rows = this.#iterate(
      `SELECT ${ENTRY} FROM entries WHERE place = ?` +
        (before === undefined ? '' : ' AND (created_at, hash) < (?, ?)') +
        (name === undefined ? '' : ' AND name = ?') +
        ' ORDER BY entries.created_at DESC, entries.hash DESC',
      blob(place),
      ...(before === undefined ? [] : [before.createdAt, blob(before.hash)]),
      ...(name === undefined ? [] : [name]),
    );
    for (const row of rows) yield entryOf(row);
  }

  /** The first immutable of a name in [from, to], clockwise. */
  nearest(from: Id, to: Id, name: string): Entry | undefined {
    for (const [first, last] of from <= to
      ? [[from, to]]
      : [
          [from, LAST_PLACE],
          [FIRST_PLACE, to],
        ]) {
      const row = this.#get(
        `SELECT ${ENTRY} FROM entries ` +
          "WHERE kind = 'immutable' AND name = ? AND place >= ? AND place <= ? ORDER BY entries.place LIMIT 1",
        name,
        blob(first!),
        blob(last!),
      );
      if (row !== undefined) return entryOf(row);
    }
    return undefined;
  }

  /** Summaries of the records in (from, to], in ring order; `afterKey` as in ListRange. */
  *inRange(from: Id, to: Id, afterKey: string | undefined): Generator<RecordSummary> {
    if (afterKey !== undefined) {
      const sql = `SELECT ${SUMMARY} FROM entries WHERE place = ? AND key > ? ORDER BY key`;
      for (const row of this.#iterate(sql, blob(from), afterKey)) yield summaryOf(row);
      if (from === to) return;
    }
    const start = clockwise(from, 1n);
    for (const [first, last] of start <= to
      ? [[start, to]]
      : [
          [start, LAST_PLACE],
          [FIRST_PLACE, to],
        ]) {
      const sql = `SELECT ${SUMMARY} FROM entries WHERE place >= ? AND place <= ? ORDER BY entries.place, entries.key`;
      for (const row of this.#iterate(sql, blob(first!), blob(last!))) yield summaryOf(row);
    }
  }

  /** The places and the first 16 bytes of the hashes of the records with places in [first, last]. */
  *hashes(first: Id, last: Id): Generator<HashedPlace> {
    const sql =
      'SELECT lower(hex(place)) AS place, lower(hex(substr(hash, 1, 16))) AS hash FROM entries ' +
      'WHERE place >= ? AND place <= ?';
    for (const row of this.#iterate(sql, blob(first), blob(last))) {
      yield { place: String(row.place) as Id, hash: String(row.hash) };
    }
  }

  #get(sql: string, ...values: SQLInputValue[]): Record<string, unknown> | undefined {
    return this.#statement(sql).get(...values);
  }

  #run(sql: string, ...values: SQLInputValue[]): { readonly lastInsertRowid: number | bigint } {
    return this.#statement(sql).run(...values);
  }

  #iterate(sql: string, ...values: SQLInputValue[]): Iterable<Record<string, unknown>> {
    return this.#statement(sql).iterate(...values);
  }

  /** Prepared once each; there are about twenty. */
  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function blob(hex: string): Buffer {
  return Buffer.from(hex, 'hex');
}

function entryOf(row: Record<string, unknown>): Entry {
  return {
    ...summaryOf(row),
    final: row.final === 1,
    size: Number(row.size),
    body: Number(row.body),
  };
}

function summaryOf(row: Record<string, unknown>): RecordSummary {
  return { place: String(row.place) as Id, key: String(row.key), seq: Number(row.seq), hash: String(row.hash) };
}

/** Bounds of the keys of one author's records of a kind at a place: see recordKey. '0' comes right after '/'. */
function keysOf(place: Id, kind: string, author: Id): [Buffer, string, string] {
  return [blob(place), `${kind}/${author}/`, `${kind}/${author}0`];
}
