import { describe, expect, test } from 'vitest';
import type { RecordQuery } from '../../../services/chord-router/core/message.ts';
import type { Consistency, ReadOutcome } from '../../../services/chord-router/core/reading/get.ts';
import type { Receipt } from '../../../services/chord-router/core/writing/delivery.ts';
import type { Id } from '../../../services/shared/core/id.ts';
import { SeededRandom } from '../../../services/shared/core/random.ts';
import type { RingRecord } from '../../../services/shared/core/record.ts';
import { Author } from '../shared/author.ts';
import { type ClusterPhone, RecordCluster } from './record-cluster.ts';

const alice = new Author(1);
const bob = new Author(2);

function put(cluster: RecordCluster, phone: ClusterPhone, ...records: readonly RingRecord[]): readonly Receipt[] {
  return cluster.perform(phone, phone.replication.put(records.map(({ bytes }) => bytes)));
}

function get(
  cluster: RecordCluster,
  phone: ClusterPhone,
  place: Id,
  consistency: Consistency = 'quorum',
  query: Partial<RecordQuery> = {},
): ReadOutcome {
  const whole = { place, name: undefined, limit: 100, before: undefined, ...query };
  return cluster.perform(phone, phone.replication.get(whole, consistency));
}

function settledCluster(phones: number, settings = {}, seed = 1): RecordCluster {
  const cluster = new RecordCluster(phones, settings, seed);
  cluster.until(() => cluster.phones.every(({ replication }) => replication.settled), 'all phones settle');
  return cluster;
}

const hashes = (records: readonly RingRecord[]): readonly string[] => records.map(({ hash }) => hash);
const outcomes = (receipts: readonly Receipt[]): readonly string[] => receipts.map(({ outcome }) => outcome);

