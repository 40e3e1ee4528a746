/** What posts are about, in `wall.sqlite`, so that a restart keeps it. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Id } from '../../shared/core/id.ts';
import type { PostMemory, RememberedPost } from '../core/meaning/post-memory.ts';

/** Posts kept at most, some 2.3 KB each; those read longest ago give way. */
const MAX_POSTS = 4_000;
/** How many posts are kept before the bound is applied again. */
const POSTS_PER_SWEEP = 200;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS post_meaning (
    post TEXT PRIMARY KEY,
    model TEXT NOT NULL,
    label TEXT NOT NULL,
    -- float32, little-endian; null where the encoder knows too little of the text
    vector BLOB,
    read_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS post_meaning_by_age ON post_meaning (read_at);
`;

export class SqlitePostMemory implements PostMemory {
  readonly #find: StatementSync;
  readonly #put: StatementSync;
  readonly #forget: StatementSync;
  readonly #sweep: StatementSync;
  #puts = 0;

  constructor(database: DatabaseSync) {
    database.exec(SCHEMA);
    this.#find = database.prepare(
      'SELECT label, vector FROM post_meaning WHERE post = ? AND model = ? AND read_at >= ?',
    );
    this.#put = database.prepare(
      'INSERT OR REPLACE INTO post_meaning (post, model, label, vector, read_at) VALUES (?, ?, ?, ?, ?)',
    );
    this.#forget = database.prepare('DELETE FROM post_meaning WHERE post = ?');
    this.#sweep = database.prepare(
      'DELETE FROM post_meaning WHERE post IN (SELECT post FROM post_meaning ORDER BY read_at DESC LIMIT -1 OFFSET ?)',
    );
  }

  find(model: string, posts: readonly Id[], notBefore: number): ReadonlyMap<Id, RememberedPost> {
    const found = new Map<Id, RememberedPost>();
    for (const id of posts) {
      const row = this.#find.get(id, model, notBefore);
      if (row !== undefined) found.set(id, { id, label: String(row['label']), vector: vectorOf(row['vector']) });
    }
    return found;
  }

  keep(model: string, posts: readonly RememberedPost[], readAt: number): void {
    for (const { id, label, vector } of posts) {
      this.#put.run(id, model, label, vector === undefined ? null : bytesOf(vector), readAt);
      if (this.#puts++ % POSTS_PER_SWEEP === 0) this.#sweep.run(MAX_POSTS);
    }
  }

  forget(post: Id): void {
    this.#forget.run(post);
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function vectorOf(blob: unknown): Float32Array | undefined {
  // A copy: a view of floats has to begin at a multiple of four bytes.
  return blob instanceof Uint8Array ? new Float32Array(Uint8Array.from(blob).buffer) : undefined;
}
