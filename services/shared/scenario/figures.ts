/** The figures of a run, by the names that assertions and the run card use. */
import {
  allReadsIn,
  durationOf,
  joinsIn,
  lookupsIn,
  meanOf,
  quantileOf,
  ratePerPhone,
  readsIn,
  shareOf,
  type Window,
  wholeAfter,
  writesIn,
} from './measures.ts';
import type { Observations } from './observations.ts';
import type { OperationKind } from './scenario.ts';

export type Unit = 'share' | 'ms' | 'number';

interface Figure {
  readonly unit: Unit;
  /** There is something to measure when people do one of these; empty: always. */
  readonly needs: readonly OperationKind[];
  /** It cannot be told of a part of the run. */
  readonly isOfWholeRun: boolean;
  readonly about: string;
  /** Undefined when there was nothing to measure, or the stage cannot tell. */
  measure(seen: Observations, window: Window): number | undefined;
}

const WRITES: readonly OperationKind[] = ['post', 'profile', 'entry', 'delete'];

export const FIGURES = {
  'reads-complete': {
    unit: 'share',
    needs: ['read'],
    isOfWholeRun: false,
    about: 'reads that brought all that was acknowledged, by a phone that was sure of it',
    measure: (seen, window) => shareOf(readsIn(seen, window), ({ outcome }) => outcome === 'complete'),
  },
  'reads-served': {
    unit: 'share',
    needs: ['read'],
    isOfWholeRun: false,
    about: 'reads that brought all that was acknowledged, whether the phone was sure of it or not',
    measure: (seen, window) => shareOf(readsIn(seen, window), ({ isServed }) => isServed),
  },
  'reads-stale': {
    unit: 'number',
    needs: ['read'],
    isOfWholeRun: false,
    about: 'reads that called themselves complete and were older than a write that a majority of all replicas had',
    measure: (seen, window) => allReadsIn(seen, window).filter(({ outcome }) => outcome === 'stale').length,
  },
  'reads-undead': {
    unit: 'number',
    needs: ['read'],
    isOfWholeRun: false,
    about: 'reads that called themselves complete and showed what was deleted',
    measure: (seen, window) => allReadsIn(seen, window).filter(({ outcome }) => outcome === 'undead').length,
  },
  'read-ms-p50': {
    unit: 'ms',
    needs: ['read'],
    isOfWholeRun: false,
    about: 'duration of a read, median',
    measure: (seen, window) => durationOf(readsIn(seen, window), 0.5),
  },
  'read-ms-p99': {
    unit: 'ms',
    needs: ['read'],
    isOfWholeRun: false,
    about: 'duration of a read, 99th percentile',
    measure: (seen, window) => durationOf(readsIn(seen, window), 0.99),
  },
  'writes-acknowledged': {
    unit: 'share',
    needs: WRITES,
    isOfWholeRun: false,
    about:
      'writes that a quorum of the replicas there were has on disk, of those that nothing in the record spoke against',
    measure: (seen, window) =>
      shareOf(
        writesIn(seen, window).filter(({ outcome }) => outcome !== 'refused'),
        ({ outcome }) => outcome === 'stored' || outcome === 'unsure',
      ),
  },
  'writes-unsure': {
    unit: 'share',
    needs: WRITES,
    isOfWholeRun: false,
    about: 'of those acknowledged, the writes of which less than a majority of all replicas had told that they have it',
    measure: (seen, window) =>
      shareOf(
        writesIn(seen, window).filter(({ outcome }) => outcome === 'stored' || outcome === 'unsure'),
        ({ outcome }) => outcome === 'unsure',
      ),
  },
  'write-ms-p50': {
    unit: 'ms',
    needs: WRITES,
    isOfWholeRun: false,
    about: 'duration of a write up to its quorum, median',
    measure: (seen, window) => durationOf(writesIn(seen, window), 0.5),
  },
  'write-ms-p99': {
    unit: 'ms',
    needs: WRITES,
    isOfWholeRun: false,
    about: 'duration of a write up to its quorum, 99th percentile',
    measure: (seen, window) => durationOf(writesIn(seen, window), 0.99),
  },
  'lookups-right': {
    unit: 'share',
    needs: ['lookup'],
    isOfWholeRun: false,
    about: "lookups whose first living phone owns the key, among the phones on the asker's side",
    measure: (seen, window) => shareOf(lookupsIn(seen, window), ({ outcome }) => outcome === 'right'),
  },
  'lookup-hops-p50': {
    unit: 'number',
    needs: ['lookup'],
    isOfWholeRun: false,
    about: 'phones that answered a lookup, those beside its route too, median',
    measure: (seen, window) => quantileOf(lookupsIn(seen, window), 0.5, ({ hops }) => hops),
  },
  'lookup-hops-p99': {
    unit: 'number',
    needs: ['lookup'],
    isOfWholeRun: false,
    about: 'phones that answered a lookup, those beside its route too, 99th percentile',
    measure: (seen, window) => quantileOf(lookupsIn(seen, window), 0.99, ({ hops }) => hops),
  },
  'lookup-ms-p50': {
    unit: 'ms',
    needs: ['lookup'],
    isOfWholeRun: false,
    about: 'duration of a lookup, median',
    measure: (seen, window) => durationOf(lookupsIn(seen, window), 0.5),
  },
  'lookup-ms-p99': {
    unit: 'ms',
    needs: ['lookup'],
    isOfWholeRun: false,
    about: 'duration of a lookup, 99th percentile',
    measure: (seen, window) => durationOf(lookupsIn(seen, window), 0.99),
  },
  'lookup-timeouts': {
    unit: 'number',
    needs: ['lookup'],
    isOfWholeRun: false,
    about: 'phones that did not answer, or were named though dead: mean a lookup',
    measure: (seen, window) => meanOf(lookupsIn(seen, window).map(({ timeouts }) => timeouts)),
  },
  'records-acknowledged': {
    unit: 'number',
    needs: WRITES,
    isOfWholeRun: true,
    about: 'records of which a version was acknowledged, tombstones among them',
    measure: ({ readBack }) => readBack.acknowledged,
  },
  'records-lost': {
    unit: 'number',
    needs: WRITES,
    isOfWholeRun: true,
    about: 'acknowledged records that nobody could read back in the end',
    measure: ({ readBack }) => readBack.lost,
  },
  'records-lost-share': {
    unit: 'share',
    needs: WRITES,
    isOfWholeRun: true,
    about: 'the same as a share of the acknowledged ones',
    measure: ({ readBack: { lost, acknowledged } }) => (acknowledged === 0 ? undefined : lost / acknowledged),
  },
  'records-lost-though-kept': {
    unit: 'number',
    needs: WRITES,
    isOfWholeRun: true,
    about: 'lost ones that a running phone still has on its disk',
    measure: ({ readBack }) => readBack.lostThoughKept,
  },
  'records-undead': {
    unit: 'number',
    needs: WRITES,
    isOfWholeRun: true,
    about: 'deleted records that could be read in the end',
    measure: ({ readBack }) => readBack.undead,
  },
  'ring-whole-after': {
    unit: 'ms',
    needs: [],
    isOfWholeRun: false,
    about:
      'from the beginning of the window (without one: from the end of the duration) until a sample found the ring ideal',
    measure: (seen, window) => wholeAfter(seen, window, ({ astray }) => astray === 0),
  },
  'replicas-whole-after': {
    unit: 'ms',
    needs: [],
    isOfWholeRun: false,
    about:
      'the same until one found every acknowledged record on all phones that should keep it, but for writes of the last 10 s',
    measure: (seen, window) => wholeAfter(seen, window, ({ replicasMissing }) => replicasMissing === 0),
  },
  'joins-done': {
    unit: 'share',
    needs: [],
    isOfWholeRun: true,
    about: 'comings that became members of the ring before they went again; over the whole run',
    measure: ({ joins, failedJoins }) => {
      const all = joins.length + failedJoins;
      return all === 0 ? undefined : joins.length / all;
    },
  },
  'join-ms-p50': {
    unit: 'ms',
    needs: [],
    isOfWholeRun: false,
    about: 'from the start of a phone until it was a member, median',
    measure: (seen, window) =>
      quantileOf(joinsIn(seen, window), 0.5, ({ startedMs, memberMs }) => memberMs - startedMs),
  },
  'join-ms-p99': {
    unit: 'ms',
    needs: [],
    isOfWholeRun: false,
    about: 'from the start of a phone until it was a member, 99th percentile',
    measure: (seen, window) =>
      quantileOf(joinsIn(seen, window), 0.99, ({ startedMs, memberMs }) => memberMs - startedMs),
  },
  'bytes-per-phone-second': {
    unit: 'number',
    needs: [],
    isOfWholeRun: false,
    about: 'bytes of the messages that phones sent, the work of the people included, without what transports add',
    measure: (seen, window) => ratePerPhone(seen, window, ({ bytes }) => bytes),
  },
  'messages-per-phone-second': {
    unit: 'number',
    needs: [],
    isOfWholeRun: false,
    about: 'requests and replies that phones sent, the work of the people included',
    measure: (seen, window) => ratePerPhone(seen, window, ({ messages }) => messages),
  },
} satisfies Record<string, Figure>;

export type FigureName = keyof typeof FIGURES;

export const FIGURE_NAMES = Object.keys(FIGURES) as readonly FigureName[];

export function measure(name: FigureName, seen: Observations, window: Window): number | undefined {
  return (FIGURES[name] as Figure).measure(seen, window);
}
