/** Shares, durations and rates of what was seen in a part of a run. */
import { ascending, percentile } from '../core/percentile.ts';
import type { LookupNote, Observations, ReadNote, SampleNote, WriteNote } from './observations.ts';

/** Operations that began, and samples that were taken, from a time to before another. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

export const WHOLE_RUN: Window = { fromMs: 0, toMs: Number.POSITIVE_INFINITY };

/** Operations that ended by themselves; what was cut short says nothing of the ring. */
function operationsIn(seen: Observations, { fromMs, toMs }: Window): Observations['operations'] {
  return seen.operations.filter(
    ({ startedMs, outcome }) => outcome !== 'cut-short' && startedMs >= fromMs && startedMs < toMs,
  );
}

/** Reads of people; everything is read back in the end, at rest, and would make figures look better than they are. */
export function readsIn(seen: Observations, { fromMs, toMs }: Window): readonly ReadNote[] {
  return allReadsIn(seen, { fromMs, toMs: Math.min(toMs, seen.durationMs) });
}

/** Those of the reading back, too. */
export function allReadsIn(seen: Observations, window: Window): readonly ReadNote[] {
  return operationsIn(seen, window).filter((note) => note.kind === 'read');
}

export function writesIn(seen: Observations, window: Window): readonly WriteNote[] {
  return operationsIn(seen, window).filter((note) => note.kind === 'write');
}

export function lookupsIn(seen: Observations, window: Window): readonly LookupNote[] {
  return operationsIn(seen, window).filter((note) => note.kind === 'lookup');
}

export function joinsIn({ joins }: Observations, { fromMs, toMs }: Window): Observations['joins'] {
  return joins.filter(({ startedMs }) => startedMs >= fromMs && startedMs < toMs);
}

export function shareOf<T>(items: readonly T[], isGood: (item: T) => boolean): number | undefined {
  return items.length === 0 ? undefined : items.filter(isGood).length / items.length;
}

export function meanOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function quantileOf<T>(items: readonly T[], share: number, valueOf: (item: T) => number): number | undefined {
  return items.length === 0 ? undefined : percentile(ascending(items.map(valueOf)), share);
}

export function durationOf(
  items: readonly { readonly startedMs: number; readonly endedMs: number }[],
  share: number,
): number | undefined {
  return quantileOf(items, share, ({ startedMs, endedMs }) => endedMs - startedMs);
}

/** Until the first sample at which all is well; undefined when there is none in the window. */
export function wholeAfter(
  { samples, durationMs }: Observations,
  { fromMs, toMs }: Window,
  isWell: (sample: SampleNote) => boolean,
): number | undefined {
  const sinceMs = fromMs === 0 ? durationMs : fromMs;
  const first = samples.find((sample) => sample.atMs >= sinceMs && sample.atMs < toMs && isWell(sample));
  return first === undefined ? undefined : first.atMs - sinceMs;
}

export function ratePerPhone(
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
