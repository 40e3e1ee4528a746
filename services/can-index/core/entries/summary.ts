/**
 * What a phone's neighbours are told of the entries it keeps: a few centroids of them as sketches, found by k-means
 * (Lloyd 1982) from a fixed beginning, so that the same entries always give the same ones.
 */
import { type Sketch, sketchDistance2 } from './sketch.ts';

export interface EntrySummary {
  readonly centroids: readonly Sketch[];
}

export const NO_ENTRIES: EntrySummary = { centroids: [] };

/** Centroids of one phone: one says where most of its entries lie, some more where the others do. */
export const MAX_CENTROIDS = 8;
const ROUNDS = 6;
/** Entries that the centroids are computed from at most; more change little. */
const MOST_SAMPLED = 1_024;

export function summaryOf(sketches: readonly Sketch[]): EntrySummary {
  const sample = sampled(sketches);
  const count = Math.min(MAX_CENTROIDS, sample.length);
  if (count === 0) return NO_ENTRIES;
  let centroids = Array.from({ length: count }, (_, i) => sample[Math.floor((i * sample.length) / count)]!);
  for (let round = 0; round < ROUNDS; round++) centroids = meansOf(sample, centroids);
  return { centroids };
}

/** How far a question is from the nearest of the centroids: 0 on one, below 0 elsewhere; undefined without any. */
export function closeness({ centroids }: EntrySummary, question: Sketch): number | undefined {
  if (centroids.length === 0) return undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const centroid of centroids) least = Math.min(least, sketchDistance2(centroid, question));
  return -least;
}

/** Whether two summaries differ so much that neighbours should hear of it. */
export function differs(a: EntrySummary, b: EntrySummary): boolean {
  if (a.centroids.length !== b.centroids.length) return true;
  return a.centroids.some((centroid) => (closeness(b, centroid) ?? -1) < -WORTH_TELLING);
}

const WORTH_TELLING = 0.01;

/** The centroids one after the other: what neighbours are told. */
export function encodeSummary({ centroids }: EntrySummary): Uint8Array {
  const bytes = new Uint8Array(centroids.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const centroid of centroids) {
    bytes.set(new Uint8Array(centroid.buffer, centroid.byteOffset, centroid.length), at);
    at += centroid.length;
  }
  return bytes;
}

/** `axes`: bytes of a sketch. What is no summary tells of no entries. */
export function decodeSummary(bytes: Uint8Array, axes: number): EntrySummary {
  const count = bytes.length / axes;
  if (!Number.isInteger(count) || count > MAX_CENTROIDS) return NO_ENTRIES;
  const signed = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  return { centroids: Array.from({ length: count }, (_, i) => signed.slice(i * axes, (i + 1) * axes)) };
}

function sampled(sketches: readonly Sketch[]): readonly Sketch[] {
  if (sketches.length <= MOST_SAMPLED) return sketches;
  const step = sketches.length / MOST_SAMPLED;
  return Array.from({ length: MOST_SAMPLED }, (_, i) => sketches[Math.floor(i * step)]!);
}

function meansOf(sample: readonly Sketch[], centroids: readonly Sketch[]): Sketch[] {
  const sums = centroids.map((centroid) => new Float64Array(centroid.length));
  const counts = centroids.map(() => 0);
  for (const sketch of sample) {
    const nearest = nearestOf(sketch, centroids);
    counts[nearest]! += 1;
    for (let i = 0; i < sketch.length; i++) sums[nearest]![i]! += sketch[i]!;
  }
  return centroids.map((centroid, c) =>
    counts[c] === 0 ? centroid : Int8Array.from(sums[c]!, (sum) => Math.round(sum / counts[c]!)),
  );
}

function nearestOf(sketch: Sketch, centroids: readonly Sketch[]): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [c, centroid] of centroids.entries()) {
    const distance = sketchDistance2(sketch, centroid);
    if (distance < least) [best, least] = [c, distance];
  }
  return best;
}
