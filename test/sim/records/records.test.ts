/** Record keeping over the real ring protocol: faults, and then all that was acknowledged must be there. */
import { describe, expect, test } from 'vitest';
import { ABSENT_MS } from '../../../services/chord-router/core/replicas/coverage.ts';
import type { RingRecord } from '../../../services/shared/core/record.ts';
import { Author } from '../../unit/shared/author.ts';
import { type RecordPhone, RecordWorld } from './record-world.ts';

const authors = [new Author(1), new Author(2), new Author(3)];
const [alice] = authors as [Author, Author, Author];

const posts = (count: number, prefix = 'post'): RingRecord[] =>
  Array.from({ length: count }, (_, i) => authors[i % authors.length]!.post(`${prefix} ${i}`));

test('phones join while others write: all ends up where it should be', () => {
  const records = new RecordWorld(1);
  records.grow(8);
  for (let i = 0; i < 40; i++) {
    records.writeAll([alice.post(`post ${i}`)]);
    if (i % 3 === 0) records.world.startPhones(1);
    records.world.runFor(100);
  }
  records.settle();
  records.heal();
  expect(records.acknowledged.size).toBe(40);
});

test.each([1, 2, 3, 4])(
  'a quarter of the machines falls silent at once: every acknowledged post is read (seed %i)',
  (seed) => {
    const records = new RecordWorld(seed);
    records.grow(24);
    records.writeAll(posts(40));
    for (const phone of records.world.random.shuffle(records.living).slice(0, 6)) phone.kill('machine');
    for (const record of records.acknowledged.values()) {
      const answer = records.read(records.pick(), record.place, 'one', 'post');
      expect(answer).toMatchObject({ complete: true, records: [{ hash: record.hash }] });
    }
    records.heal();
    records.settle();
  },
);

test('a quarter killed at once is replaced: r replicas of everything stand again within a minute', () => {
  const records = new RecordWorld(5);
  records.grow(24);
  records.writeAll(posts(60));
  for (const phone of records.world.random.shuffle(records.living).slice(0, 6)) phone.kill('process');
  records.heal(60_000);
});

test('all phones are killed at once and start again: nothing acknowledged is lost', () => {
  const records = new RecordWorld(6);
  records.grow(12);
  records.writeAll(posts(30));
  const contacts = records.living.map(({ contact }) => contact);
  const all = records.living;
  for (const phone of all) phone.kill('process');
  for (const phone of all) phone.start([], contacts);
  records.settle();
  for (const record of records.acknowledged.values()) {
    const answer = records.read(records.pick(), record.place, 'quorum');
    expect(answer).toMatchObject({ complete: true, records: [{ hash: record.hash }] });
  }
});

test('leaves one after the other lose nothing and need no repair', () => {
  const records = new RecordWorld(7);
  records.grow(20);
  records.writeAll(posts(40));
  records.heal();
  for (let i = 0; i < 8; i++) {
    const leaver = records.pick();
    leaver.leave();
    records.world.runUntil(() => !leaver.isUp, 30_000, 'the leave ends');
    for (const record of records.acknowledged.values()) {
      for (const phone of records.replicasOf(record.place)) expect(records.holds(phone, record)).toBe(true);
    }
    records.world.runFor(20_000);
  }
});

test('a phone frozen for a minute shows nothing old as complete when it goes on', () => {
  const records = new RecordWorld(8);
  records.grow(12);
  records.writeAll([alice.profile(1, 'first')]);
  const { place } = alice.profile(1, 'first');
  const frozen = records.replicasOf(place)[0]!;
  frozen.freeze();
  records.world.runFor(60_000);
  records.writeAll(
    [alice.profile(2, 'second')],
    records.members.filter((phone) => phone !== frozen),
  );
  frozen.thaw();
  const [name] = records.acknowledged.keys();
  for (let i = 0; i < 50; i++) {
    records.check(frozen, name!);
    records.world.runFor(20);
  }
  records.settle();
  expect(records.staleReads).toEqual([]);
  records.heal();
});

/** Reads records here and there, each by quorum and checked; gives how many of the reads were complete. */
function readAround(records: RecordWorld, reads: number, among = records.members): number {
  const names = [...records.acknowledged.keys()];
  let complete = 0;
  let open = reads;
  for (let i = 0; i < reads; i++) {
    records.check(records.pick(among), records.world.random.pick(names), (answer) => {
      open -= 1;
      if (answer.complete) complete += 1;
    });
    records.world.runFor(20);
  }
  records.world.runUntil(() => open === 0, 60_000, 'all reads');
  return complete;
}

test.each([9, 10, 11])('two halves write apart and meet again: both keep what they acknowledged (seed %i)', (seed) => {
  const records = new RecordWorld(seed);
  records.grow(16);
  records.writeAll(posts(20, 'before'));
  const half = records.world.random.shuffle(records.living).slice(0, 8);
  const others = records.living.filter((phone) => !half.includes(phone));
  records.world.network.partition([half, others]);
  readAround(records, 500);
  records.world.runFor(110_000);
  // Where none of a side has kept a range before, nobody there can be sure of it yet, and it takes nothing.
  const outcomes = [
    ...records.tryToWrite(posts(20, 'one side'), half),
    ...records.tryToWrite(posts(20, 'other side'), others),
  ];
  const stored = outcomes.filter((outcome) => outcome === 'stored').length;
  expect(outcomes.filter((outcome) => outcome === 'unavailable')).toHaveLength(40 - stored);
  expect(stored).toBeGreaterThanOrEqual(36);
  // Of each record one side at most has most of the replicas there were; the other one says that it is not sure.
  const apart = readAround(records, 500);
  expect(apart).toBeGreaterThan(0);
  expect(apart).toBeLessThan(500);
  expect(records.unsureWrites).toBeGreaterThan(0);
  expect(records.toldReads).toBeGreaterThan(0);
  records.world.network.heal();
  readAround(records, 1_000);
  records.heal(600_000);
  records.settle();
  expect(readAround(records, 200)).toBe(200);
  expect(records.staleReads).toEqual([]);
  expect(records.acknowledged.size).toBe(20 + stored);
});

