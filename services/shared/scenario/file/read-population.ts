/** The sections that say who comes, goes and moves: population, outages, roaming. */
import type { Arrival, Outage, Population, Roaming } from '../scenario.ts';
import { readDistribution } from './read-distribution.ts';
import { readPhones } from './read-phones.ts';
import type { ReadTrace } from './trace-file.ts';
import type { Value } from './value.ts';

export const MAX_PHONES = 20_000;

export function readPopulation(value: Value, readTrace: ReadTrace): Population | undefined {
  const section = value.section();
  if (section === undefined) return undefined;
  const time = (inner: Value) => readDistribution(inner, readTrace);
  const phones = section.required('phones', (inner) => inner.count(1, MAX_PHONES));
  const initial = section.optional('initial', (inner) => {
    const count = inner.count(1, MAX_PHONES);
    if (count === undefined || phones === undefined || count <= phones) return count;
    return inner.fault(`at most all ${phones} phones`);
  });
  const population: Omit<Population, 'phones' | 'initial'> = {
    arrival: section.optional('arrival', (inner) => readArrival(inner, readTrace)),
    session: section.optional('session', time),
    downtime: section.optional('downtime', time),
    gracefulShare: section.optional('graceful', (inner) => inner.share()) ?? 0,
  };
  if (section.has('arrival') && (section.has('initial') ? initial : phones) === phones && phones !== undefined)
    section.fault('all phones are there from the beginning (initial): none is left to arrive');
  if (section.has('downtime') && !section.has('session')) section.fault('a downtime takes a session before it');
  section.end();
  return phones === undefined ? undefined : { phones, initial: initial ?? phones, ...population };
}

function readArrival(value: Value, readTrace: ReadTrace): Arrival | undefined {
  const section = value.section();
  const gap = section?.required('gap', (inner) => readDistribution(inner, readTrace));
  const fromMs = section?.optional('from', (inner) => inner.durationMs()) ?? 0;
  section?.end();
  return gap === undefined ? undefined : { fromMs, gap };
}

/** `- {at: 3min, crash: 50%, return-after: 5min}`, or `stop`, and phones as `0-9, 12`. */
export function readOutage(
  value: Value,
  phones: number | undefined,
  durationMs: number | undefined,
): Outage | undefined {
  const section = value.section();
  if (section === undefined) return undefined;
  const atMs = section.required('at', (inner) => readTimeWithin(inner, durationMs));
  const deeds = (['crash', 'stop'] as const).filter((name) => section.has(name));
  const [deed] = deeds;
  if (deeds.length !== 1) section.fault('either crash or stop is wanted');
  const readWhom = (inner: Value): Outage['whom'] | undefined => {
    if (inner.plain?.endsWith('%')) {
      const share = inner.share();
      return share === undefined ? undefined : { share };
    }
    const numbers = readPhones(inner, phones);
    return numbers === undefined ? undefined : { phones: numbers };
  };
  const [crash, stop] = [section.optional('crash', readWhom), section.optional('stop', readWhom)];
  const returnAfterMs = section.optional('return-after', (inner) => inner.durationMs());
  section.end();
  const whom = crash ?? stop;
  return atMs === undefined || deed === undefined || whom === undefined
    ? undefined
    : { atMs, deed, whom, returnAfterMs };
}

/** A time of the scenario, before its end. */
export function readTimeWithin(value: Value, durationMs: number | undefined): number | undefined {
  const atMs = value.durationMs();
  if (atMs === undefined || durationMs === undefined || atMs < durationMs) return atMs;
  return value.fault('this is when the scenario is over already (duration)');
}

export function readRoaming(value: Value, readTrace: ReadTrace): Roaming | undefined {
  const section = value.section();
  const every = section?.required('every', (inner) => readDistribution(inner, readTrace));
  const gone = section?.required('gone', (inner) => readDistribution(inner, readTrace));
  section?.end();
  return every === undefined || gone === undefined ? undefined : { every, gone };
}
