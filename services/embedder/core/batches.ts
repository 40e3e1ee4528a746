/** Texts put together in runs of the network that are short, and of texts of one length, so that nothing is padded. */

/**
 * Positions of the texts, run by run. A run has at most `maxTokens` tokens, or one text.
 * @param lengths tokens of each text
 */
export function batchesOf(lengths: readonly number[], maxTokens: number): number[][] {
  const order = [...lengths.keys()].sort((a, b) => lengths[a]! - lengths[b]! || a - b);
  const batches: number[][] = [];
  for (const text of order) {
    const length = lengths[text]!;
    const last = batches.at(-1);
    if (last !== undefined && lengths[last[0]!] === length && (last.length + 1) * length <= maxTokens) last.push(text);
    else batches.push([text]);
  }
  return batches;
}
