import { describe, expect, test } from 'vitest';
import type { PeerRequest } from '../../../services/chord-router/core/message.ts';
import { ABSENT_MS } from '../../../services/chord-router/core/replicas/coverage.ts';
import { askStore } from '../../../services/chord-router/core/store-port.ts';
import type { Id } from '../../../services/shared/core/id.ts';
import { type RingRecord, recordKey, supersedes } from '../../../services/shared/core/record.ts';
import { Author } from '../shared/author.ts';
import { type ClusterPhone, RecordCluster } from './record-cluster.ts';

const alice = new Author(1);
const bob = new Author(2);

/** Virtual time within which a ring must have repaired itself. */
const REPAIRED_MS = 60_000;
const ROOM = { authorBytes: 1e9, totalBytes: 1e9 };

function settledCluster(phones: number, settings = {}, seed = 1): RecordCluster {
  const cluster = new RecordCluster(phones, settings, seed);
  cluster.until(() => cluster.phones.every(({ replication }) => replication.settled), 'all phones settle');
  return cluster;
}

/** Writes records and waits until the background has brought them to all replicas within reach. */
function write(cluster: RecordCluster, ...records: readonly RingRecord[]): void {
  const phone = cluster.random.pick(cluster.alive);
  const receipts = cluster.perform(phone, phone.replication.put(records.map(({ bytes }) => bytes)));
  for (const { outcome } of receipts) expect(outcome).toBe('stored');
  cluster.run(1_000);
}

function read(cluster: RecordCluster, place: Id, phone = cluster.random.pick(cluster.alive)): readonly RingRecord[] {
  const query = { place, name: undefined, limit: 100, before: undefined };
  const { records, complete } = cluster.perform(phone, phone.replication.get(query, 'quorum'));
  expect(complete).toBe(true);
  return records;
}

/** Whether exactly the phones that should hold each record do. */
function isInPlace(cluster: RecordCluster, records: readonly RingRecord[]): boolean {
  return records.every((record) => {
    const should = cluster.replicasOf(record.place);
    const holders = cluster.holdersOf(record).filter(({ alive }) => alive);
    return holders.length === should.length && should.every((phone) => holders.includes(phone));
  });
}

const posts = (count: number, prefix = 'post'): RingRecord[] =>
  Array.from({ length: count }, (_, i) => alice.post(`${prefix} ${i}`));