test('a phone cut off alone goes on with what it kept before, and says of all it writes and reads that it is not sure', () => {
  const records = new RecordWorld(12);
  records.grow(12);
  records.writeAll(posts(10, 'before'));
  const [alone, ...others] = records.living as [RecordPhone, ...RecordPhone[]];
  records.world.network.partition([[alone], others]);
  records.world.runFor(60_000);
  const outcomes = records.tryToWrite(posts(20, 'alone'), [alone]);
  const stored = outcomes.filter((outcome) => outcome === 'stored').length;
  expect(new Set(outcomes)).toEqual(new Set(['stored', 'unavailable']));
  expect(records.unsureWrites).toBe(stored);
  expect(readAround(records, 100, [alone])).toBe(0);
  expect(readAround(records, 100, others)).toBeGreaterThan(0);
  expect(records.staleReads).toEqual([]);
  records.world.network.heal();
  records.heal();
  records.settle();
  expect(readAround(records, 100, [alone])).toBe(100);
});

test('phones that stay silent for minutes count no more: what is left is all there is', () => {
  const records = new RecordWorld(13);
  records.grow(14);
  records.writeAll(posts(20, 'kept'));
  records.heal();
  for (const phone of records.world.random.shuffle(records.living).slice(0, 7)) phone.kill('machine');
  records.world.runFor(60_000);
  expect(readAround(records, 100)).toBeLessThan(100);
  records.world.runFor(ABSENT_MS);
  records.settle();
  expect(readAround(records, 100)).toBe(100);
  expect(records.staleReads).toEqual([]);
});

test('phones that leave, one after the other, leave no doubt behind', () => {
  const records = new RecordWorld(14);
  records.grow(14);
  records.writeAll(posts(20, 'kept'));
  for (let i = 0; i < 7; i++) {
    const leaver = records.pick();
    leaver.leave();
    records.world.runUntil(() => !leaver.isUp, 30_000, 'the leave');
  }
  records.settle();
  expect(readAround(records, 100)).toBe(100);
});

test('a deleted post stays deleted when phones that had it come back', () => {
  const records = new RecordWorld(10);
  records.grow(12);
  const post = alice.post('regretted');
  records.writeAll([post]);
  records.world.runFor(5_000);
  const away = records.replicasOf(post.place).slice(0, 3);
  for (const phone of away) phone.kill('process');
  records.world.runFor(60_000);
  records.writeAll([alice.tombstone(post)]);
  for (const phone of away) phone.start([records.pick().contact.address]);
  records.settle();
  records.world.runFor(300_000);
  expect(records.living.filter((phone) => records.holds(phone, post))).toEqual([]);
});

describe('under churn', () => {
  test.each([1, 2, 3, 4, 5, 6])(
    'no complete read is older than an acknowledged write it followed (seed %i)',
    (seed) => {
      const records = new RecordWorld(100 + seed, {}, { loss: seed % 2 === 0 ? 0.01 : 0 });
      const { random } = records.world;
      records.grow(16);
      let complete = 0;
      let reads = 0;
      for (let step = 0; step < 150; step++) {
        records.write(records.pick(), randomRecord(records, step));
        if (records.acknowledged.size > 0) {
          records.check(records.pick(), random.pick([...records.acknowledged.keys()]), (answer) => {
            reads += 1;
            if (answer.complete) complete += 1;
          });
        }
        if (step % 15 === 0) disturb(records);
        records.world.runFor(random.below(1_500));
      }
      records.world.runFor(60_000);
      expect(records.staleReads).toEqual([]);
      expect(complete / reads).toBeGreaterThan(0.9);
      records.settle(600_000);
      records.heal(600_000);
    },
  );
});

/** One phone comes, goes, dies or freezes. */
function disturb(records: RecordWorld): void {
  const { world } = records;
  const phone: RecordPhone = records.pick();
  switch (world.random.below(4)) {
    case 0:
      world.addPhone().start([phone.contact.address]);
      return;
    case 1:
      phone.kill(world.random.next() < 0.5 ? 'process' : 'machine');
      return;
    case 2:
      phone.leave();
      return;
    default:
      phone.freeze();
      world.engine.after(20_000, () => phone.thaw());
  }
}

function randomRecord(records: RecordWorld, step: number): RingRecord {
  const author = records.world.random.pick(authors);
  const kind = records.world.random.below(3);
  if (kind === 0) return author.post(`post ${step}`);
  if (kind === 1) return author.profile(step + 1, `profile ${step}`);
  return author.member(records.world.random.pick(authors).id, `slot ${records.world.random.below(5)}`, step + 1);
}
