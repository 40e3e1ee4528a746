/** The plots of a run card. */
import type {
  LookupNote,
  Observations,
  ReadNote,
  SampleNote,
  WriteNote,
} from '../../../services/shared/scenario/observations.ts';
import { Buckets, meanIn, quantileIn, shareIn, stretchMs } from './buckets.ts';
import type { TimePlot, TimeSeries } from './time-plot.ts';

type Points = TimeSeries['points'];

/** Those of the plots that have anything to show. */
export function plotsOf(seen: Observations): readonly TimePlot[] {
  const ended = seen.operations.filter(({ outcome }) => outcome !== 'cut-short');
  const reads = inBuckets(
    ended.filter((note) => note.kind === 'read'),
    seen,
  );
  const writes = inBuckets(
    ended.filter((note) => note.kind === 'write'),
    seen,
  );
  const lookups = inBuckets(
    ended.filter((note) => note.kind === 'lookup'),
    seen,
  );
  const plots = [
    population(seen),
    availability(reads, writes),
    lookupTimes(lookups),
    lookupHops(lookups),
    failures(reads, writes, lookups),
    replicas(seen),
    traffic(seen),
    joining(seen),
  ];
  return plots.filter(({ series }) =>
    series.some(({ shape, points }) =>
      points.some(([, value]) => (shape === 'bars' ? value > 0 : Number.isFinite(value))),
    ),
  );
}

function inBuckets<T extends { readonly startedMs: number }>(items: readonly T[], seen: Observations): Buckets<T> {
  const { endedMs, operations } = seen;
  return new Buckets(items, ({ startedMs }) => startedMs, endedMs, stretchMs(operations.length, endedMs));
}

function population({ samples }: Observations): TimePlot {
  return {
    title: 'Phones',
    about: 'Whose process runs, who is a member of the ring, and who is no member or does not know its neighbours.',
    unit: 'count',
    series: [
      { name: 'up', colour: 'grey', shape: 'line', points: sampled(samples, ({ up }) => up) },
      { name: 'members', colour: 'blue', shape: 'line', points: sampled(samples, ({ members }) => members) },
      { name: 'astray', colour: 'red', shape: 'area', points: sampled(samples, ({ astray }) => astray) },
    ],
  };
}

function availability(reads: Buckets<ReadNote>, writes: Buckets<WriteNote>): TimePlot {
  const tried = (notes: readonly WriteNote[]): readonly WriteNote[] =>
    notes.filter(({ outcome }) => outcome !== 'refused');
  return {
    title: 'Reads and writes that succeed',
    about: 'Reads that are complete and right; writes that a quorum has on disk.',
    unit: 'share',
    series: [
      {
        name: 'writes',
        colour: 'violet',
        shape: 'line',
        points: writes.points((notes) =>
          shareIn(tried(notes), ({ outcome }) => outcome === 'stored' || outcome === 'unsure'),
        ),
      },
      {
        name: 'reads',
        colour: 'blue',
        shape: 'line',
        points: reads.points((notes) => shareIn(notes, ({ outcome }) => outcome === 'complete')),
      },
    ],
  };
}

function lookupTimes(lookups: Buckets<LookupNote>): TimePlot {
  const duration = ({ startedMs, endedMs }: LookupNote): number => endedMs - startedMs;
  return {
    title: 'Lookups: time',
    about: 'From the question to the answer.',
    unit: 'ms',
    series: [
      {
        name: '99th percentile',
        colour: 'orange',
        shape: 'line',
        points: lookups.points((notes) => quantileIn(notes, 0.99, duration)),
      },
      {
        name: 'median',
        colour: 'blue',
        shape: 'line',
        points: lookups.points((notes) => quantileIn(notes, 0.5, duration)),
      },
    ],
  };
}

