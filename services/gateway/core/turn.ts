/**
 * When whose turn is to be asked how it is: each once a round, spread evenly over it, and so that those who are asked
 * one after the other lie far apart on the ring. A dead phone's neighbours know of it first; there are a dozen of them, side by
 * side, and this way one of them is asked soon, wherever on the ring they are.
 */

/** The turn of golden angles: fractions of its multiples fill a circle as evenly as can be, however many there are. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Whether a phone's turn came between two moments, ms. `rank`: its place in the order of the ring, from 0. */
export function turnCame(rank: number, roundMs: number, sinceMs: number, nowMs: number): boolean {
  const phaseMs = ((rank * GOLDEN) % 1) * roundMs;
  return Math.floor((nowMs - phaseMs) / roundMs) > Math.floor((sinceMs - phaseMs) / roundMs);
}
