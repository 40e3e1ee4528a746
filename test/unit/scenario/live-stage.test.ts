/** The parts of the stages of real phones that need none: its clock, its deeds, its count of copies, its links. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RecordSummary } from '../../../services/chord-router/core/message.ts';
import type { Id } from '../../../services/shared/core/id.ts';
import { type RingRecord, recordKey } from '../../../services/shared/core/record.ts';
import type { PopulationEvent } from '../../../services/shared/scenario/population-event.ts';
import type { LinkClass, Scenario } from '../../../services/shared/scenario/scenario.ts';
import { DiskListing } from '../../scenario/stages/disk-listing.ts';
import { drawQualities, limitsOf } from '../../scenario/stages/live-links.ts';
import type { LiveNet, LivePhone } from '../../scenario/stages/live-net.ts';
import { PhoneDeeds } from '../../scenario/stages/phone-deeds.ts';
import { copiesMissing } from '../../scenario/stages/replica-count.ts';
import { TrafficCount } from '../../scenario/stages/traffic-count.ts';
import { WallClock } from '../../scenario/stages/wall-clock.ts';
import { Author } from '../shared/author.ts';

const author = new Author(1);

describe('the clock on the wall', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  test('runs what is due, from the moment it begins, until it is stopped', () => {
    const clock = new WallClock();
    vi.advanceTimersByTime(500);
    clock.begin();
    const ran: number[] = [];
    for (const ms of [30, 10, 20]) clock.after(ms, () => ran.push(clock.nowMs));
    vi.advanceTimersByTime(25);
    expect(ran).toEqual([10, 20]);
    clock.stop();
    clock.after(0, () => ran.push(-1));
    vi.advanceTimersByTime(100);
    expect(ran).toEqual([10, 20]);
  });
});

test('the clock lets time pass, and no more of it once it is stopped or the run is to end', async () => {
  const clock = new WallClock();
  clock.begin();
  await clock.pass(20);
  expect(clock.nowMs).toBeGreaterThanOrEqual(19);
  await clock.pass(3_600_000, AbortSignal.abort());
  const passing = clock.pass(3_600_000);
  clock.stop();
  await passing;
});

describe('deeds', () => {
  /** A testnet whose phones do what they are told once a test lets them. */
  function toyNet() {
    const log: string[] = [];
    const waiting: (() => void)[] = [];
    const failing = new Map<string, Error>();
    const does = (deed: string) => async (n: number) => {
      log.push(`${deed} ${n}`);
      if (deed === 'restart' || deed === 'stop') await new Promise<void>((resolve) => void waiting.push(resolve));
      const error = failing.get(`${deed} ${n}`);
      if (error !== undefined) throw error;
      log.push(`${deed} ${n} done`);
    };
    const net = {
      restart: does('restart'),
      stop: does('stop'),
      kill: does('kill'),
      move: does('move'),
      faults: { vanish: does('silence') },
    } as unknown as LiveNet;
    const deeds = new PhoneDeeds(net, {
      joined: (phone) => log.push(`joined ${phone}`),
      leaves: (phone) => log.push(`leaves ${phone}`),
      failed: (phone, error) => log.push(`failed ${phone}: ${error.message}`),
    });
    const perform = (phone: number, deed: PopulationEvent['deed']): void => deeds.perform({ atMs: 0, phone, deed });
    const goOn = async (): Promise<void> => {
      for (const resume of waiting.splice(0)) resume();
      await settled();
    };
    return { log, failing, deeds, perform, goOn };
  }

  /** Lets everything that waits for nothing else run. */
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  test('of one phone wait for each other, those of others do not', async () => {
    const { log, perform, goOn } = toyNet();
    perform(0, 'stop');
    perform(0, 'return');
    perform(1, 'crash');
    await settled();
    expect(log).toEqual(['stop 1', 'leaves 1', 'kill 2', 'kill 2 done', 'leaves 1']);
    await goOn();
    expect(log.slice(5)).toEqual(['stop 1 done', 'leaves 0', 'restart 1']);
    await goOn();
    expect(log.slice(8)).toEqual(['restart 1 done', 'joined 0']);
  });

  test('a phone that vanishes is silent before it is gone, and reappears elsewhere', async () => {
    const { log, perform, goOn } = toyNet();
    perform(2, 'vanish');
    perform(2, 'reappear');
    await settled();
    await goOn();
    const deeds = log.filter((line) => /^\w+ 3$/.test(line));
    expect(deeds).toEqual(['silence 3', 'kill 3', 'move 3', 'restart 3']);
    expect(log.at(-1)).toBe('joined 2');
  });

  test('a phone that goes while it comes does not wait to become a member, and no one calls that a failure', async () => {
    const { log, failing, perform, goOn } = toyNet();
    failing.set('restart 1', new Error('it ended at its start'));
    perform(0, 'join');
    await settled();
    perform(0, 'crash');
    expect(log.slice(0, 2)).toEqual(['restart 1', 'kill 1']);
    await goOn();
    expect(log.filter((line) => /^(joined|failed)/.test(line))).toEqual([]);
  });

  test('a phone that cannot come up is told of', async () => {
    const { log, failing, perform, goOn } = toyNet();
    failing.set('restart 1', new Error('no port'));
    perform(0, 'join');
    await settled();
    await goOn();
    expect(log.at(-1)).toBe('failed 0: no port');
  });

  test('end with the run', async () => {
    const { log, failing, deeds, perform, goOn } = toyNet();
    failing.set('restart 1', new Error('the testnet is going down'));
    perform(0, 'join');
    perform(0, 'stop');
    await settled();
    deeds.stop();
    await goOn();
    perform(1, 'join');
    await settled();
    expect(log.filter((line) => /^(joined|failed|stop|restart 2)/.test(line))).toEqual([]);
  });
});