describe('writing', () => {
  test('stores a record on all its replicas in one round trip and acknowledges it at a majority', () => {
    const cluster = settledCluster(24);
    const post = alice.post('hello');
    const [owner, ...others] = cluster.replicasOf(post.place);
    const far = cluster.phones.find((phone) => ![owner, ...others].includes(phone))!;
    const startedAt = cluster.nowMs;
    const [receipt] = put(cluster, far, post);
    expect(receipt).toMatchObject({ outcome: 'stored', replicas: 7 });
    expect(receipt!.acknowledged).toBeGreaterThanOrEqual(4);
    expect(cluster.nowMs - startedAt).toBe(6); // there, to disk, and back
    cluster.run(100);
    expect(new Set(cluster.holdersOf(post))).toEqual(new Set([owner, ...others]));
  });

  test('answers when a majority has it, while a frozen replica is still awaited', () => {
    const cluster = settledCluster(24);
    const post = alice.post('hello');
    const [frozen] = cluster.replicasOf(post.place);
    cluster.reaches = (_, to) => to !== frozen;
    const startedAt = cluster.nowMs;
    expect(outcomes(put(cluster, cluster.phones.find((phone) => phone !== frozen)!, post))).toEqual(['stored']);
    expect(cluster.nowMs - startedAt).toBeLessThan(20);
  });

  test('says unavailable when a majority of the replicas is out of reach', () => {
    const cluster = settledCluster(7);
    const [writer, ...others] = cluster.phones;
    cluster.reaches = (from, to) => !others.slice(0, 4).includes(to) && !others.slice(0, 4).includes(from);
    const [receipt] = put(cluster, writer!, alice.post('hello'));
    expect(receipt).toMatchObject({ outcome: 'unavailable', replicas: 7, acknowledged: 3 });
  });

  test('finds the right replicas when its own tables are stale', () => {
    const cluster = settledCluster(24);
    const post = alice.post('hello');
    const replicas = cluster.replicasOf(post.place);
    const writer = cluster.phones.find((phone) => !replicas.includes(phone))!;
    // The writer has never heard of the five phones nearest to the key.
    cluster.setMembers(
      cluster.phones.filter((phone) => !replicas.slice(0, 5).includes(phone)),
      [writer],
    );
    expect(outcomes(put(cluster, writer, post))).toEqual(['stored']);
    cluster.run(100);
    expect(new Set(cluster.holdersOf(post))).toEqual(new Set(replicas));
  });

  test('a phone that knows too few phones asks the ring before it believes that its ring is small', () => {
    const cluster = settledCluster(24);
    const post = alice.post('hello');
    const replicas = cluster.replicasOf(post.place);
    const writer = cluster.phones.find((phone) => !replicas.includes(phone))!;
    writer.believedReplicas = () => [writer.contact];
    expect(put(cluster, writer, post)[0]).toMatchObject({ outcome: 'stored', replicas: 7 });
    expect(writer.holds(post)).toBe(false);
  });

  test('refuses forged, misplaced and malformed records without asking anybody', () => {
    const cluster = settledCluster(8);
    const post = alice.post('hello');
    const forged = post.bytes.slice();
    forged[forged.length - 1]! ^= 1;
    cluster.traffic.length = 0;
    const phone = cluster.phones[0]!;
    const receipts = cluster.perform(phone, phone.replication.put([forged, new Uint8Array(3), post.bytes]));
    expect(outcomes(receipts)).toEqual(['invalid', 'invalid', 'stored']);
    const sent = cluster.traffic.flatMap(({ request }) => (request.type === 'put-records' ? request.records : []));
    expect(sent.every((bytes) => bytes === post.bytes)).toBe(true);
  });

  test('a replica refuses a forged record by itself and counts it', () => {
    const cluster = settledCluster(2);
    const [phone, stranger] = cluster.phones;
    const forged = alice.post('hello').bytes.slice();
    forged[forged.length - 1]! ^= 1;
    const request = { type: 'put-records', records: [forged], purpose: 'repair' } as const;
    const reply = cluster.perform(phone!, phone!.replication.handle(stranger!.contact, request));
    expect(reply).toMatchObject({ verdicts: ['invalid'] });
    expect(phone!.events).toContainEqual({
      type: 'records-rejected',
      from: stranger!.contact,
      verdict: 'invalid',
      count: 1,
    });
    expect(phone!.disk.usage.records).toBe(0);
  });

  test('an older version loses, and the receipt shows the one that stands', () => {
    const cluster = settledCluster(8);
    const phone = cluster.phones[0]!;
    const newer = alice.profile(2, 'second');
    expect(outcomes(put(cluster, phone, newer))).toEqual(['stored']);
    const [receipt] = put(cluster, phone, alice.profile(1, 'first'));
    expect(receipt?.outcome).toBe('superseded');
    expect(receipt?.newer?.hash).toBe(newer.hash);
  });

  test('two versions under one seq have the same winner everywhere, and the fork is told', () => {
    const cluster = settledCluster(8);
    const [a, b] = cluster.phones;
    const versions = [alice.profile(1, 'one'), alice.profile(1, 'other')];
    put(cluster, a!, versions[0]!);
    put(cluster, b!, versions[1]!);
    cluster.run(60_000);
    const winner = versions[0]!.hash > versions[1]!.hash ? versions[0]! : versions[1]!;
    expect(new Set(cluster.holdersOf(winner))).toEqual(new Set(cluster.replicasOf(winner.place)));
    expect(cluster.phones.some(({ events }) => events.some(({ type }) => type === 'fork-seen'))).toBe(true);
  });

  test('an author over their quota of bytes or of writes a minute is told so', () => {
    const bytes = settledCluster(3, { quotaAuthorBytes: 1_000 });
    const phone = bytes.phones[0]!;
    expect(outcomes(put(bytes, phone, alice.post('x'.repeat(600))))).toEqual(['stored']);
    expect(outcomes(put(bytes, phone, alice.post('y'.repeat(600))))).toEqual(['over-quota']);
    expect(outcomes(put(bytes, phone, bob.post('y'.repeat(600))))).toEqual(['stored']);

    const rate = settledCluster(3, { quotaAuthorWritesPerMinute: 2 });
    const posts = ['a', 'b', 'c'].map((text) => alice.post(text));
    expect(outcomes(put(rate, rate.phones[0]!, ...posts))).toEqual(['stored', 'stored', 'over-quota']);
    expect(outcomes(put(rate, rate.phones[0]!, posts[0]!))).toEqual(['stored']); // present: costs nothing
    rate.run(31_000);
    expect(outcomes(put(rate, rate.phones[0]!, posts[2]!))).toEqual(['stored']);
  });

  test('a full disk is no acknowledgement', () => {
    const cluster = settledCluster(7);
    for (const phone of cluster.phones.slice(0, 4)) phone.disk.fault = 'disk-full';
    expect(put(cluster, cluster.phones[0]!, alice.post('hello'))[0]).toMatchObject({
      outcome: 'unavailable',
      acknowledged: 3,
    });
  });

  test('refuses requests over their bounds', () => {
    const cluster = settledCluster(2);
    const [phone, other] = cluster.phones;
    const records = Array.from({ length: 65 }, () => new Uint8Array(1));
    const large = Array.from({ length: 5 }, () => new Uint8Array(60_000));
    const query = { place: alice.id, name: undefined, limit: 201, before: undefined };
    const range = { from: alice.id, to: bob.id };
    for (const request of [
      { type: 'put-records', records, purpose: 'write' },
      { type: 'put-records', records: large, purpose: 'write' },
      { type: 'get-records', query, digestOnly: false },
      { type: 'get-records', query: { ...query, limit: 1, before: 'x' }, digestOnly: false },
      { type: 'list-range', ...range, afterKey: undefined, limit: 0 },
      { type: 'list-range', ...range, afterKey: undefined, limit: 100_000 },
      { type: 'fetch-records', wanted: [{ place: alice.id, key: 'x'.repeat(2_000) }] },
      { type: 'get-nearest', key: alice.id, name: '' },
    ] as const) {
      expect(cluster.perform(phone!, phone!.replication.handle(other!.contact, request)), request.type).toBeUndefined();
    }
  });
});

