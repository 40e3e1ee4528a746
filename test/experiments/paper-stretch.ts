/**
 * The latency table of Chord's journal version as the paper computes it, beside the product's own lookups: fingers of base
 * 2, and for each the s phones that follow it. The next phone is, of the s from the finger nearest before the key on,
 * the one nearest in time to whoever chooses: the phone that passes a recursive lookup on, or the one that asks in an
 * iterative one. It is taken to know all round trips. A lookup ends at the owner's predecessor, which names the owner: a
 * recursive one's tells the asker directly.
 *
 * Source: Stoica et al., "Chord", IEEE/ACM Transactions on Networking 2003, "Improving routing latency".
 */
import type { SeededRandom } from '../../services/shared/core/random.ts';
import { ascending, percentile } from './statistics.ts';

export interface PaperStretch {
  readonly candidates: number;
  readonly iterative: number;
  readonly recursive: number;
}

export interface PaperOptions {
  readonly phones: number;
  readonly lookups: number;
  readonly rttMs: (a: number, b: number) => number;
}

/** Medians for each number of candidates. */
export function paperStretch(
  { phones, lookups, rttMs }: PaperOptions,
  candidates: readonly number[],
  random: SeededRandom,
): PaperStretch[] {
  const positions = ascending(Array.from({ length: phones }, () => random.next()));
  const questions = Array.from({ length: lookups }, () => ({ from: random.below(phones), key: random.next() }));
  return candidates.map((count) => {
    const samples = { iterative: [] as number[], recursive: [] as number[] };
    for (const { from, key } of questions) {
      const owner = ownerOf(positions, key);
      const directMs = rttMs(from, owner);
      if (directMs === 0) continue;
      const asked = route(positions, from, owner, count, (_at, phone) => rttMs(from, phone));
      samples.iterative.push(asked.reduce((sum, phone) => sum + rttMs(from, phone), 0) / directMs);
      const passed = [from, ...route(positions, from, owner, count, rttMs)];
      const oneWayMs = passed.reduce((sum, phone, i) => sum + rttMs(phone, passed[i + 1] ?? from) / 2, 0);
      samples.recursive.push(oneWayMs / directMs);
    }
    const median = (values: readonly number[]): number => percentile(ascending(values), 0.5);
    return { candidates: count, iterative: median(samples.iterative), recursive: median(samples.recursive) };
  });
}

/** The phones passed, the owner's predecessor last. */
function route(
  positions: Float64Array,
  from: number,
  owner: number,
  candidates: number,
  costMs: (at: number, phone: number) => number,
): number[] {
  const { length } = positions;
  const distanceTo = (at: number): number => (owner - at + length) % length;
  const passed: number[] = [];
  for (let at = from, left = distanceTo(at); left > 1; left = distanceTo(at)) {
    const finger = fingerBefore(positions, at, left);
    let next = (at + finger) % length;
    for (let i = 1; i < candidates && finger + i < left; i++) {
      const phone = (at + finger + i) % length;
      if (costMs(at, phone) < costMs(at, next)) next = phone;
    }
    passed.push(next);
    at = next;
  }
  return passed;
}

/** How many phones ahead the furthest finger stands that is still before the owner. */
function fingerBefore(positions: Float64Array, at: number, left: number): number {
  const { length } = positions;
  for (let exponent = 1; exponent < 53; exponent++) {
    const target = (positions[at]! + 2 ** -exponent) % 1;
    const ahead = (ownerOf(positions, target) - at + length) % length;
    if (ahead > 0 && ahead < left) return ahead;
  }
  return 1;
}

/** Index of the first phone at or after a position. */
function ownerOf(positions: Float64Array, key: number): number {
  let low = 0;
  let high = positions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (positions[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low % positions.length;
}
