/**
 * The phone's records on disk, in SQLite (store-schema.ts). Writes share transactions and syncs (group-commit.ts), and are
 * answered when they are on disk. Reads are answered at once, from what is there, but never from what is not yet on disk.
 *
 * A disk that is full or fails makes writes end with a fault and changes nothing; the next write tries again. Where it was
 * the sync that failed, which a sound disk does not do, the records may be there nevertheless.
 */
import type { DatabaseSync } from 'node:sqlite';
import { originOfKey, type RecordCrypto, type RingRecord, recordKey } from '../../../shared/core/record.ts';
import type { RecordSummary } from '../../core/message.ts';
import { formatPosition, parsePosition, positionOf } from '../../core/reading/query-position.ts';
import { DigestMemo, type RangeChange } from '../../core/replicas/range-digest.ts';
import type {
  RecordName,
  StoreFault,
  StoreOperation,
  StoreOutcome,
  StoreOutcomeOf,
  StoreQuota,
  WriteEffect,
} from '../../core/store-port.ts';
import { decideWrite, meetsFork } from '../../core/writing/write-decision.ts';
import { GroupCommit, type Reading, type Writing } from './group-commit.ts';
import { LogSync } from './log-sync.ts';
import { PrefixDigests } from './prefix-digests.ts';
import { type Entry, RecordTables } from './record-tables.ts';
import { openDatabase, openErrorOf } from './store-schema.ts';

type Outcome = StoreOutcome<StoreOutcomeOf[StoreOperation['type']]>;

const SQLITE_FULL = 13;

export interface SqliteStoreOptions {
  /** The database file; `:memory:` keeps nothing. */
  readonly path: string;
  readonly crypto: RecordCrypto;
  /** Hears of every fault of the disk, and of records whose bytes were no longer what had been written. */
  readonly onFault?: (error: Error) => void;
}

export class SqliteStore {
  readonly #database: DatabaseSync;
  readonly #tables: RecordTables;
  readonly #onFault: (error: Error) => void;
  readonly #digests = new DigestMemo();
  /** Built when the first digest is asked for. */
  #prefixes: PrefixDigests | undefined;
  readonly #log: LogSync;
  readonly #commits: GroupCommit;
  #closed = false;
  #total: { bytes: number; records: number };
  /** What the transaction under way changed, for the digests once it is on disk. */
  #changes: RangeChange[] = [];