describe('reading', () => {
  test('one: the fastest replica answers; a silent one is hedged', () => {
    const cluster = settledCluster(24);
    const post = alice.post('hello');
    put(cluster, cluster.phones[0]!, post);
    cluster.run(100);
    const replicas = cluster.replicasOf(post.place);
    const reader = cluster.phones.find((phone) => !replicas.includes(phone))!;
    cluster.traffic.length = 0;
    expect(hashes(get(cluster, reader, post.place, 'one', { name: 'post' }).records)).toEqual([post.hash]);
    expect(cluster.traffic.filter(({ request }) => request.type === 'get-records')).toHaveLength(1);

    cluster.reaches = (_, to) => to !== replicas[0];
    const startedAt = cluster.nowMs;
    const read = get(cluster, reader, post.place, 'one', { name: 'post' });
    expect(read).toMatchObject({ complete: true, answered: [replicas[1]!.contact] });
    expect(cluster.nowMs - startedAt).toBeLessThan(50); // and not the 300 ms of a call that times out
  });

  test('one: a replica has its own records at no cost', () => {
    const cluster = settledCluster(24);
    const post = alice.post('hello');
    put(cluster, cluster.phones[0]!, post);
    cluster.run(100);
    const owner = cluster.replicasOf(post.place)[3]!;
    cluster.traffic.length = 0;
    expect(get(cluster, owner, post.place, 'one', { name: 'post' })).toMatchObject({ complete: true, hops: 0 });
    expect(cluster.traffic).toHaveLength(0);
  });

  test('one: what nobody has is surely absent only when a majority says so', () => {
    const cluster = settledCluster(8);
    const place = alice.post('never written').place;
    expect(get(cluster, cluster.phones[0]!, place, 'one')).toMatchObject({ records: [], complete: true });
    const silent = cluster.phones.slice(1, 6);
    cluster.reaches = (_, to) => !silent.includes(to);
    expect(get(cluster, cluster.phones[0]!, place, 'one')).toMatchObject({ records: [], complete: false });
  });

  test('quorum: equal replicas cost one answer in full and three digests', () => {
    const cluster = settledCluster(24);
    const profile = alice.profile(1, 'x'.repeat(2_000));
    put(cluster, cluster.phones[0]!, profile);
    cluster.run(100);
    const reader = cluster.phones.find((phone) => !cluster.replicasOf(profile.place).includes(phone))!;
    cluster.traffic.length = 0;
    const read = get(cluster, reader, profile.place);
    expect(read).toMatchObject({ complete: true, hops: 1 });
    expect(hashes(read.records)).toEqual([profile.hash]);
    const asked = cluster.traffic.flatMap(({ request }) =>
      request.type === 'get-records' ? [request.digestOnly] : [],
    );
    expect(asked).toEqual([false, true, true, true]);
  });

  test('quorum: the newest version wins and the lagging replica is repaired', () => {
    const cluster = settledCluster(8, { repairMaxMs: 10_000_000 });
    cluster.run(30_000);
    const [first, second] = [alice.profile(1, 'first'), alice.profile(2, 'second')];
    put(cluster, cluster.phones[0]!, first);
    cluster.run(1_000);
    const replicas = cluster.replicasOf(first.place);
    const late = replicas[0]!;
    cluster.reaches = (from, to) => from !== late && to !== late;
    put(cluster, replicas[1]!, second);
    cluster.run(1_000);
    cluster.reaches = () => true;
    expect(late.holds(second)).toBe(false);
    const read = get(cluster, late, first.place);
    expect(hashes(read.records)).toEqual([second.hash]);
    cluster.run(50);
    expect(late.holds(second)).toBe(true);
  });

  test('quorum: less than a majority is an incomplete answer, not a wrong one', () => {
    const cluster = settledCluster(7);
    const profile = alice.profile(1, 'first');
    put(cluster, cluster.phones[0]!, profile);
    cluster.run(100);
    const reader = cluster.phones[0]!;
    const silent = cluster.phones.slice(1, 5);
    cluster.reaches = (_, to) => !silent.includes(to);
    const read = get(cluster, reader, profile.place);
    expect(read.complete).toBe(false);
    expect(hashes(read.records)).toEqual([profile.hash]);
  });

  test('quorum: a page of disagreeing replicas skips nothing and shows no old version', () => {
    const place = alice.id;
    const random = new SeededRandom(5);
    for (let run = 0; run < 12; run++) {
      const cluster = settledCluster(5, { replication: 5, repairMaxMs: 10_000_000 }, run);
      cluster.run(20_000);
      const newest = new Map<string, RingRecord>();
      for (let i = 0; i < 30; i++) {
        const author = random.pick([alice, bob]);
        const record = author.member(place, `s${random.below(12)}`, i + 1, random.below(50), `v${i}`);
        const [silent, alsoSilent] = random.shuffle(cluster.phones);
        cluster.reaches = (from, to) => ![silent, alsoSilent].includes(to) && ![silent, alsoSilent].includes(from);
        const writer = cluster.phones.find((phone) => phone !== silent && phone !== alsoSilent)!;
        expect(outcomes(put(cluster, writer, record))).toEqual(['stored']);
        newest.set(`${record.author}${record.slot}`, record);
      }
      cluster.reaches = () => true;
      const read: RingRecord[] = [];
      let before: string | undefined;
      do {
        const page = get(cluster, random.pick(cluster.phones), place, 'quorum', { limit: 3, before });
        expect(page.complete).toBe(true);
        read.push(...page.records);
        before = page.next;
      } while (before !== undefined);
      expect(new Set(hashes(read))).toEqual(new Set(hashes([...newest.values()])));
      expect(read).toHaveLength(newest.size);
    }
  });

  test('a replica that lies is counted and not believed', () => {
    const cluster = settledCluster(24);
    const post = alice.post('hello');
    put(cluster, cluster.phones[0]!, post);
    cluster.run(100);
    const [liar, honest] = cluster.replicasOf(post.place);
    const handle = liar!.replication.handle.bind(liar!.replication);
    liar!.replication.handle = function* (from, request) {
      const reply = yield* handle(from, request);
      return reply?.type === 'get-outcome' ? { ...reply, records: [bob.post('fake').bytes] } : reply;
    };
    const reader = cluster.phones.find((phone) => !cluster.replicasOf(post.place).includes(phone))!;
    const read = get(cluster, reader, post.place, 'one', { name: 'post' });
    expect(hashes(read.records)).toEqual([post.hash]);
    expect(read.answered[0]).toEqual(honest!.contact);
    expect(reader.events).toContainEqual(expect.objectContaining({ type: 'records-rejected', from: liar!.contact }));
  });

  test('a replica that withholds a record under the digest of all is not believed', () => {
    const cluster = settledCluster(7);
    const profile = alice.profile(1, 'x');
    put(cluster, cluster.phones[0]!, profile);
    cluster.run(100);
    const [liar, reader] = cluster.replicasOf(profile.place);
    const handle = liar!.replication.handle.bind(liar!.replication);
    liar!.replication.handle = function* (from, request) {
      const reply = yield* handle(from, request);
      return reply?.type === 'get-outcome' ? { ...reply, records: [] } : reply;
    };
    reader!.byExpectedSpeed = (phones) =>
      [...phones].sort((a, b) => Number(b === liar!.contact) - Number(a === liar!.contact));
    reader!.replication.unsettle(); // so that it does not ask itself first
    expect(hashes(get(cluster, reader!, profile.place).records)).toEqual([profile.hash]);
  });

  test('nearest: the first immutable at or after a key, all the way round', () => {
    const cluster = settledCluster(24);
    const posts = Array.from({ length: 6 }, (_, i) => alice.post(`post ${i}`));
    put(cluster, cluster.phones[0]!, ...posts, alice.member(bob.id, 's', 1));
    cluster.run(100);
    const sorted = [...posts].sort((a, b) => (a.place < b.place ? -1 : 1));
    for (const [key, expected] of [
      ['0'.repeat(32) as Id, sorted[0]],
      [sorted[2]!.place, sorted[2]],
      ['f'.repeat(32) as Id, sorted[0]],
      [bob.id, sorted.find(({ place }) => place >= bob.id) ?? sorted[0]],
    ] as const) {
      const reader = cluster.random.pick(cluster.phones);
      const found = cluster.perform(reader, reader.replication.nearest(key, 'post'));
      expect(found).toMatchObject({ complete: true, record: { hash: expected!.hash } });
    }
    const reader = cluster.phones[0]!;
    expect(cluster.perform(reader, reader.replication.nearest(bob.id, 'nothing'))).toMatchObject({
      record: undefined,
      complete: true,
    });
  });
});
