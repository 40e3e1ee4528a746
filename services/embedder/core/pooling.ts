/** One vector for a text out of one for each of its tokens (Reimers and Gurevych, "Sentence-BERT", 2019, section 3). */
import { toUnitLength } from '../../shared/core/vector.ts';

/** The mean over the tokens, or the vector of the first one. */
export type Pooling = 'mean' | 'cls';

/**
 * @param hidden [texts, tokens, width], row-major
 * @param lengths tokens of each text that are no padding
 * @returns a vector a text, of length 1
 */
export function pool(
  hidden: Float32Array,
  shape: readonly [texts: number, tokens: number, width: number],
  lengths: readonly number[],
  pooling: Pooling,
): Float32Array[] {
  const [texts, tokens, width] = shape;
  return Array.from({ length: texts }, (_, text) => {
    const counted = pooling === 'cls' ? 1 : lengths[text]!;
    const vector = new Float32Array(width);
    for (let token = 0; token < counted; token++) {
      const start = (text * tokens + token) * width;
      for (let i = 0; i < width; i++) vector[i]! += hidden[start + i]! / counted;
    }
    return toUnitLength(vector);
  });
}
