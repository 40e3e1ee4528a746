/** What the index keeps of a post: who wrote it, when, and what it means. */
import type { Id } from '../../../shared/core/id.ts';
import { failure, type Result, success } from '../../../shared/core/result.ts';
import { dot } from '../../../shared/core/vector.ts';
import type { Point } from '../space/space.ts';
import type { Sketch } from './sketch.ts';

export interface Entry {
  readonly post: Id;
  readonly author: Id;
  /** ms since the epoch, as the author says. */
  readonly createdAtMs: number;
  /** 0: as it was written; else the seq of the edit that the vector is of. The highest replaces the others. */
  readonly revision: number;
  /** [dimensions], of length 1. */
  readonly vector: Float32Array;
}

/** Where vectors lie: the same on all phones of a network, for they compute it alone. */
export interface MeaningSpace {
  /** Numbers of a vector. */
  readonly dimensions: number;
  /** Bytes of a sketch. */
  readonly sketchAxes: number;
  /** [torus axes]: along the axes of the projection, of which the torus is made. */
  coordinatesOf(vector: Float32Array): readonly number[];
  /** The coordinate along an axis that a whole coordinate of the torus, 0 to SPAN, stands for. */
  coordinateAt(axis: number, whole: number): number;
  /** The point of the torus that the entry lies at. */
  pointOf(vector: Float32Array): Point;
  /** What is left of the vector where the whole would be too much (sketch.ts). */
  sketchOf(vector: Float32Array): Sketch;
}

export type EntryFault = 'wrong length' | 'not finite' | 'not of length 1';

/** Vectors come from float32 arithmetic of several machines. */
const UNIT_WITHIN = 1e-3;

/** The vector itself when an index can keep it. */
export function checkVector(vector: Float32Array, { dimensions }: MeaningSpace): Result<Float32Array, EntryFault> {
  if (vector.length !== dimensions) return failure('wrong length');
  const square = dot(vector, vector);
  if (!Number.isFinite(square)) return failure('not finite');
  return Math.abs(Math.sqrt(square) - 1) <= UNIT_WITHIN ? success(vector) : failure('not of length 1');
}
