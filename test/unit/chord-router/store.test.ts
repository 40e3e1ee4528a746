/** The two stores against each other, and SQLite's own ways: disk, crash, damage. */
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statfsSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SqliteStore } from '../../../services/chord-router/adapters/store/sqlite-store.ts';
import { StoreOpenError } from '../../../services/chord-router/adapters/store/store-schema.ts';
import type { StoreOperation, StoreOutcome, StoreOutcomeOf } from '../../../services/chord-router/core/store-port.ts';
import { clockwise, type Id, idFromNumber } from '../../../services/shared/core/id.ts';
import { type RingRecord, recordKey } from '../../../services/shared/core/record.ts';
import { MemoryStore } from '../../sim/engine/memory-store.ts';
import { Author, crypto } from '../shared/author.ts';

const alice = new Author(1);
const bob = new Author(2);
const ROOMY = { authorBytes: 1e9, totalBytes: 1e9 };
const MAX_BYTES = 256 * 1024;

let folder: string;
let path: string;
const open: SqliteStore[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringwall-store-'));
  path = join(folder, 'records.db');
});

afterEach(() => {
  for (const store of open.splice(0)) store.close();
  rmSync(folder, { recursive: true });
});

function openStore(onFault?: (error: Error) => void): SqliteStore {
  const store = new SqliteStore({ path, crypto, onFault });
  open.push(store);
  return store;
}

type Performing = Pick<SqliteStore, 'perform'>;

async function ask<Type extends StoreOperation['type']>(
  store: Performing,
  operation: Extract<StoreOperation, { type: Type }>,
): Promise<StoreOutcome<StoreOutcomeOf[Type]>> {
  return await new Promise((resolve) => {
    store.perform(operation, (outcome) => resolve(outcome as StoreOutcome<StoreOutcomeOf[Type]>));
  });
}

async function write(store: Performing, ...records: readonly RingRecord[]): Promise<readonly string[]> {
  const outcome = await ask<'write'>(store, { type: 'write', records, quota: ROOMY });
  return outcome.ok ? outcome.value.map(({ effect }) => effect) : [outcome.fault];
}

async function holds(store: Performing, record: RingRecord): Promise<boolean> {
  const wanted = [{ place: record.place, key: recordKey(record) }];
  const outcome = await ask<'standing'>(store, { type: 'standing', wanted });
  return outcome.ok && outcome.value[0]?.hash === record.hash;
}

/** Leaves this many bytes free on the disk of a file. */
function fillDisk(file: string, freeBytes: number): void {
  const { bavail, bsize } = statfsSync(join(file, '..'));
  writeFileSync(file, new Uint8Array(Math.max(0, bavail * bsize - freeBytes)));
}

/** A few records of all kinds that meet each other at few places. */
function smallWorld(): readonly RingRecord[] {
  const places = [0n, 1n, 1n << 127n, (1n << 128n) - 1n].map(idFromNumber);
  const posts = [alice, bob].flatMap((author) => ['a', 'b', 'c'].map((text, i) => author.post(text, i)));
  return [
    ...posts,
    ...posts.flatMap((post) => {
      const author = post.author === alice.id ? alice : bob;
      return [author.tombstone(post, 2), author.revision(post, 1, 'r'), author.revision(post, 3, 's')];
    }),
    ...[1, 2, 3].map((seq) => alice.profile(seq, `${seq}`)),
    alice.profile(2, 'fork'),
    ...places.flatMap((place) =>
      [alice, bob].flatMap((author) =>
        ['x', 'y/z', '👍', '￿'].flatMap((slot) => [1, 2].map((seq) => author.member(place, slot, seq, seq % 2))),
      ),
    ),
  ];
}

