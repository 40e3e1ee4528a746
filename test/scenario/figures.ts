/** The figures of a run, by the names that assertions and the run card use. */
import { ascending, percentile } from '../experiments/statistics.ts';
import type { LookupNote, Observations, ReadNote, SampleNote, WriteNote } from './observations.ts';

export type Unit = 'share' | 'ms' | 'number';

/** Operations that began, and samples that were taken, from a time to before another. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

interface Figure {
  readonly unit: Unit;
  readonly about: string;
  /** Undefined when there was nothing to measure, or the stage cannot tell. */
  measure(seen: Observations, window: Window): number | undefined;
}

export const FIGURES = {
  'reads-complete': {
    unit: 'share',
    about: 'reads that brought all that was acknowledged, by a phone that was sure of it',
    measure: (seen, window) => shareOf(readsIn(seen, window), ({ outcome }) => outcome === 'complete'),
  },
  'reads-served': {
    unit: 'share',
    about: 'reads that brought all that was acknowledged, whether the phone was sure of it or not',
    measure: (seen, window) => shareOf(readsIn(seen, window), ({ isServed }) => isServed),
  },
  'reads-stale': {
    unit: 'number',
    about: 'reads that called themselves complete and were older than an acknowledged write; not across a cut',
    measure: (seen, window) => readsIn(seen, window).filter(({ outcome }) => outcome === 'stale').length,
  },
  'reads-undead': {
    unit: 'number',
    about: 'reads that called themselves complete and showed what was deleted; not across a cut',
    measure: (seen, window) => readsIn(seen, window).filter(({ outcome }) => outcome === 'undead').length,
  },
  'reads-split': {
    unit: 'number',
    about: 'stale or undead reads while the network was torn, where a phone cannot know better',
    measure: (seen, window) => readsIn(seen, window).filter(({ outcome }) => outcome === 'split').length,
  },
  'read-ms-p50': {
    unit: 'ms',
    about: 'duration of a read, median',
    measure: (seen, window) => durationOf(readsIn(seen, window), 0.5),
  },
  'read-ms-p99': {
    unit: 'ms',
    about: 'duration of a read, 99th percentile',
    measure: (seen, window) => durationOf(readsIn(seen, window), 0.99),
  },
  'writes-acknowledged': {
    unit: 'share',
    about: 'writes that a quorum has on disk, of those that nothing in the record itself spoke against',
    measure: (seen, window) =>
      shareOf(
        writesIn(seen, window).filter(({ outcome }) => outcome !== 'refused'),
        ({ outcome }) => outcome === 'stored',
      ),
  },
  'write-ms-p50': {
    unit: 'ms',
    about: 'duration of a write up to its quorum, median',
    measure: (seen, window) => durationOf(writesIn(seen, window), 0.5),
  },
  'write-ms-p99': {
    unit: 'ms',
    about: 'duration of a write up to its quorum, 99th percentile',
    measure: (seen, window) => durationOf(writesIn(seen, window), 0.99),
  },
  'lookups-right': {
    unit: 'share',
    about: "lookups whose first living phone owns the key, among the phones on the asker's side",
    measure: (seen, window) => shareOf(lookupsIn(seen, window), ({ outcome }) => outcome === 'right'),
  },
  'lookup-hops-p50': {
    unit: 'number',
    about: 'phones that answered on the way to a key, median',
    measure: (seen, window) => quantileOf(lookupsIn(seen, window), 0.5, ({ hops }) => hops),
  },
  'lookup-hops-p99': {
    unit: 'number',
    about: 'phones that answered on the way to a key, 99th percentile',
    measure: (seen, window) => quantileOf(lookupsIn(seen, window), 0.99, ({ hops }) => hops),
  },
  'lookup-ms-p50': {
    unit: 'ms',
    about: 'duration of a lookup, median',
    measure: (seen, window) => durationOf(lookupsIn(seen, window), 0.5),
  },
  'lookup-ms-p99': {
    unit: 'ms',
    about: 'duration of a lookup, 99th percentile',
    measure: (seen, window) => durationOf(lookupsIn(seen, window), 0.99),
  },
  'lookup-timeouts': {
    unit: 'number',
    about: 'phones that did not answer, or were named though dead: mean a lookup',
    measure: (seen, window) => meanOf(lookupsIn(seen, window).map(({ timeouts }) => timeouts)),
  },
  'records-acknowledged': {
    unit: 'number',
    about: 'records of which a version was acknowledged, tombstones among them',
    measure: ({ readBack }) => readBack.acknowledged,
  },
  'records-lost': {
    unit: 'number',
    about: 'acknowledged records that nobody could read back in the end',
    measure: ({ readBack }) => readBack.lost,
  },
  'records-lost-share': {
    unit: 'share',
    about: 'the same as a share of the acknowledged ones',
    measure: ({ readBack: { lost, acknowledged } }) => (acknowledged === 0 ? undefined : lost / acknowledged),
  },
  'records-lost-though-kept': {
    unit: 'number',
    about: 'lost ones that a running phone still has on its disk',
    measure: ({ readBack }) => readBack.lostThoughKept,
  },
  'records-undead': {
    unit: 'number',
    about: 'deleted records that could be read in the end',
    measure: ({ readBack }) => readBack.undead,
  },
  'ring-whole-after': {
    unit: 'ms',
    about:
      'from the beginning of the window (else the end of comings and goings) until the ring was ideal, to a sample',
    measure: (seen, window) => restedAfter(seen, window, ({ astray }) => astray === 0),
  },
  'replicas-whole-after': {
    unit: 'ms',
    about: 'the same until every acknowledged record was on all the phones that should keep it',
    measure: (seen, window) =>
      seen.samples.some(({ replicasMissing }) => replicasMissing === undefined)
        ? undefined
        : restedAfter(seen, window, ({ replicasMissing }) => replicasMissing === 0),
  },
  'joins-done': {
    unit: 'share',
    about: 'comings that became members of the ring before they went again; over the whole run',
    measure: ({ joins, failedJoins }) => {
      const all = joins.length + failedJoins;
      return all === 0 ? undefined : joins.length / all;
    },
  },
  'join-ms-p50': {
    unit: 'ms',
    about: 'from the start of a phone until it was a member, median',
    measure: (seen, window) =>
      quantileOf(joinsIn(seen, window), 0.5, ({ startedMs, memberMs }) => memberMs - startedMs),
  },
  'join-ms-p99': {
    unit: 'ms',
    about: 'from the start of a phone until it was a member, 99th percentile',
    measure: (seen, window) =>
      quantileOf(joinsIn(seen, window), 0.99, ({ startedMs, memberMs }) => memberMs - startedMs),
  },
  'bytes-per-phone-second': {
    unit: 'number',
    about: 'bytes of the messages that phones sent, the work of the people included, without what transports add',
    measure: (seen, window) => ratePerPhone(seen, window, ({ bytes }) => bytes),
  },
  'messages-per-phone-second': {
    unit: 'number',
    about: 'requests and replies that phones sent, the work of the people included',
    measure: (seen, window) => ratePerPhone(seen, window, ({ messages }) => messages),
  },
} as const satisfies Record<string, Figure>;

