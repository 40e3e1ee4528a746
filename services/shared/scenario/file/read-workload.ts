/** The section that says what people do. */
import { OPERATION_KINDS, type OperationKind, type Workload } from '../scenario.ts';
import { readDistribution } from './read-distribution.ts';
import type { ReadTrace } from './trace-file.ts';
import type { Value } from './value.ts';

const MAX_PEOPLE = 10_000;
const MAX_RECORDS = 20_000;
const MOST_WEIGHT = 1_000_000;
/** What a phone takes from one author (ChordSettings.quotaAuthorWritesPerMinute); more would only be refused. */
const WRITES_A_MINUTE = 600;

export const NO_WORKLOAD: Workload = {
  people: 0,
  every: { kind: 'exponential', meanMs: 1_000 },
  mix: { post: 0, profile: 0, entry: 0, delete: 0, read: 0, lookup: 0 },
  records: 0,
};

export function readWorkload(value: Value, readTrace: ReadTrace): Workload | undefined {
  const section = value.section();
  if (section === undefined) return undefined;
  const people = section.required('people', (inner) => inner.count(1, MAX_PEOPLE));
  const every = section.required('every', (inner) => readDistribution(inner, readTrace));
  const mix = section.required('mix', readMix);
  const records = section.optional('records', (inner) => inner.count(1, MAX_RECORDS)) ?? 500;
  section.end();
  if (people === undefined || every === undefined || mix === undefined) return undefined;
  if (meanOf(every) < 1) return section.fault('every: at least 1 ms from one operation to the next, on average');
  const total = OPERATION_KINDS.reduce((sum, kind) => sum + mix[kind], 0);
  const writes = (total - mix.read - mix.lookup) / total;
  const each = (60_000 / meanOf(every)) * (writes / people);
  if (each > WRITES_A_MINUTE / 2)
    section.fault(`each person would write ${Math.round(each)} times a minute; phones take ${WRITES_A_MINUTE} of one`);
  return { people, every, mix, records };
}

function readMix(value: Value): Workload['mix'] | undefined {
  const section = value.section();
  if (section === undefined) return undefined;
  const weights = OPERATION_KINDS.map((kind) => [
    kind,
    section.optional(kind, (inner) => inner.number(0, MOST_WEIGHT)) ?? 0,
  ]);
  section.end();
  if (weights.every(([, weight]) => weight === 0)) return section.fault('at least one weight above 0 is wanted');
  return Object.fromEntries(weights) as Record<OperationKind, number>;
}

function meanOf(distribution: Workload['every']): number {
  if (distribution.kind !== 'trace') return distribution.meanMs;
  const { timesMs } = distribution;
  return timesMs.reduce((sum, ms) => sum + ms, 0) / timesMs.length;
}