function lookupHops(lookups: Buckets<LookupNote>): TimePlot {
  return {
    title: 'Lookups: hops',
    about: 'Phones that answered on the way to a key, and phones that did not or were named though dead.',
    unit: 'count',
    series: [
      {
        name: '99th percentile',
        colour: 'orange',
        shape: 'line',
        points: lookups.points((notes) => quantileIn(notes, 0.99, ({ hops }) => hops)),
      },
      {
        name: 'mean',
        colour: 'blue',
        shape: 'line',
        points: lookups.points((notes) => meanIn(notes, ({ hops }) => hops)),
      },
      {
        name: 'silent, mean',
        colour: 'red',
        shape: 'line',
        points: lookups.points((notes) => meanIn(notes, ({ timeouts }) => timeouts)),
      },
    ],
  };
}

function failures(reads: Buckets<ReadNote>, writes: Buckets<WriteNote>, lookups: Buckets<LookupNote>): TimePlot {
  const count = <T extends { readonly outcome: string }>(notes: readonly T[], ...outcomes: string[]): number =>
    notes.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const bars = (name: string, colour: TimeSeries['colour'], points: Points): TimeSeries => ({
    ...{ name, colour, points },
    shape: 'bars',
  });
  return {
    title: 'What went wrong',
    about: 'Operations that began in each stretch of time. A read that is open says so; one that is stale does not.',
    unit: 'count',
    series: [
      bars(
        'reads open',
        'grey',
        reads.points((notes) => count(notes, 'open')),
      ),
      bars(
        'writes unsure',
        'violet',
        writes.points((notes) => count(notes, 'unsure')),
      ),
      bars(
        'writes unavailable',
        'blue',
        writes.points((notes) => count(notes, 'unavailable')),
      ),
      bars(
        'lookups wrong',
        'orange',
        lookups.points((notes) => count(notes, 'wrong', 'none')),
      ),
      bars(
        'reads stale or undead',
        'red',
        reads.points((notes) => count(notes, 'stale', 'undead')),
      ),
    ],
  };
}

function replicas({ samples }: Observations): TimePlot {
  return {
    title: 'Replicas missing',
    about:
      'Copies of acknowledged records that phones should have on disk and have not; writes of the last 10 s do not count.',
    unit: 'count',
    series: [
      {
        name: 'missing',
        colour: 'red',
        shape: 'area',
        points: sampled(samples, ({ replicasMissing }) => replicasMissing ?? Number.NaN),
      },
    ],
  };
}

function traffic(seen: Observations): TimePlot {
  const rates = seen.samples.flatMap((sample, i) => {
    const before = seen.samples[i - 1];
    if (before === undefined || sample.bytes === undefined || before.bytes === undefined) return [];
    const phoneSeconds = (((sample.up + before.up) / 2) * (sample.atMs - before.atMs)) / 1_000;
    return [{ atMs: before.atMs, bytes: (sample.bytes - before.bytes) / phoneSeconds }];
  });
  const buckets = new Buckets(rates, ({ atMs }) => atMs, seen.endedMs, stretchMs(seen.operations.length, seen.endedMs));
  return {
    title: 'Bytes a phone and second',
    about: 'Frames that a phone sends, the work of the people included, without what transports add.',
    unit: 'bytes',
    series: [
      {
        name: 'sent',
        colour: 'green',
        shape: 'area',
        points: buckets.points((parts) => meanIn(parts, ({ bytes }) => bytes)),
      },
    ],
  };
}

function joining({ joins }: Observations): TimePlot {
  return {
    title: 'From the start of a phone to a member',
    about: 'Each dot is a phone that came, came back or moved.',
    unit: 'ms',
    series: [
      {
        name: 'phones',
        colour: 'blue',
        shape: 'dots',
        points: joins.map(({ startedMs, memberMs }) => [startedMs, memberMs - startedMs]),
      },
    ],
  };
}

function sampled(samples: readonly SampleNote[], valueOf: (sample: SampleNote) => number): Points {
  return samples.map((sample) => [sample.atMs, valueOf(sample)]);
}