export type FigureName = keyof typeof FIGURES;

export const FIGURE_NAMES = Object.keys(FIGURES) as readonly FigureName[];

export function measure(name: FigureName, seen: Observations, window: Window): number | undefined {
  return (FIGURES[name] as Figure).measure(seen, window);
}

export const WHOLE_RUN: Window = { fromMs: 0, toMs: Number.POSITIVE_INFINITY };

/** Operations that ended by themselves; what was cut short says nothing of the ring. */
function operationsIn(seen: Observations, { fromMs, toMs }: Window): Observations['operations'] {
  return seen.operations.filter(
    ({ startedMs, outcome }) => outcome !== 'cut-short' && startedMs >= fromMs && startedMs < toMs,
  );
}

function readsIn(seen: Observations, window: Window): readonly ReadNote[] {
  return operationsIn(seen, window).filter((note) => note.kind === 'read');
}

function writesIn(seen: Observations, window: Window): readonly WriteNote[] {
  return operationsIn(seen, window).filter((note) => note.kind === 'write');
}

function lookupsIn(seen: Observations, window: Window): readonly LookupNote[] {
  return operationsIn(seen, window).filter((note) => note.kind === 'lookup');
}

function joinsIn({ joins }: Observations, { fromMs, toMs }: Window): Observations['joins'] {
  return joins.filter(({ startedMs }) => startedMs >= fromMs && startedMs < toMs);
}

function shareOf<T>(items: readonly T[], isGood: (item: T) => boolean): number | undefined {
  return items.length === 0 ? undefined : items.filter(isGood).length / items.length;
}

function meanOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function quantileOf<T>(items: readonly T[], share: number, valueOf: (item: T) => number): number | undefined {
  return items.length === 0 ? undefined : percentile(ascending(items.map(valueOf)), share);
}

function durationOf(
  items: readonly { readonly startedMs: number; readonly endedMs: number }[],
  share: number,
): number | undefined {
  return quantileOf(items, share, ({ startedMs, endedMs }) => endedMs - startedMs);
}

/** Until the first sample from which on, within the window, all is well; undefined when the last one is not. */
function restedAfter(
  { samples, durationMs }: Observations,
  { fromMs, toMs }: Window,
  isWell: (sample: SampleNote) => boolean,
): number | undefined {
  const sinceMs = fromMs === 0 ? durationMs : fromMs;
  const inside = samples.filter(({ atMs }) => atMs >= sinceMs && atMs < toMs);
  const wellFrom = inside.findLastIndex((sample) => !isWell(sample)) + 1;
  const first = inside[wellFrom];
  return first === undefined ? undefined : first.atMs - sinceMs;
}

function ratePerPhone(
  { samples }: Observations,
  { fromMs, toMs }: Window,
  counterOf: (sample: SampleNote) => number | undefined,
): number | undefined {
  const inside = samples.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
  let sum = 0;
  let phoneSeconds = 0;
  for (const [i, sample] of inside.entries()) {
    const before = inside[i - 1];
    if (before === undefined) continue;
    const [now, then] = [counterOf(sample), counterOf(before)];
    if (now === undefined || then === undefined) return undefined;
    sum += now - then;
    phoneSeconds += (((sample.up + before.up) / 2) * (sample.atMs - before.atMs)) / 1000;
  }
  return phoneSeconds === 0 ? undefined : sum / phoneSeconds;
}
