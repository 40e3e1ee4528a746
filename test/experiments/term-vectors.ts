/** Texts by the words in them: what search by meaning is held against. */

/**
 * Texts as weights of their terms (term frequency, logarithmic, times inverse document frequency), of length 1.
 *
 * Source: Salton and Buckley, "Term-weighting approaches in automatic text retrieval", 1988.
 */
export class TermVectors {
  readonly #vectors: readonly ReadonlyMap<string, number>[];
  readonly #postings = new Map<string, (readonly [text: number, weight: number])[]>();

  constructor(texts: readonly string[]) {
    const counts = texts.map(countsOf);
    const documents = new Map<string, number>();
    for (const terms of counts) for (const term of terms.keys()) documents.set(term, (documents.get(term) ?? 0) + 1);
    const rarity = (term: string): number => Math.log(texts.length / documents.get(term)!);
    this.#vectors = counts.map((terms) => weighted(terms, rarity));
    for (const [text, vector] of this.#vectors.entries()) {
      for (const [term, weight] of vector) {
        const postings = this.#postings.get(term);
        if (postings === undefined) this.#postings.set(term, [[text, weight]]);
        else postings.push([text, weight]);
      }
    }
  }

  /** The other texts most like a text, the likest first; fewer where no others share a term with it. */
  nearest(text: number, limit: number): number[] {
    const scores = new Map<number, number>();
    for (const [term, weight] of this.#vectors[text]!) {
      for (const [other, theirs] of this.#postings.get(term)!) {
        scores.set(other, (scores.get(other) ?? 0) + weight * theirs);
      }
    }
    scores.delete(text);
    return [...scores]
      .sort(([a, scoreA], [b, scoreB]) => scoreB - scoreA || a - b)
      .slice(0, limit)
      .map(([other]) => other);
  }
}

function countsOf(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [term] of text.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

function weighted(terms: ReadonlyMap<string, number>, rarity: (term: string) => number): Map<string, number> {
  const weights = [...terms].map(([term, count]) => [term, (1 + Math.log(count)) * rarity(term)] as const);
  const length = Math.hypot(...weights.map(([, weight]) => weight)) || 1;
  return new Map(weights.map(([term, weight]) => [term, weight / length]));
}
