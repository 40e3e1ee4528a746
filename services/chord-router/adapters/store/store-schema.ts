/** The phone's database file: opening, checking and creating it. Why SQLite, and how: docs/decisions/sqlite-in-wal-mode.md. */
import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { ConfigurationError } from '../../../shared/runtime/program/environment.ts';

const SCHEMA_VERSION = 1;
/** Hundreds of phones may share a machine, and the operating system caches files anyway. */
const PAGE_CACHE_KIB = 1024;
/** Files up to this size are read through when they are opened: 256 MiB take about a second. */
const CHECKED_ON_OPEN_BYTES = 256 * 1024 * 1024;
/** How long to wait for a phone that is just ending to let go of the file. */
const LOCK_WAIT_MS = 2000;

const SQLITE_BUSY = 5;

/*
 * Two tables, so that scans over hashes and times touch no record bodies. All ring-order work runs along the primary
 * key: place first, then key. Places, authors and hashes are blobs, which order like their hexadecimal spelling.
 */
const SCHEMA = `
  CREATE TABLE entries (
    place BLOB NOT NULL,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    author BLOB NOT NULL,
    name TEXT NOT NULL,
    seq INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    hash BLOB NOT NULL,
    final INTEGER NOT NULL,
    size INTEGER NOT NULL,
    body INTEGER NOT NULL,
    PRIMARY KEY (place, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX newest ON entries (place, created_at, hash, name, size, body);
  CREATE INDEX immutables ON entries (name, place) WHERE kind = 'immutable';
  CREATE TABLE bodies (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
  CREATE TABLE authors (
    author BLOB PRIMARY KEY,
    bytes INTEGER NOT NULL,
    records INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** The record store cannot be used: the data folder is not one to run on. The message says why and what to do. */
export class StoreOpenError extends ConfigurationError {
  constructor(message: string, options?: ErrorOptions) {
    super([message], options);
  }
}

/**
 * Opens the database of a phone, creating it where there is none. Throws a StoreOpenError on a file that is
 * damaged, made by a newer Ringwall, no database, or in use by another phone.
 */
export function openDatabase(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: LOCK_WAIT_MS });
    prepare(database, path);
    return database;
  } catch (error) {
    database?.close();
    throw openErrorOf(error, path);
  }
}

function prepare(database: DatabaseSync, path: string): void {
  // Exclusive: a second phone on the same folder is refused, and the WAL needs no shared memory. Normal: SQLite itself
  // syncs the WAL before it copies it into the database; after a commit log-sync.ts does, beside the event loop.
  database.exec(`
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA cache_size = -${PAGE_CACHE_KIB};
    PRAGMA journal_size_limit = 4194304;
    PRAGMA temp_store = MEMORY;
  `);
  const version = readVersion(database);
  if (version > SCHEMA_VERSION) {
    throw new StoreOpenError(
      `${path} was written by a newer Ringwall (schema ${version}, this one knows up to ${SCHEMA_VERSION}): ` +
        'start that version again, or choose another data folder',
    );
  }
  if (version === 0) {
    database.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT;`);
    return;
  }
  if (path === ':memory:' || statSync(path).size > CHECKED_ON_OPEN_BYTES) return;
  const verdict = database.prepare('PRAGMA quick_check(1)').get()?.quick_check;
  if (verdict !== 'ok') throw damaged(path, String(verdict));
}

function readVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version);
}

/** What went wrong in opening the files of the store, told so that it can be mended. */
export function openErrorOf(error: unknown, path: string): StoreOpenError {
  if (error instanceof StoreOpenError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  if (code === SQLITE_BUSY) {
    return new StoreOpenError(`${path} is in use by another phone: stop that one, or choose another data folder`, {
      cause: error,
    });
  }
  if (CORRUPT_CODES.has(code)) return damaged(path, message, error);
  return new StoreOpenError(
    `${path} cannot be opened (${message}): check that its folder exists, is writable and has room`,
    { cause: error },
  );
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const CORRUPT_CODES: ReadonlySet<number> = new Set([11, 26]);

function damaged(path: string, what: string, cause?: unknown): StoreOpenError {
  return new StoreOpenError(
    `${path} is damaged (${what}): move it and its -wal file away and start again; ` +
      'the phone then fetches its records from its neighbours',
    { cause },
  );
}
