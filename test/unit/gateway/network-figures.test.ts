/** What single phones say, put together: rates, rings, distances, the map of zones. */
import { describe, expect, test } from 'vitest';
import { CAN_METRICS } from '../../../services/can-index/adapters/metrics.ts';
import { CHORD_METRICS } from '../../../services/chord-router/adapters/metrics.ts';
import { readFigures } from '../../../services/gateway/core/figures.ts';
import { latencyMatrix, spreadOver } from '../../../services/gateway/core/latency-matrix.ts';
import { PulseMeter, SAMPLE_AGE_MS } from '../../../services/gateway/core/pulse.ts';
import { doubted, type RingView, RingViews } from '../../../services/gateway/core/ring-views.ts';
import { ZoneMap } from '../../../services/gateway/core/zone-map.ts';
import { type Id, idFromNumber } from '../../../services/shared/core/id.ts';
import { instrument, Registry } from '../../../services/shared/runtime/metrics/metrics.ts';

const id = (n: number): Id => idFromNumber(BigInt(n));

function viewOf(known: Readonly<Record<number, { suspected?: boolean; rttMs?: number }>>): RingView {
  const entries = Object.entries(known).map(
    ([n, { suspected = false, rttMs }]) => [id(Number(n)), { isSuspected: suspected, rttMs }] as const,
  );
  return { successors: [], predecessors: [], fingers: [], known: new Map(entries) };
}

describe('figures', () => {
  test('are read from what a phone serves for Prometheus, under the names it has them', async () => {
    const registry = new Registry();
    const chord = instrument(registry, CHORD_METRICS, {
      records: () => 7,
      replicasMissing: () => 2,
      ringShare: () => 0.25,
    });
    const can = instrument(registry, CAN_METRICS);
    chord.lookups.inc({ outcome: 'found' }, 3);
    chord.lookups.inc({ outcome: 'failed' });
    chord.lookupSeconds.observe(0.5);
    chord.lookupHops.observe(4);
    chord.reads.inc({ complete: 'true' }, 5);
    chord.reads.inc({ complete: 'false' }, 6);
    chord.writes.inc({ outcome: 'stored' }, 8);
    chord.writes.inc({ outcome: 'unavailable' }, 9);
    can.recallExpected.inc(10);
    can.recallFound.inc(9);
    expect(readFigures(await registry.metrics())).toEqual({
      ...{ lookupsFound: 3, lookupsFailed: 1, lookupSeconds: 0.5, lookupHops: 4, readsComplete: 5, readsIncomplete: 6 },
      ...{ writesStored: 8, writesUnavailable: 9, records: 7, replicasMissing: 2, ringShare: 0.25 },
      ...{ recallExpected: 10, recallFound: 9 },
    });
  });
});

describe('the pulse', () => {
  const nothing = readFigures('');

  test('adds up what each phone did between two samples of it', () => {
    const meter = new PulseMeter();
    meter.sample(1, { ...nothing, lookupsFound: 100, lookupHops: 10, lookupSeconds: 1, records: 5, ringShare: 0.4 }, 0);
    meter.sample(2, { ...nothing, lookupsFound: 10, records: 6, ringShare: 0.6 }, 0);
    expect(meter.read(0)).toMatchObject({
      sampled: 2,
      lookupsPerSecond: 0,
      lookupMs: undefined,
      records: 11,
      rings: 1,
    });
    meter.sample(1, { ...nothing, lookupsFound: 110, lookupHops: 40, lookupSeconds: 2 }, 2_000);
    meter.sample(2, { ...nothing, lookupsFound: 15, lookupsFailed: 5 }, 5_000);
    const pulse = meter.read(5_000);
    expect(pulse).toMatchObject({ lookupsPerSecond: 5 + 2, failedLookupsPerSecond: 1, lookupMs: 50, lookupHops: 1.5 });
  });

  test('forgets phones that are gone or silent, and counts one that was started anew from zero', () => {
    const meter = new PulseMeter();
    meter.sample(1, { ...nothing, lookupsFound: 100 }, 0);
    meter.sample(1, { ...nothing, lookupsFound: 4 }, 1_000);
    expect(meter.read(1_000)).toMatchObject({ sampled: 1, lookupsPerSecond: 0 });
    meter.sample(1, { ...nothing, lookupsFound: 6 }, 2_000);
    expect(meter.read(2_000).lookupsPerSecond).toBe(2);
    expect(meter.read(2_001 + SAMPLE_AGE_MS).sampled).toBe(0);
    meter.drop(1);
    expect(meter.read(2_000).sampled).toBe(0);
  });
});

describe('views of the ring', () => {
  test('speak against whom they suspect, and whom they lack though they have most others', () => {
    const alive = [1, 2, 3, 4].map(id);
    expect(doubted(viewOf({ 2: {}, 3: { suspected: true }, 4: {} }), id(1), alive)).toEqual([id(3)]);
    expect(doubted(viewOf({ 2: {}, 4: {} }), id(1), alive)).toEqual([id(3)]);
    expect(doubted(viewOf({ 2: {} }), id(1), alive)).toEqual([]);
  });

  test('count who suspects a phone, as long as they are fresh', () => {
    const views = new RingViews();
    views.take(1, viewOf({ 9: { suspected: true } }), 0);
    views.take(2, viewOf({ 9: {} }), 0);
    expect(views.suspecting(id(9), 1_000)).toBe(1);
    expect(views.suspecting(id(9), 60_000)).toBe(0);
    expect(views.viewOf(1, 500, 400)).toBeUndefined();
  });
});

test('distances are in rows from and columns to', () => {
  const views = new Map([
    [id(1), viewOf({ 2: { rttMs: 5 }, 3: {} })],
    [id(2), viewOf({ 1: { rttMs: 7 } })],
  ]);
  expect(latencyMatrix([id(1), id(2), id(3)], (from) => views.get(from))).toEqual({
    rows: [
      [null, 5, null],
      [7, null, null],
      [null, null, null],
    ],
    ...{ measured: 2, p50: 5, p90: 5 },
  });
});

test('a sample of phones is spread over all of them', () => {
  expect(spreadOver([1, 2, 3, 4, 5, 6, 7, 8], 4)).toEqual([1, 3, 5, 7]);
  expect(spreadOver([1, 2], 4)).toEqual([1, 2]);
  expect(spreadOver([1, 2], 0)).toEqual([]);
});

test('zones are those that phones name themselves, before what neighbours say of them', () => {
  const map = new ZoneMap();
  const [left, right] = [
    { low: [0, 0], high: [0.5, 1] },
    { low: [0.5, 0], high: [1, 1] },
  ];
  const words = (self: number, zone: typeof left, other: number, others: typeof left, load: number) => ({
    ...{ self: id(self), axes: 2, zones: [zone], ownedEntries: self, posts: [{ id: `p${self}`, point: [0, 0] }] },
    neighbours: [{ id: id(other), zones: [others], load }],
  });
  map.take(words(1, left, 2, right, 20));
  expect(map.holdings).toMatchObject([
    { id: id(1), entries: 1 },
    { id: id(2), entries: 20, isOwnWord: false },
  ]);
  expect(map.volume).toBe(1);
  map.take(words(2, right, 1, right, 30));
  expect(map.holdings).toMatchObject([
    { id: id(1), zones: [left], entries: 1 },
    { id: id(2), zones: [right], entries: 2, isOwnWord: true },
  ]);
  expect(map.posts.map((post) => post.owner)).toEqual([id(1), id(2)]);
});