  /** Throws a StoreOpenError that says what to do when the file cannot be used. */
  constructor({ path, crypto, onFault = () => {} }: SqliteStoreOptions) {
    this.#database = openDatabase(path);
    try {
      this.#log = new LogSync(path, onFault);
    } catch (error) {
      this.#database.close();
      throw openErrorOf(error, path);
    }
    this.#tables = new RecordTables(this.#database, crypto);
    this.#onFault = onFault;
    this.#total = this.#tables.totals();
    this.#commits = new GroupCommit({
      commit: (operations) => this.#transact(() => operations.map((operation) => this.#write(operation))),
      sync: (done) => this.#log.sync(done),
      syncNow: () => this.#log.syncNow(),
    });
  }

  /** Answers one operation of the store port; a write once it would survive `kill -9`. */
  perform(operation: StoreOperation, resume: (outcome: Outcome) => void): void {
    if (this.#closed) {
      resume({ ok: false, fault: 'disk-failed' });
      return;
    }
    if (operation.type === 'write' || operation.type === 'remove') this.#commits.write(operation, resume);
    else this.#commits.read(operation, () => resume(this.#guard(() => this.#read(operation))));
  }

  /** Records and bytes kept, without asking the disk. */
  get usage(): { readonly records: number; readonly bytes: number } {
    return this.#total;
  }

  /** Writes what is pending, then lets go of the file. */
  close(): void {
    if (this.#closed) return;
    this.#commits.finish();
    this.#closed = true;
    this.#log.close();
    this.#database.close();
  }

  #transact<T>(work: () => T): StoreOutcome<T> {
    const totalBefore = { ...this.#total };
    this.#changes = [];
    const outcome = this.#guard(() => {
      this.#tables.begin();
      try {
        const value = work();
        this.#tables.commit();
        return value;
      } catch (error) {
        // SQLite has already rolled back by itself after some faults.
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
        throw error;
      }
    });
    if (outcome.ok) {
      this.#digests.apply(this.#changes);
      this.#prefixes?.apply(this.#changes);
    } else this.#total = totalBefore;
    return outcome;
  }

  /** Turns what the disk does wrong into a fault. Everything else thrown is a defect and passes. */
  #guard<T>(work: () => T): StoreOutcome<T> {
    try {
      return { ok: true, value: work() };
    } catch (error) {
      const fault = faultOf(error);
      if (fault === undefined) throw error;
      this.#onFault(error as Error);
      return { ok: false, fault };
    }
  }

  #write(operation: Writing): StoreOutcomeOf['write'] | StoreOutcomeOf['remove'] {
    if (operation.type === 'write') return operation.records.map((record) => this.#keep(record, operation.quota));
    let removed = 0;
    for (const { place, key, hash } of operation.records) {
      const entry = this.#tables.entry({ place, key });
      if (entry?.hash !== hash) continue;
      this.#delete(entry);
      removed++;
    }
    return { removed };
  }

  #keep(record: RingRecord, quota: StoreQuota): WriteEffect {
    const standing = this.#tables.entry({ place: record.place, key: recordKey(record) });
    const tombstone = record.kind === 'immutable' ? this.#tables.tombstone(record.place, record.author) : undefined;
    const effect = decideWrite(record, standing, tombstone !== undefined);
    const fork = meetsFork(record, standing);
    if (effect === 'present') return { effect, current: record, fork };
    if (effect !== 'stored') {
      const winner = (tombstone ?? standing)!;
      const current = this.#tables.read(winner);
      if (current !== undefined) return { effect, current, fork };
      this.#reportRot(winner);
      this.#delete(winner);
      return this.#keep(record, quota);
    }
    const replaced = standing === undefined ? [] : [standing];
    if (record.final) replaced.push(...this.#tables.immutablesOf(record.place, record.author));
    if (this.#isOverQuota(record, replaced, quota)) return { effect: 'over-quota' };
    for (const entry of replaced) this.#delete(entry);
    this.#insert(record);
    return { effect, current: record, fork };
  }

  #isOverQuota(record: RingRecord, replaced: readonly Entry[], quota: StoreQuota): boolean {
    let growth = record.bytes.length;
    for (const entry of replaced) growth -= entry.size;
    if (growth <= 0) return false;
    return (
      this.#total.bytes + growth > quota.totalBytes ||
      this.#tables.authorBytes(record.author) + growth > quota.authorBytes
    );
  }

  #insert(record: RingRecord): void {
    this.#tables.insert(record);
    this.#total = { bytes: this.#total.bytes + record.bytes.length, records: this.#total.records + 1 };
    this.#changes.push({ place: record.place, hash: record.hash, counting: 1 });
  }

  #delete(entry: Entry): void {
    this.#tables.delete(entry);
    this.#total = { bytes: this.#total.bytes - entry.size, records: this.#total.records - 1 };
    this.#changes.push({ place: entry.place, hash: entry.hash, counting: -1 });
  }

  #read(operation: Reading): StoreOutcomeOf[Reading['type']] {
    switch (operation.type) {
      case 'standing':
        return operation.wanted.map((name) => this.#tables.summary(name));
      case 'query':
        return this.#query(operation);
      case 'fetch':
        return { records: this.#fetch(operation.wanted, operation.maxBytes) };
      case 'nearest': {
        const entry = this.#tables.nearest(operation.from, operation.to, operation.name);
        return { record: entry === undefined ? undefined : this.#readOrForget(entry) };
      }
      case 'digest': {
        const { from, to } = operation;
        this.#prefixes ??= new PrefixDigests((first, last) => this.#tables.hashes(first, last));
        const prefixes = this.#prefixes;
        const digest = this.#digests.of(from, to, (fresh) => prefixes.addRange(fresh, from, to));
        return { count: digest.count, digest: digest.toString() };
      }
      case 'list':
        return this.#list(operation);
      case 'usage':
        return {
          authorBytes: this.#tables.authorBytes(operation.author),
          totalBytes: this.#total.bytes,
          records: this.#total.records,
        };
    }
  }

  #query({ query, maxBytes }: Extract<StoreOperation, { type: 'query' }>): StoreOutcomeOf['query'] {
    const before = query.before === undefined ? undefined : parsePosition(query.before);
    const records: RingRecord[] = [];
    let bytes = 0;
    let next: string | undefined;
    for (const entry of this.#tables.newest(query.place, query.name, before)) {
      bytes += entry.size;
      const last = records.at(-1);
      if (last !== undefined && (records.length >= query.limit || bytes > maxBytes)) {
        next = formatPosition(positionOf(last));
        break;
      }
      const record = this.#readOrForget(entry);
      if (record !== undefined) records.push(record);
    }
    return { records, next };
  }

  #fetch(wanted: readonly RecordName[], maxBytes: number): readonly RingRecord[] {
    const records: RingRecord[] = [];
    let bytes = 0;
    for (const name of wanted) {
      const entry = this.#tables.entry(name) ?? this.#tombstoneFor(name);
      if (entry === undefined) continue;
      bytes += entry.size;
      if (records.length > 0 && bytes > maxBytes) break;
      const record = this.#readOrForget(entry);
      if (record !== undefined) records.push(record);
    }
    return records;
  }

  #tombstoneFor({ place, key }: RecordName): Entry | undefined {
    const { kind, author } = originOfKey(key);
    return kind === 'immutable' ? this.#tables.tombstone(place, author) : undefined;
  }

  #list({ from, to, afterKey, limit }: Extract<StoreOperation, { type: 'list' }>): StoreOutcomeOf['list'] {
    const summaries: RecordSummary[] = [];
    for (const summary of this.#tables.inRange(from, to, afterKey)) {
      if (summaries.length >= limit) return { summaries, truncated: true };
      summaries.push(summary);
    }
    return { summaries, truncated: false };
  }

  /** A damaged record is dropped as soon as writing is possible, so that repair brings it back from a neighbour. */
  #readOrForget(entry: Entry): RingRecord | undefined {
    const record = this.#tables.read(entry);
    if (record === undefined) {
      this.#reportRot(entry);
      this.perform({ type: 'remove', records: [entry] }, () => {});
    }
    return record;
  }

  #reportRot({ place, key }: RecordName): void {
    this.#onFault(new Error(`record ${key} at ${place} is damaged on disk: it is dropped and fetched again`));
  }
}

/** SQLite's primary result codes for what a disk can do wrong: PERM, NOMEM, READONLY, IOERR, CORRUPT, CANTOPEN. */
const DISK_FAILED: ReadonlySet<number> = new Set([3, 7, 8, 10, 11, 14]);

function faultOf(error: unknown): StoreFault | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  const code = Number(error.errcode) & 0xff;
  if (code === SQLITE_FULL) return 'disk-full';
  return DISK_FAILED.has(code) ? 'disk-failed' : undefined;
}