describe('repair', () => {
  test('owners tell how many of the other replicas are not known to be whole', () => {
    const cluster = settledCluster(12);
    write(cluster, ...posts(20));
    const missing = ({ events }: ClusterPhone): number | undefined => {
      const told = events.findLast((event) => event.type === 'replicas-compared');
      return told?.type === 'replicas-compared' ? told.wanted - told.equal : undefined;
    };
    const isWhole = (): boolean => cluster.alive.every((phone) => missing(phone) === 0);
    cluster.until(isWhole, 'every owner knows six whole replicas');
    const [victim] = cluster.phones;
    cluster.kill(victim!);
    cluster.until(() => cluster.alive.some((phone) => missing(phone) === 1), 'owners before it miss one');
    expect(cluster.alive.every((phone) => missing(phone)! <= 1)).toBe(true);
    cluster.setMembers();
    cluster.until(isWhole, 'another phone has taken its place');
  });

  test('a ring of fewer phones than replicas misses those, and nothing else', () => {
    const cluster = settledCluster(3);
    cluster.until(
      () => cluster.phones.every(({ events }) => events.some(({ type }) => type === 'replicas-compared')),
      'all have compared',
    );
    for (const { events } of cluster.phones) {
      const last = events.findLast((event) => event.type === 'replicas-compared');
      expect(last).toEqual({ type: 'replicas-compared', wanted: 6, present: 2, equal: 2 });
    }
  });

  test.each([1, 2, 3])(
    'a quarter dies at once: nothing acknowledged is lost, and r replicas stand again (%i)',
    (seed) => {
      const cluster = settledCluster(24, {}, seed);
      const records = posts(40);
      write(cluster, ...records);
      cluster.kill(...cluster.random.shuffle(cluster.phones).slice(0, 6));
      // Before anybody has noticed: any one replica that lives will do.
      for (const record of records) {
        const query = { place: record.place, name: 'post', limit: 1, before: undefined };
        const reader = cluster.random.pick(cluster.alive);
        const answer = cluster.perform(reader, reader.replication.get(query, 'one'));
        expect(answer).toMatchObject({ complete: true, records: [{ hash: record.hash }] });
      }
      cluster.setMembers();
      cluster.until(() => isInPlace(cluster, records), 'all replicas stand again', REPAIRED_MS);
      // Where most replicas of a record died, those that are left cannot know that they did not go on elsewhere.
      const settledMs = ABSENT_MS + REPAIRED_MS;
      cluster.until(() => cluster.alive.every(({ replication }) => replication.settled), 'all settle', settledMs);
    },
  );

  test('a newcomer fetches its ranges, says that it is not settled till then, and strays are dropped', () => {
    const cluster = settledCluster(12);
    const records = posts(60);
    write(cluster, ...records);
    const newcomer = cluster.join();
    expect(newcomer.replication.settled).toBe(false);
    const own = records.find(({ place }) => cluster.replicasOf(place).includes(newcomer))!;
    const query = { place: own.place, name: undefined, limit: 1, before: undefined };
    const request = { type: 'get-records', query, digestOnly: false } as const;
    const early = cluster.perform(newcomer, newcomer.replication.handle(cluster.phones[0]!.contact, request));
    expect(early).toMatchObject({ responsible: true, settled: false, records: [] });
    cluster.until(() => newcomer.replication.settled, 'the newcomer settles', 5_000);
    const mine = records.filter(({ place }) => cluster.replicasOf(place).includes(newcomer));
    expect(mine.length).toBeGreaterThan(5);
    for (const record of mine) expect(newcomer.holds(record)).toBe(true);
    cluster.until(() => isInPlace(cluster, records), 'others drop what is no longer theirs', REPAIRED_MS);
  });

  test('a stray is kept while one of its replicas lacks it', () => {
    const cluster = settledCluster(12);
    const records = posts(30);
    write(cluster, ...records);
    cluster.run(REPAIRED_MS);
    const newcomer = cluster.join();
    newcomer.disk.fault = 'disk-full';
    const displaced = records.map((record) => cluster.replicasOf(record.place, cluster.phones.slice(0, 12))[6]!);
    cluster.run(REPAIRED_MS);
    for (const [i, record] of records.entries()) {
      if (cluster.replicasOf(record.place).includes(newcomer)) expect(displaced[i]!.holds(record)).toBe(true);
    }
    newcomer.disk.fault = undefined;
    cluster.until(() => isInPlace(cluster, records), 'all is in place in the end', 10 * REPAIRED_MS);
  });

  test('a phone that kept something elsewhere knows when all of that is on its replicas', () => {
    const cluster = settledCluster(16);
    const [mover] = cluster.phones as [ClusterPhone];
    const records = posts(40);
    cluster.perform(mover, askStore({ type: 'write', records, quota: ROOM }));
    const foreign = records.filter(({ place }) => !cluster.replicasOf(place).includes(mover));
    const [unlucky] = cluster.replicasOf(foreign[0]!.place) as [ClusterPhone];
    unlucky.disk.fault = 'disk-full';
    const fiber = mover.scheduler.run(mover.replication.broughtOver(), 'test');
    mover.believe(cluster.alive);
    cluster.run(REPAIRED_MS);
    expect(fiber.done).toBe(false);
    unlucky.disk.fault = undefined;
    cluster.until(() => fiber.done, 'all is brought over', 10 * REPAIRED_MS);
    expect(isInPlace(cluster, foreign)).toBe(true);
  });

  test('it knows so in a ring so small that nobody is sure before it has said goodbye', () => {
    const cluster = settledCluster(2);
    const [stays, moves] = cluster.phones as [ClusterPhone, ClusterPhone];
    const kept = posts(5);
    cluster.perform(moves, askStore({ type: 'write', records: kept, quota: ROOM }));
    cluster.kill(moves);
    const moved = cluster.join();
    cluster.perform(moved, askStore({ type: 'write', records: kept, quota: ROOM }));
    const fiber = moved.scheduler.run(moved.replication.broughtOver(), 'test');
    cluster.until(() => fiber.done, 'all is brought over', REPAIRED_MS);
    for (const record of kept) expect(stays.holds(record)).toBe(true);
    expect(moved.replication.settled).toBe(false);
  });

  test('the newcomer gets each record about once', () => {
    const cluster = settledCluster(12);
    for (let i = 0; i < 5; i++) write(cluster, ...posts(60, `batch ${i}`));
    cluster.traffic.length = 0;
    cluster.latencyMs = () => 140; // so slow that its neighbours compare with it while it still fetches
    const newcomer = cluster.join();
    cluster.until(() => newcomer.replication.settled, 'the newcomer settles', 20_000);
    cluster.run(REPAIRED_MS);
    const pushed = cluster.traffic.flatMap(({ to, request }) =>
      to === newcomer && request.type === 'put-records' ? request.records : [],
    );
    const fetched = cluster.traffic.flatMap(({ from, request }) =>
      from === newcomer && request.type === 'fetch-records' ? request.wanted : [],
    );
    expect(pushed.length + fetched.length).toBeLessThanOrEqual(newcomer.disk.usage.records * 1.1);
  });

  test('a leaver hands over, so that the ring is whole without any repair', () => {
    const cluster = settledCluster(16);
    const records = posts(60);
    write(cluster, ...records);
    cluster.run(REPAIRED_MS);
    const leaver = cluster.phones[3]!;
    const lacking = (): number =>
      records
        .flatMap((record) =>
          cluster
            .replicasOf(
              record.place,
              cluster.phones.filter((phone) => phone !== leaver),
            )
            .map((phone) => phone.holds(record)),
        )
        .filter((held) => !held).length;
    const lackedBefore = lacking();
    cluster.traffic.length = 0;
    cluster.perform(leaver, leaver.replication.handOver());
    cluster.kill(leaver);
    expect(lackedBefore).toBeGreaterThan(10);
    expect(lacking()).toBe(0);
    let pushed = 0;
    for (const { request } of cluster.traffic) pushed += request.type === 'put-records' ? request.records.length : 0;
    expect(pushed).toBe(lackedBefore);
    expect(leaver.events.filter(({ type }) => type === 'range-handed-over')).not.toHaveLength(0);
  });

  test('a leaver in doubt hands over all it keeps, and what lies there astray, for it may have the only copy', () => {
    const cluster = settledCluster(16, { repairMaxMs: 10_000_000 });
    cluster.run(REPAIRED_MS);
    const leaver = cluster.phones[3]!;
    const records = posts(60);
    const mine = records.filter(({ place }) => cluster.replicasOf(place).includes(leaver));
    const stray = records.find((record) => !mine.includes(record))!;
    cluster.kill(leaver);
    leaver.restart(); // and has compared with nobody yet
    leaver.disk.perform({ type: 'write', records: [...mine, stray], quota: ROOM }, () => {});
    cluster.run(10);
    cluster.perform(leaver, leaver.replication.handOver());
    cluster.kill(leaver);
    expect(mine.length).toBeGreaterThan(10);
    const heirs = leaver.successors().slice(0, 7);
    for (const record of mine) {
      const should = cluster.replicasOf(record.place).filter(({ contact }) => heirs.includes(contact));
      for (const phone of should) expect(phone.holds(record)).toBe(true);
    }
    for (const phone of cluster.replicasOf(stray.place)) expect(phone.holds(stray)).toBe(true);
  });

  test('a leave ends in bounded time when the others are silent', () => {
    const cluster = settledCluster(16);
    write(cluster, ...posts(20));
    const leaver = cluster.phones[3]!;
    cluster.reaches = () => false;
    const startedAt = cluster.nowMs;
    cluster.perform(leaver, leaver.replication.handOver());
    expect(cluster.nowMs - startedAt).toBeLessThanOrEqual(10_000);
  });

  test('a phone that was away gets what it missed before its word counts', () => {
    const cluster = settledCluster(9);
    const [first, second] = [alice.profile(1, 'first'), alice.profile(2, 'second')];
    write(cluster, first);
    const away = cluster.replicasOf(first.place)[2]!;
    cluster.kill(away);
    cluster.setMembers();
    cluster.run(REPAIRED_MS);
    write(cluster, second);
    away.restart();
    cluster.setMembers();
    away.start();
    expect(away.holds(first)).toBe(true);
    expect(away.replication.settled).toBe(false);
    cluster.until(() => away.replication.settled, 'it settles', 5_000);
    expect(away.holds(second)).toBe(true);
  });

  test('a frozen phone does not trust what it held when it thaws', () => {
    const cluster = settledCluster(9);
    const record = alice.profile(1, 'first');
    write(cluster, record);
    const frozen = cluster.replicasOf(record.place)[0]!;
    cluster.reaches = (from, to) => from !== frozen && to !== frozen;
    const sleeping = frozen.sleep;
    frozen.sleep = (ms, waiter) => sleeping.call(frozen, ms + 20_000, waiter); // no timer fires while it is frozen
    cluster.run(15_000);
    write(cluster, alice.profile(2, 'second'));
    frozen.sleep = sleeping;
    cluster.reaches = () => true;
    cluster.until(() => !frozen.replication.settled, 'it notices', 30_000);
    cluster.until(() => frozen.replication.settled, 'it settles again', 30_000);
    expect(frozen.holds(alice.profile(2, 'second'))).toBe(true);
  });

  test('two halves that met again hold all that either acknowledged', () => {
    const cluster = settledCluster(16);
    const before = posts(10, 'before');
    write(cluster, ...before);
    const half = new Set(cluster.random.shuffle(cluster.phones).slice(0, 8));
    const others = cluster.phones.filter((phone) => !half.has(phone));
    cluster.reaches = (from, to) => half.has(from) === half.has(to);
    cluster.setMembers([...half], [...half]);
    cluster.setMembers(others, others);
    cluster.run(REPAIRED_MS);
    const written: RingRecord[] = [];
    for (const [i, side] of [[...half], others].entries()) {
      const records = posts(20, `side ${i}`);
      const receipts = cluster.perform(side[0]!, side[0]!.replication.put(records.map(({ bytes }) => bytes)));
      for (const { outcome } of receipts) expect(outcome).toBe('stored');
      written.push(...records);
    }
    cluster.run(5_000);
    cluster.reaches = () => true;
    cluster.setMembers();
    expect(cluster.phones.some(({ replication }) => replication.settled)).toBe(false);
    cluster.until(() => isInPlace(cluster, [...before, ...written]), 'all records are in place', REPAIRED_MS);
    for (const record of written) expect(read(cluster, record.place)).toMatchObject([{ hash: record.hash }]);
  });

  test('replicas that differ in a few of many records exchange only those', () => {
    const cluster = settledCluster(3, { repairMaxMs: 10_000 });
    const records = posts(300);
    for (let i = 0; i < records.length; i += 50) write(cluster, ...records.slice(i, i + 50));
    const [phone] = cluster.phones;
    const lost = [records[7]!, records[150]!];
    phone!.disk.perform({ type: 'remove', records: lost.map(summaryOf) }, () => {});
    cluster.run(10);
    cluster.traffic.length = 0;
    cluster.until(() => isInPlace(cluster, records), 'the lost ones are back', REPAIRED_MS);
    let moved = 0;
    for (const { request } of cluster.traffic) {
      if (request.type === 'put-records') moved += request.records.length;
      if (request.type === 'fetch-records') moved += request.wanted.length;
    }
    expect(moved).toBeLessThanOrEqual(2 * lost.length);
  });

  test('a place with more members than a listing holds is repaired too', () => {
    const cluster = settledCluster(2);
    const place = bob.id;
    const members = Array.from({ length: 1_100 }, (_, i) => alice.member(place, `slot ${i}`, 1, i));
    const [from, to] = cluster.phones;
    cluster.reaches = () => false;
    from!.disk.perform({ type: 'write', records: members, quota: { authorBytes: 1e9, totalBytes: 1e9 } }, () => {});
    cluster.run(10);
    cluster.reaches = () => true;
    cluster.until(() => to!.disk.usage.records === members.length, 'all members are copied', 300_000);
  });

  test('a quiet ring exchanges one digest a replica, and ever fewer', () => {
    const cluster = settledCluster(16);
    write(cluster, ...posts(30));
    cluster.run(600_000);
    cluster.traffic.length = 0;
    cluster.run(600_000);
    const kinds = new Set<PeerRequest['type']>(cluster.traffic.map(({ request }) => request.type));
    expect([...kinds]).toEqual(['digest-range']);
    // 16 phones, 6 replicas each, every 120 s or so.
    expect(cluster.traffic.length).toBeLessThan((16 * 6 * 600) / 90);
  });
});

