/** Idempotency keys in `wall.sqlite` under the phone's data folder, so that a restart keeps them. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { IdempotencyStore, KeptKey } from '../plugins/idempotency.ts';

/** Keys kept at most; the oldest give way. */
const MAX_KEYS = 10_000;
/** How many puts go by before the bounds are applied again. */
const PUTS_PER_SWEEP = 100;

const SCHEMA = `
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

  constructor(database: DatabaseSync, keepMs: number) {
    this.#keepMs = keepMs;
    this.#database = database;
    database.exec(SCHEMA);
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

  #sweep(notBefore: number): void {
    this.#database.prepare('DELETE FROM idempotency_key WHERE first_tried_at < ?').run(notBefore);
    this.#database
      .prepare(
        'DELETE FROM idempotency_key WHERE id IN (SELECT id FROM idempotency_key ORDER BY first_tried_at DESC LIMIT -1 OFFSET ?)',
      )
      .run(MAX_KEYS);
  }
}