describe('SQLite does what the store in memory does', () => {
  const world = smallWorld();
  const places = [...new Set(world.map(({ place }) => place))];
  const edges: readonly Id[] = places.flatMap((place) => [place, clockwise(place, -1n), clockwise(place, 1n)]);
  const place = fc.constantFrom(...places);
  const edge = fc.constantFrom(...edges);
  const record = fc.constantFrom(...world);
  const names = fc.array(
    record.map((one) => ({ place: one.place, key: recordKey(one) })),
    { maxLength: 6 },
  );
  const quota = fc.constantFrom(
    ROOMY,
    { authorBytes: 2_000, totalBytes: 1e9 },
    { authorBytes: 1e9, totalBytes: 3_000 },
  );
  const limit = fc.integer({ min: 1, max: 6 });
  const maxBytes = fc.constantFrom(1, 500, MAX_BYTES);
  const operation: fc.Arbitrary<StoreOperation> = fc.oneof(
    fc.record({ type: fc.constant('write' as const), records: fc.array(record, { maxLength: 8 }), quota }),
    fc.record({
      type: fc.constant('remove' as const),
      records: fc.array(
        record.map((one) => ({ place: one.place, key: recordKey(one), seq: one.seq, hash: one.hash })),
        { maxLength: 3 },
      ),
    }),
    fc.record({ type: fc.constant('standing' as const), wanted: names }),
    fc.record({ type: fc.constant('fetch' as const), wanted: names, maxBytes }),
    fc.record({
      type: fc.constant('query' as const),
      query: fc.record({
        place,
        name: fc.constantFrom(undefined, 'post', 'replies', 'nothing'),
        limit,
        before: fc.option(fc.constantFrom(...world.map(({ createdAt, hash }) => `${createdAt}.${hash}`)), {
          nil: undefined,
        }),
      }),
      maxBytes,
    }),
    fc.record({
      type: fc.constant('nearest' as const),
      from: edge,
      to: edge,
      name: fc.constantFrom('post', 'nothing'),
    }),
    fc.record({ type: fc.constant('digest' as const), from: edge, to: edge }),
    fc.record({
      type: fc.constant('list' as const),
      from: edge,
      to: edge,
      afterKey: fc.option(fc.constantFrom(...world.map(recordKey)), { nil: undefined }),
      limit,
    }),
    fc.record({ type: fc.constant('usage' as const), author: fc.constantFrom(alice.id, bob.id) }),
  );

  test('whatever is asked, in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 40 }), async (operations) => {
        const sqlite = new SqliteStore({ path: ':memory:', crypto });
        const memory = new MemoryStore();
        for (const one of operations) expect(await ask(sqlite, one)).toEqual(await ask(memory, one));
        expect(sqlite.usage).toEqual(memory.usage);
        sqlite.close();
      }),
      { numRuns: 200 },
    );
  });

  test('any order of arrival ends with the same records', async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...world], { minLength: world.length }), async (order) => {
        const memory = new MemoryStore();
        await write(memory, ...order);
        const expected = new MemoryStore();
        await write(expected, ...world);
        const everything = { type: 'digest', from: alice.id, to: alice.id } as const;
        expect(await ask(memory, everything)).toEqual(await ask(expected, everything));
      }),
      { numRuns: 50 },
    );
  });

  test('paging shows each record once, newest first', async () => {
    const store = openStore();
    await write(store, ...Array.from({ length: 50 }, (_, i) => alice.member(bob.id, `s${i}`, 1, i % 7)));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.constantFrom(700, MAX_BYTES), async (size, bytes) => {
        const seen: RingRecord[] = [];
        let before: string | undefined;
        do {
          const query = { place: bob.id, name: 'replies', limit: size, before };
          const outcome = await ask<'query'>(store, { type: 'query', query, maxBytes: bytes });
          if (!outcome.ok) throw new Error(outcome.fault);
          seen.push(...outcome.value.records);
          before = outcome.value.next;
        } while (before !== undefined);
        expect(new Set(seen.map(({ hash }) => hash)).size).toBe(50);
        expect(seen).toHaveLength(50);
        const times = seen.map(({ createdAt }) => createdAt);
        expect(times).toEqual([...times].sort((a, b) => b - a));
      }),
      { numRuns: 20 },
    );
  });
});

