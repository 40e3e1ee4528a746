/** `{exponential: 2min}`, `{weibull: 2min, shape: 0.6}`, `{pareto: 2min, shape: 1.5}`, `{trace: [10s, 3min]}`, `{trace: FILE}`. */
import { type Distribution, LEAST_WEIBULL_SHAPE } from '../distribution.ts';
import { parseDurationMs } from '../duration.ts';
import { FolderFault, type ReadTrace } from './trace-file.ts';
import type { Section, Value } from './value.ts';

const KINDS = ['exponential', 'weibull', 'pareto', 'trace'] as const;
const MOST_SHAPE = 100;
const MAX_TIMES = 100_000;

export function readDistribution(value: Value, readTrace: ReadTrace): Distribution | undefined {
  const section = value.section();
  if (section === undefined) return undefined;
  const kinds = KINDS.filter((kind) => section.has(kind));
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) return value.fault(`one of ${KINDS.join(', ')} is wanted`);
  const distribution =
    kind === 'trace'
      ? section.required(kind, (times) => readTimes(times, readTrace))
      : section.required(kind, (mean) => readByMean(section, kind, mean));
  section.end();
  return distribution;
}

function readByMean(
  section: Section,
  kind: Exclude<(typeof KINDS)[number], 'trace'>,
  mean: Value,
): Distribution | undefined {
  const meanMs = mean.durationMs(1);
  if (kind === 'exponential') return meanMs === undefined ? undefined : { kind, meanMs };
  // A Pareto distribution has a mean only above a shape of 1.
  const least = kind === 'weibull' ? LEAST_WEIBULL_SHAPE : 1.01;
  const shape = section.required('shape', (value) => value.number(least, MOST_SHAPE));
  return meanMs === undefined || shape === undefined ? undefined : { kind, meanMs, shape };
}

function readTimes(value: Value, readTrace: ReadTrace): Distribution | undefined {
  if (!value.isList) return readTimesFile(value, readTrace);
  const items = value.list() ?? [];
  if (items.length === 0 || items.length > MAX_TIMES) return value.fault(`1 to ${MAX_TIMES} times are wanted`);
  const times = items.map((item) => item.durationMs());
  const timesMs = times.filter((ms) => ms !== undefined).sort((a, b) => a - b);
  return timesMs.length < times.length ? undefined : { kind: 'trace', timesMs };
}

/** One time a line; what follows a # is a comment. */
function readTimesFile(value: Value, readTrace: ReadTrace): Distribution | undefined {
  const name = value.text();
  if (name === undefined) return undefined;
  let text: string;
  try {
    text = readTrace(name);
  } catch (error) {
    if (error instanceof FolderFault) return value.fault(error.message);
    throw error;
  }
  const timesMs: number[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    const time = line.replace(/#.*/, '').trim();
    if (time === '') continue;
    const ms = parseDurationMs(time);
    if (ms === undefined)
      return value.fault(`${name}, line ${i + 1}: a time such as 90s is wanted, not ${JSON.stringify(time)}`);
    timesMs.push(ms);
  }
  if (timesMs.length === 0 || timesMs.length > MAX_TIMES)
    return value.fault(`${name} should have 1 to ${MAX_TIMES} times`);
  return { kind: 'trace', timesMs: timesMs.sort((a, b) => a - b) };
}