describe('tombstones', () => {
  test('a deleted post does not come back with a phone that was away, by whatever way', () => {
    const cluster = settledCluster(9);
    const post = alice.post('regretted');
    write(cluster, post);
    const away = cluster.replicasOf(post.place).slice(0, 2);
    cluster.kill(...away);
    cluster.setMembers();
    cluster.run(REPAIRED_MS);
    const tombstone = alice.tombstone(post);
    write(cluster, tombstone);
    expect(cluster.holdersOf(post).filter(({ alive }) => alive)).toEqual([]);
    for (const phone of away) phone.restart();
    cluster.setMembers();
    for (const phone of away) phone.start();
    // A read by one that still has it does not spread it, and an attempt to write it again is refused.
    read(cluster, post.place, away[0]);
    const again = cluster.perform(cluster.phones[0]!, cluster.phones[0]!.replication.put([post.bytes]));
    expect(again).toMatchObject([{ outcome: 'tombstoned', newer: { hash: tombstone.hash } }]);
    cluster.until(
      () => cluster.holdersOf(post).length === 0 && isInPlace(cluster, [tombstone]),
      'it is gone',
      REPAIRED_MS,
    );
    cluster.run(600_000);
    expect(cluster.holdersOf(post)).toEqual([]);
    expect(read(cluster, post.place)).toMatchObject([{ hash: tombstone.hash }]);
  });

  test('a query for posts alone sees no deleted post where one replica lacks the tombstone', () => {
    const cluster = settledCluster(7, { repairMaxMs: 10_000_000 });
    cluster.run(30_000);
    const post = alice.post('regretted');
    write(cluster, post);
    const late = cluster.phones[0]!;
    cluster.reaches = (from, to) => from !== late && to !== late;
    const writer = cluster.phones[1]!;
    cluster.perform(writer, writer.replication.put([alice.tombstone(post).bytes]));
    cluster.reaches = () => true;
    expect(late.holds(post)).toBe(true);
    const query = { place: post.place, name: 'post', limit: 10, before: undefined };
    const answer = cluster.perform(late, late.replication.get(query, 'quorum'));
    expect(answer).toMatchObject({ records: [], complete: true });
    cluster.run(50);
    expect(late.holds(post)).toBe(false);
  });

  test('no later revision undoes a deletion', () => {
    const cluster = settledCluster(7);
    const post = alice.post('regretted');
    write(cluster, post);
    write(cluster, alice.tombstone(post, 1));
    const phone = cluster.phones[0]!;
    const [receipt] = cluster.perform(phone, phone.replication.put([alice.revision(post, 2, 'not really').bytes]));
    expect(receipt?.outcome).toBe('tombstoned');
  });
});