describe('on disk', () => {
  test('a second start finds what the first wrote', async () => {
    const records = [alice.post('hello'), alice.profile(3, 'x'), bob.member(alice.id, 's', 1)];
    const first = openStore();
    await write(first, ...records);
    const usage = first.usage;
    first.close();
    const second = openStore();
    for (const record of records) expect(await holds(second, record)).toBe(true);
    expect(second.usage).toEqual(usage);
    expect(await write(second, records[0]!)).toEqual(['present']);
  });

  test('close writes what was still pending', async () => {
    const store = openStore();
    const post = alice.post('hello');
    const pending = write(store, post);
    store.close();
    expect(await pending).toEqual(['stored']);
    expect(await holds(openStore(), post)).toBe(true);
    expect(await write(store, post)).toEqual(['disk-failed']);
  });

  test('writes of one turn share a transaction, and are answered after it', async () => {
    const store = openStore();
    let answered = 0;
    for (let i = 0; i < 100; i++) {
      store.perform({ type: 'write', records: [alice.post(`${i}`)], quota: ROOMY }, () => answered++);
    }
    expect(answered).toBe(0);
    expect(store.usage.records).toBe(0);
    await write(store, alice.post('last'));
    expect(answered).toBe(100);
    expect(store.usage.records).toBe(101);
  });

  test('kill -9 loses no acknowledged record', async () => {
    const child = fork(join(import.meta.dirname, 'store-writer.ts'), [path], { stdio: 'inherit' });
    const acknowledged: string[] = [];
    const enough = new Promise<void>((resolve) => {
      child.on('message', (hash: string) => {
        acknowledged.push(hash);
        if (acknowledged.length === 300) resolve();
      });
    });
    await enough;
    child.kill('SIGKILL');
    await once(child, 'exit');
    const store = openStore();
    const everything = { type: 'list', from: alice.id, to: alice.id, afterKey: undefined, limit: 1e6 } as const;
    const listing = await ask<'list'>(store, everything);
    const kept = new Set(listing.ok ? listing.value.summaries.map(({ hash }) => hash) : []);
    expect(acknowledged.filter((hash) => !kept.has(hash))).toEqual([]);
  });

  test('a full disk refuses writes, goes on reading, and recovers when there is room', async (context) => {
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status === 0;
    context.skip(!mounted, 'mounting a small disk takes root');
    try {
      const faults: string[] = [];
      const store = openStore(({ message }) => faults.push(message));
      const first = alice.post('first');
      await write(store, first);
      const ballast = join(folder, 'ballast');
      fillDisk(ballast, 150_000);
      const large = Array.from({ length: 6 }, (_, i) => alice.post(`${i}`.repeat(50_000)));
      expect(await write(store, ...large)).toEqual(['disk-full']);
      expect(faults).toEqual(['database or disk is full']);
      expect(store.usage.records).toBe(1);
      for (const record of large) expect(await holds(store, record)).toBe(false);
      expect(await holds(store, first)).toBe(true);
      const whole = { type: 'digest', from: alice.id, to: alice.id } as const;
      expect(await ask<'digest'>(store, whole)).toMatchObject({ value: { count: 1 } });
      expect(await write(store, alice.post('small'))).toEqual(['stored']);
      unlinkSync(ballast);
      expect(await write(store, ...large)).toEqual(large.map(() => 'stored'));
      expect(await ask<'digest'>(store, whole)).toMatchObject({ value: { count: 8 } });
      store.close();
    } finally {
      spawnSync('umount', [folder]);
    }
  });

  test('an over-full author may still delete', async () => {
    const store = openStore();
    const post = alice.post('x'.repeat(1_000));
    const quota = { authorBytes: post.bytes.length, totalBytes: 1e9 };
    expect(await ask<'write'>(store, { type: 'write', records: [post, alice.profile(1, '')], quota })).toMatchObject({
      value: [{ effect: 'stored' }, { effect: 'over-quota' }],
    });
    const shrunk = { authorBytes: 1, totalBytes: 1 };
    const deletion = await ask<'write'>(store, { type: 'write', records: [alice.tombstone(post)], quota: shrunk });
    expect(deletion).toMatchObject({ value: [{ effect: 'stored' }] });
    expect(await holds(store, post)).toBe(false);
  });

  test('a record that rotted on disk is not served but dropped, so that repair brings it back', async () => {
    const [post, other] = [alice.post('hello'), alice.post('other')];
    const first = openStore();
    await write(first, post, other);
    first.close();
    const database = new DatabaseSync(path);
    const bytes = Buffer.from(post.bytes);
    bytes[bytes.length - 70]! ^= 1;
    database.prepare('UPDATE bodies SET bytes = ? WHERE bytes = ?').run(bytes, post.bytes);
    database.close();
    const faults: string[] = [];
    const store = openStore(({ message }) => faults.push(message));
    const wanted = [post, other].map((record) => ({ place: record.place, key: recordKey(record) }));
    const fetched = await ask<'fetch'>(store, { type: 'fetch', wanted, maxBytes: MAX_BYTES });
    expect(fetched).toMatchObject({ value: { records: [{ hash: other.hash }] } });
    expect(faults).toHaveLength(1);
    expect(await write(store, post)).toEqual(['stored']);
    expect(await holds(store, post)).toBe(true);
  });

  test('everything asked runs along an index and sorts nothing', async () => {
    const prepare = vi.spyOn(DatabaseSync.prototype, 'prepare');
    const store = openStore();
    prepare.mockClear();
    const post = alice.post('hello');
    const name = { place: post.place, key: recordKey(post) };
    const query = { place: post.place, name: 'post', limit: 1, before: `1.${post.hash}` };
    await write(store, post, alice.tombstone(post), alice.post('other'));
    for (const operation of [
      { type: 'standing', wanted: [name] },
      { type: 'fetch', wanted: [name], maxBytes: 1 },
      { type: 'query', query, maxBytes: 1 },
      { type: 'query', query: { ...query, name: undefined, before: undefined }, maxBytes: 1 },
      { type: 'nearest', from: alice.id, to: bob.id, name: 'post' },
      { type: 'digest', from: alice.id, to: bob.id },
      { type: 'list', from: alice.id, to: bob.id, afterKey: 'x', limit: 1 },
      { type: 'usage', author: alice.id },
    ] as const) {
      expect(await ask(store, operation)).toMatchObject({ ok: true });
    }
    const asked = [...new Set(prepare.mock.calls.map(([sql]) => sql))].filter((sql) => sql.startsWith('SELECT'));
    prepare.mockRestore();
    store.close();
    expect(asked.length).toBeGreaterThan(8);
    const database = new DatabaseSync(path);
    for (const sql of asked) {
      const steps = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
      for (const { detail } of steps) expect(String(detail), sql).toMatch(/^SEARCH \w+ USING /);
    }
    database.close();
  });
});

describe('files that cannot be used say so', () => {
  test('in use by another phone', () => {
    openStore();
    expect(() => openStore()).toThrow(/in use by another phone/);
  });

  test('no database at all', () => {
    writeFileSync(path, 'something else entirely, longer than a header of a hundred bytes '.repeat(9));
    expect(() => openStore()).toThrow(StoreOpenError);
    expect(() => openStore()).toThrow(/is damaged .* move it .* away and start again/);
  });

  test('damaged in the middle', async () => {
    const store = openStore();
    await write(store, ...Array.from({ length: 200 }, (_, i) => alice.post(`${i}`.repeat(500))));
    store.close();
    truncateSync(path, 40_000);
    expect(() => openStore()).toThrow(/is damaged/);
  });

  test('made by a newer version', () => {
    openStore().close();
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(() => openStore()).toThrow(/newer Ringwall \(schema 99/);
  });

  test('in a folder that is not there', () => {
    path = join(folder, 'nowhere', 'records.db');
    expect(() => openStore()).toThrow(/cannot be opened .* check that its folder exists/);
  });
});
