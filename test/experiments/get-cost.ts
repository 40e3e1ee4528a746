/** What a get costs as the ring grows: requests, bytes and round trips, from 64 phones to ten thousand. */

import type { GetRecords, PeerReply } from '../../services/chord-router/core/message.ts';
import { NodeView } from '../../services/chord-router/core/node-view.ts';
import { getRecords, type ReadOutcome } from '../../services/chord-router/core/reading/get.ts';
import { RecordChecker } from '../../services/chord-router/core/record-checker.ts';
import { digestOfPage } from '../../services/chord-router/core/record-keeper.ts';
import { Coverage } from '../../services/chord-router/core/replicas/coverage.ts';
import { Admission } from '../../services/chord-router/core/writing/admission.ts';
import { SeededRandom } from '../../services/shared/core/random.ts';
import type { RingRecord } from '../../services/shared/core/record.ts';
import { recordCrypto } from '../../services/shared/runtime/record-crypto.ts';
import { frameBytes } from '../scenario/stages/frame-bytes.ts';
import { Author } from '../unit/shared/author.ts';
import type { Bar, Experiment, Findings, RunOptions } from './experiment.ts';
import { Population } from './population.ts';
import { RTT_MS, StaticRing } from './static-ring.ts';
import { ascending, mean, percentile } from './statistics.ts';
import { fillProduct } from './tables.ts';

const SCALES = {
  full: { sizes: [64, 128, 256, 512, 1_024, 2_048, 4_096, 10_000], gets: 40 },
  slice: { sizes: [64, 10_000], gets: 40 },
} as const;
const VALUE_BYTES = 1_024;
const NAME = 'post';

interface Cost {
  readonly phones: number;
  /** Requests, each with its reply, a get. */
  readonly requests: number;
  readonly kilobytes: number;
  /** In ascending order. */
  readonly roundTrips: Float64Array;
  readonly failed: number;
}

function run({ seed, scale, progress }: RunOptions): Findings {
  const { sizes, gets } = SCALES[scale];
  const costs = sizes.map((phones) => {
    progress(`${phones} phones`);
    return measure(phones, gets, seed);
  });
  return describe(costs, gets);
}

function measure(phones: number, gets: number, seed: number): Cost {
  const random = new SeededRandom(seed + phones);
  const population = Population.random(phones, random);
  const author = new Author(seed);
  let kept: RingRecord | undefined;
  let [requests, bytes] = [0, 0];
  const ring = new StaticRing(population, {
    seed,
    settings: { forwardLookups: true },
    equip: fillProduct,
    serve: (context, calls, request) =>
      request.type === 'get-records' ? replyTo(new NodeView(context, calls), request, kept!) : undefined,
    exchanged: (request, reply) => {
      requests++;
      bytes += frameBytes(request) + frameBytes(reply);
    },
  });
  const roundTrips: number[] = [];
  let failed = 0;
  for (let i = 0; i < gets; i++) {
    kept = author.post(`${i} `.padEnd(VALUE_BYTES, 'x'));
    const { place, hash } = kept;
    const found = ring.run(random.below(phones), (context, calls) => {
      const view = new NodeView(context, calls);
      const checker = new RecordChecker(recordCrypto);
      const coverage = new Coverage(view);
      coverage.hold(view.responsibleFrom());
      const keeper = { view, crypto: recordCrypto, checker, coverage, admission: new Admission(view, checker) };
      return getRecords(keeper, { place, name: NAME, limit: 1, before: undefined }, 'one');
    });
    if (!isFound(found, hash)) failed++;
    roundTrips.push(found.milliseconds / RTT_MS);
  }
  const kilobytes = bytes / 1_024 / gets;
  return { phones, requests: requests / gets, kilobytes, roundTrips: ascending(roundTrips), failed };
}

function isFound({ records }: ReadOutcome, hash: string): boolean {
  return records[0]?.hash === hash;
}

/** Every one of the place's replicas has the record. */
function replyTo(view: NodeView, { query }: GetRecords, kept: RingRecord): PeerReply {
  const responsible = view.isResponsible(query.place);
  const records = responsible ? [kept] : [];
  return {
    type: 'get-outcome',
    responsible,
    settled: responsible,
    absent: 0,
    records: records.map(({ bytes }) => bytes),
    digest: digestOfPage(records, undefined, recordCrypto),
    next: undefined,
    replicas: responsible ? [] : view.believedReplicas(query.place),
  };
}

function describe(costs: readonly Cost[], gets: number): Findings {
  const [first, last] = [costs[0]!, costs.at(-1)!];
  const failed = costs.reduce((sum, cost) => sum + cost.failed, 0);
  const perLog = (cost: Cost): number => cost.requests / Math.log2(cost.phones);
  return {
    setUp: [
      `Rings of phones that stand still, with the product's tables (at most 1,024 known phones, filled at random and thinned ` +
        `out by their own eviction) and settings; ${gets} gets a ring of records of 1 KiB that are nowhere but at their seven ` +
        'replicas, each by a random phone with fresh tables: nothing is learnt from one get to the next. Every two phones are ' +
        'one round trip apart. A request counts with its reply, bytes are those of their frames.',
    ],
    tables: [
      {
        title: 'A get',
        columns: ['phones', 'requests', 'requests / log₂ N', 'KB', 'round trips, p50', 'p99', 'not found'],
        rows: costs.map((cost) => [
          String(cost.phones),
          cost.requests.toFixed(2),
          perLog(cost).toFixed(3),
          cost.kilobytes.toFixed(2),
          percentile(cost.roundTrips, 0.5).toFixed(1),
          percentile(cost.roundTrips, 0.99).toFixed(1),
          String(cost.failed),
        ]),
      },
    ],
    plot: {
      title: 'Requests a get against size',
      xLabel: 'phones',
      yLabel: 'requests, mean',
      xScale: 'log',
      yScale: 'linear',
      series: [
        {
          name: 'log₂ N, at the same start',
          source: 'paper',
          points: costs.map(({ phones }) => [phones, perLog(first) * Math.log2(phones)]),
        },
        { name: 'ours', source: 'ours', points: costs.map(({ phones, requests }) => [phones, requests]) },
      ],
    },
    bars: [
      growthBar(first, last),
      { asked: 'every record is found', reached: `${failed} were not`, met: failed === 0 },
    ],
    notes: [
      `A get takes ${mean(last.roundTrips).toFixed(2)} round trips on average in the largest ring, ${mean(first.roundTrips).toFixed(2)} in the smallest.`,
    ],
  };
}

function growthBar(first: Cost, last: Cost): Bar {
  const grown = last.requests / first.requests;
  const allowed = Math.log2(last.phones) / Math.log2(first.phones);
  return {
    asked: `requests a get grow from ${first.phones} to ${last.phones} phones no faster than log N, which is ${allowed.toFixed(2)} times`,
    reached: `${grown.toFixed(2)} times`,
    met: grown <= allowed,
  };
}

export const GET_COST: Experiment = {
  name: 'get-cost',
  title: 'What a get costs as the ring grows',
  source: 'Stoica et al. (ToN 2003), theorem 2: lookups take O(log N)',
  defaultSeed: 1,
  run,
};
