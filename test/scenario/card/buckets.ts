/** What was seen, by stretches of time: a plot shows a run's course, not each of its operations. */
import { ascending, percentile } from '../../experiments/statistics.ts';

/** About so many stretches a plot has at most; fewer where they would hold next to nothing. */
const MOST_STRETCHES = 60;
const LEAST_STRETCHES = 10;
const OPERATIONS_A_STRETCH = 20;
const STEPS_MS = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000];

/** How long the stretches of a run with so many operations are. */
export function stretchMs(operations: number, endedMs: number): number {
  const stretches = Math.min(MOST_STRETCHES, Math.max(LEAST_STRETCHES, operations / OPERATIONS_A_STRETCH));
  return STEPS_MS.find((ms) => ms * stretches >= endedMs) ?? Math.ceil(endedMs / stretches);
}

export class Buckets<T> {
  readonly stepMs: number;
  readonly #items: T[][] = [];

  constructor(items: readonly T[], timeOf: (item: T) => number, endedMs: number, stepMs: number) {
    this.stepMs = stepMs;
    for (let i = 0; i * this.stepMs < endedMs; i++) this.#items.push([]);
    for (const item of items) this.#items[Math.floor(timeOf(item) / this.stepMs)]?.push(item);
  }

  /** A point in the middle of every stretch; NaN where there is nothing to say. */
  points(valueOf: (items: readonly T[]) => number): (readonly [number, number])[] {
    return this.#items.map((items, i) => [(i + 0.5) * this.stepMs, valueOf(items)]);
  }
}

export function shareIn<T>(items: readonly T[], isGood: (item: T) => boolean): number {
  return items.length === 0 ? Number.NaN : items.filter(isGood).length / items.length;
}

export function quantileIn<T>(items: readonly T[], share: number, valueOf: (item: T) => number): number {
  return percentile(ascending(items.map(valueOf)), share);
}

export function meanIn<T>(items: readonly T[], valueOf: (item: T) => number): number {
  return items.length === 0 ? Number.NaN : items.reduce((sum, item) => sum + valueOf(item), 0) / items.length;
}
