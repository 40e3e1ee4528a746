/** The pulse of the whole network: what all phones did a second, of what each says of itself now and then. */
import type { FigureName, Figures } from './figures.ts';

interface Sample {
  readonly atMs: number;
  readonly figures: Figures;
}

export interface Pulse {
  /** Phones whose figures are in it. */
  readonly sampled: number;
  readonly lookupsPerSecond: number;
  readonly failedLookupsPerSecond: number;
  /** Means of the lookups of the last samples; undefined when there were none. */
  readonly lookupMs: number | undefined;
  readonly lookupHops: number | undefined;
  readonly readsPerSecond: number;
  readonly incompleteReadsPerSecond: number;
  readonly writesPerSecond: number;
  readonly failedWritesPerSecond: number;
  /** Records that phones keep, copies counted. */
  readonly records: number;
  readonly replicasMissing: number;
  /** Parts of rings that phones own, added up: 1 when all form one ring. */
  readonly rings: number;
  /** Part of the posts that searches should have found and did, estimated; undefined when nothing was searched. */
  readonly recall: number | undefined;
}

/** A sample older than this says nothing of now. */
export const SAMPLE_AGE_MS = 60_000;

export class PulseMeter {
  /** The last two samples of each phone. */
  readonly #samples = new Map<number, readonly [Sample | undefined, Sample]>();

  /** Takes in what phone n says of itself. */
  sample(n: number, figures: Figures, atMs: number): void {
    const before = this.#samples.get(n)?.[1];
    const isRestarted = before !== undefined && figures.lookupsFound < before.figures.lookupsFound;
    this.#samples.set(n, [isRestarted ? undefined : before, { atMs, figures }]);
  }

  /** The phone is gone: it counts for nothing any more. */
  drop(n: number): void {
    this.#samples.delete(n);
  }

  read(nowMs: number): Pulse {
    const fresh = [...this.#samples.values()].filter(([, last]) => nowMs - last.atMs <= SAMPLE_AGE_MS);
    const total = (name: FigureName): number => fresh.reduce((sum, [, { figures }]) => sum + figures[name], 0);
    const rate = (name: FigureName): number => fresh.reduce((sum, pair) => sum + rateOf(pair, name), 0);
    const grown = (name: FigureName): number => fresh.reduce((sum, pair) => sum + growthOf(pair, name), 0);
    const lookups = grown('lookupsFound') + grown('lookupsFailed');
    return {
      sampled: fresh.length,
      lookupsPerSecond: rate('lookupsFound') + rate('lookupsFailed'),
      failedLookupsPerSecond: rate('lookupsFailed'),
      lookupMs: ratio(1_000 * grown('lookupSeconds'), lookups),
      lookupHops: ratio(grown('lookupHops'), lookups),
      readsPerSecond: rate('readsComplete') + rate('readsIncomplete'),
      incompleteReadsPerSecond: rate('readsIncomplete'),
      writesPerSecond: rate('writesStored') + rate('writesUnavailable'),
      failedWritesPerSecond: rate('writesUnavailable'),
      records: total('records'),
      replicasMissing: total('replicasMissing'),
      rings: total('ringShare'),
      recall: ratio(total('recallFound'), total('recallExpected')),
    };
  }
}

function growthOf([before, last]: readonly [Sample | undefined, Sample], name: FigureName): number {
  return before === undefined ? 0 : Math.max(0, last.figures[name] - before.figures[name]);
}

function rateOf(pair: readonly [Sample | undefined, Sample], name: FigureName): number {
  const [before, last] = pair;
  const seconds = before === undefined ? 0 : (last.atMs - before.atMs) / 1_000;
  return seconds > 0 ? growthOf(pair, name) / seconds : 0;
}

function ratio(part: number, whole: number): number | undefined {
  return whole > 0 ? part / whole : undefined;
}
