/**
 * A question as it travels: a byte a dimension instead of four. A vector of length 1 cut down so points elsewhere by some
 * hundredth of its length at most, and its cosines to posts change by some thousandth: less than near posts differ by.
 */
import type { Id } from '../../../shared/core/id.ts';
import { mix } from '../mix.ts';

/** [dimensions]: the vector, scaled so that its largest coordinate is MOST. */
export type Question = Int8Array;

const MOST = 127;

/** Undefined where there is no direction: the vector is all zero or not finite. */
export function questionOf(vector: Float32Array): Question | undefined {
  let largest = 0;
  for (const value of vector) {
    if (!Number.isFinite(value)) return undefined;
    largest = Math.max(largest, Math.abs(value));
  }
  return largest === 0 ? undefined : Int8Array.from(vector, (value) => Math.round((value / largest) * MOST));
}

/** [dimensions], of length 1. */
export function vectorOf(question: Question): Float32Array {
  let square = 0;
  for (const value of question) square += value * value;
  const length = Math.sqrt(square);
  const vector = new Float32Array(question.length);
  for (let i = 0; i < vector.length; i++) vector[i] = question[i]! / length;
  return vector;
}

export function isQuestion(question: Question, dimensions: number): boolean {
  return question.length === dimensions && question.some((value) => value !== 0);
}

/**
 * 32 bits of an id: enough to say which ones are not worth repeating. One that is taken for another is left out, so the
 * salt is drawn anew for every search: nobody can make a post that always hides another one.
 */
export function fingerprintOf(id: Id, salt: number): number {
  let bits = salt;
  for (let at = 0; at < id.length; at += 8) bits = mix(bits ^ Number.parseInt(id.slice(at, at + 8), 16));
  return bits;
}
