/** Idempotency keys in `wall.sqlite` under the phone's data folder, so that a restart keeps them. */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { ConfigurationError } from '../../shared/runtime/environment.ts';
import type { IdempotencyStore, KeptKey } from '../plugins/idempotency.ts';

/** Keys kept at most; the oldest give way. */
const MAX_KEYS = 10_000;
/** How many puts go by before the bounds are applied again. */
const PUTS_PER_SWEEP = 100;

const SQLITE_BUSY = 5;
/** How long to wait for a wall API that is just ending to let go of the file, in ms. */
const LOCK_WAIT_MS = 1_000;

const SCHEMA = `
  -- Locked while it is open: a second wall API would know nothing of the people that the first one takes in.
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  -- A key lost in a power cut costs a repeated request; a sync for each would cost milliseconds every time.
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS idempotency_key (
    id TEXT PRIMARY KEY,
    body_hash TEXT NOT NULL,
    first_tried_at INTEGER NOT NULL,
    answer BLOB
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS idempotency_key_by_age ON idempotency_key (first_tried_at);
`;

export class SqliteIdempotencyStore implements IdempotencyStore {
  readonly #database: DatabaseSync;
  readonly #find: StatementSync;
  readonly #put: StatementSync;
  readonly #keepMs: number;
  #puts = 0;

  /** Throws a ConfigurationError when another process has the file. */
  constructor(path: string, keepMs: number) {
    this.#keepMs = keepMs;
    this.#database = open(path);
    this.#find = this.#database.prepare(
      'SELECT body_hash, first_tried_at, answer FROM idempotency_key WHERE id = ? AND first_tried_at >= ?',
    );
    this.#put = this.#database.prepare(
      'INSERT OR REPLACE INTO idempotency_key (id, body_hash, first_tried_at, answer) VALUES (?, ?, ?, ?)',
    );
  }

  find(id: string, notBefore: number): KeptKey | undefined {
    const row = this.#find.get(id, notBefore);
    if (row === undefined) return undefined;
    const answer = row['answer'];
    return {
      bodyHash: String(row['body_hash']),
      firstTriedAt: Number(row['first_tried_at']),
      answer: answer instanceof Uint8Array ? answer : undefined,
    };
  }

  put(id: string, key: KeptKey): void {
    this.#put.run(id, key.bodyHash, key.firstTriedAt, key.answer ?? null);
    if (this.#puts++ % PUTS_PER_SWEEP === 0) this.#sweep(key.firstTriedAt - this.#keepMs);
  }

  close(): void {
    this.#database.close();
  }

  #sweep(notBefore: number): void {
    this.#database.prepare('DELETE FROM idempotency_key WHERE first_tried_at < ?').run(notBefore);
    this.#database
      .prepare(
        'DELETE FROM idempotency_key WHERE id IN (SELECT id FROM idempotency_key ORDER BY first_tried_at DESC LIMIT -1 OFFSET ?)',
      )
      .run(MAX_KEYS);
  }
}

function open(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: LOCK_WAIT_MS });
  try {
    database.exec(SCHEMA);
    return database;
  } catch (error) {
    database.close();
    if ((Number((error as { errcode?: unknown }).errcode) & 0xff) !== SQLITE_BUSY) throw error;
    const fault = `${path} is in use by another wall API: stop that one, or choose another data folder`;
    throw new ConfigurationError([fault], { cause: error });
  }
}