describe('copies', () => {
  const summaryOf = (record: RingRecord): RecordSummary => ({
    place: record.place,
    key: recordKey(record),
    seq: record.seq,
    hash: record.hash,
  });
  const has = (...records: RingRecord[]): DiskListing => new DiskListing(records.map(summaryOf));

  test('are there in their version or a newer one, and a tombstone only as itself', () => {
    const [old, newer] = [author.profile(1, 'old'), author.profile(2, 'new')];
    expect([has(old).has(old), has(newer).has(old), has(old).has(newer), has().has(old)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    const post = author.post('soon gone');
    const tombstone = author.tombstone(post);
    expect([has(tombstone).has(tombstone), has(author.revision(post, 3, 'alive')).has(tombstone)]).toEqual([
      true,
      false,
    ]);
  });

  test('are missing where the ideal ring wants them, around its end, too', () => {
    const record = author.post('somewhere');
    const idAfter = (offset: bigint): Id =>
      ((BigInt(`0x${record.place}`) + offset) & ((1n << 128n) - 1n)).toString(16).padStart(32, '0') as Id;
    const ring = (...listings: DiskListing[]): Map<Id, DiskListing> =>
      new Map(listings.map((listing, i) => [idAfter(1n + (BigInt(i) << 126n)), listing]));
    expect(copiesMissing([record], ring(has(record), has(record), has(), has()), 2)).toBe(0);
    expect(copiesMissing([record], ring(has(record), has(record), has(), has()), 3)).toBe(1);
    expect(copiesMissing([record], ring(has(), has(), has(record), has(record)), 2)).toBe(2);
    expect(copiesMissing([record, record], ring(has()), 7)).toBe(2);
    expect(copiesMissing([record], new Map(), 7)).toBe(0);
  });
});

describe('links', () => {
  const slow: LinkClass = {
    name: 'slow',
    latencyMs: [50, 150],
    jitterMs: 5,
    loss: 0.01,
    upBitsPerSecond: 1e6,
    downBitsPerSecond: undefined,
  };
  const fast: LinkClass = {
    ...slow,
    name: 'fast',
    latencyMs: [1, 2],
    jitterMs: 0,
    loss: 0,
    upBitsPerSecond: undefined,
  };
  const scenarioOf = (changes: Partial<Scenario>): Scenario =>
    ({ seed: 4, links: [], outages: [], roaming: undefined, population: { phones: 100 }, ...changes }) as Scenario;

  test('are drawn once a phone, by shares, and the same by the same seed', () => {
    const links = [
      { share: 0.3, link: slow },
      { share: 0.7, link: fast },
    ];
    const drawn = [...drawQualities(scenarioOf({ links })).entries()];
    expect(drawn.map(([n]) => n)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    const isSlow = drawn.filter(([, { packetLoss }]) => packetLoss === 0.01);
    expect(isSlow.length).toBeGreaterThan(15);
    expect(isSlow.length).toBeLessThan(45);
    for (const [, { delayMs }] of isSlow) {
      expect(delayMs[0]).toBe(delayMs[1]);
      expect(delayMs[0]).toBeGreaterThanOrEqual(50);
      expect(delayMs[0]).toBeLessThanOrEqual(150);
    }
    expect([...drawQualities(scenarioOf({ links })).entries()]).toEqual(drawn);
    expect(drawQualities(scenarioOf({})).size).toBe(0);
  });

  test('are played without bandwidth, and the card says so', () => {
    const limits = limitsOf(scenarioOf({ links: [{ share: 1, link: slow }] }));
    expect(limits).toHaveLength(1);
    expect(limits[0]).toContain('bandwidth');
    expect(limitsOf(scenarioOf({ links: [{ share: 1, link: fast }] }))).toEqual([]);
    expect(limitsOf(scenarioOf({ roaming: {} as Scenario['roaming'] }))).toHaveLength(1);
  });
});

test('what phones sent is counted over their ends, without what the stage made them send', async () => {
  let frames = 0;
  const server = createServer((_, response) => {
    response.end(
      `# TYPE x counter\nringwall_chord_peer_sent_frames_total ${frames}\nringwall_chord_peer_sent_bytes_total 5000\n`,
    );
  }).listen(0, '127.0.0.1');
  try {
    await once(server, 'listening');
    const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const process = (pid: number | undefined, at = api): LivePhone => ({ pid, api: at }) as LivePhone;
    const count = new TrafficCount();
    frames = 70;
    expect(await count.count([process(1)])).toEqual({ messages: 70, bytes: 5_000 });
    count.answered(1, 100);
    count.answered(1, 200);
    expect(await count.count([process(1)])).toEqual({ messages: 68, bytes: 4_700 });
    expect(await count.count([process(2), process(undefined)])).toEqual({ messages: 138, bytes: 9_700 });
    expect(await count.count([process(2, 'http://127.0.0.1:1')])).toEqual({ messages: 138, bytes: 9_700 });
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
