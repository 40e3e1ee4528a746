/** Points of the torus, and how far it is between their coordinates. */
import { SPAN } from '../../../shared/core/torus.ts';

export const MAX_AXES = 16;

/** One coordinate an axis. */
export type Point = readonly number[];

export function isPoint(value: readonly number[], axes: number): boolean {
  return value.length === axes && value.every((x) => Number.isInteger(x) && x >= 0 && x < SPAN);
}

/** How far it is from x to the nearest coordinate of [low, high), the shorter way round; 0 inside. */
export function gapTo(x: number, low: number, high: number): number {
  if (x >= low && x < high) return 0;
  const forward = x < low ? low - x : low - x + SPAN;
  const backward = x >= high ? x - high + 1 : x - high + 1 + SPAN;
  return Math.min(forward, backward);
}

/** Where a point on the unit torus lies: each coordinate in [0, 1) to its whole number. Values outside wrap around. */
export function pointOf(unit: readonly number[]): Point {
  return unit.map((value) => Math.min(Math.floor((value - Math.floor(value)) * SPAN), SPAN - 1));
}