test('acknowledged writes survive a long time of joins, leaves and deaths', () => {
  const cluster = settledCluster(14, {}, 11);
  const newest = new Map<string, RingRecord>();
  const authors = [alice, bob];
  for (let step = 0; step < 60; step++) {
    const record = randomRecord(cluster, authors, step);
    const phone = cluster.random.pick(cluster.alive);
    const [receipt] = cluster.perform(phone, phone.replication.put([record.bytes]));
    if (receipt?.outcome === 'stored') {
      const key = record.place + recordKey(record);
      const known = newest.get(key);
      if (known === undefined || supersedes(record, known)) newest.set(key, record);
    }
    const dice = cluster.random.next();
    if (dice < 0.25) cluster.join();
    else if (dice < 0.5 && cluster.alive.length > 10) {
      cluster.kill(...cluster.random.shuffle(cluster.alive).slice(0, 2));
      cluster.setMembers();
    } else if (dice < 0.6 && cluster.alive.length > 10) leave(cluster, cluster.random.pick(cluster.alive));
    cluster.run(cluster.random.below(8_000));
  }
  for (const record of newest.values()) {
    const found = read(cluster, record.place).find((other) => recordKey(other) === recordKey(record));
    expect(found?.hash).toBe(record.hash);
  }
  cluster.until(() => isInPlace(cluster, [...newest.values()]), 'all is in place', REPAIRED_MS);
});

function randomRecord(cluster: RecordCluster, authors: readonly Author[], step: number): RingRecord {
  const author = cluster.random.pick(authors);
  const kind = cluster.random.below(3);
  if (kind === 0) return author.post(`post ${step}`);
  if (kind === 1) return author.profile(step + 1, `profile ${step}`);
  return author.member(cluster.random.pick(authors).id, `slot ${cluster.random.below(5)}`, step + 1);
}

function leave(cluster: RecordCluster, phone: ClusterPhone): void {
  cluster.perform(phone, phone.replication.handOver());
  cluster.kill(phone);
  cluster.setMembers();
}

function summaryOf(record: RingRecord): { place: Id; key: string; seq: number; hash: string } {
  return { place: record.place, key: recordKey(record), seq: record.seq, hash: record.hash };
}
