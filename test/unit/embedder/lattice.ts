/**
 * The tokenizer of @tensorflow-models/universal-sentence-encoder 1.3.3, step by step as it is written there: all pieces
 * that begin at each place, collected by where they end; slow, and what the fast one is held against.
 */
import type { VocabularyEntry } from '../../../services/embedder/core/vocabulary.ts';

interface Edge {
  readonly id: number;
  readonly start: number;
  readonly score: number;
}

const RESERVED_IDS = 6;
const LONGEST_PIECE = 16;

export class LatticeTokenizer {
  readonly #entries: readonly VocabularyEntry[];
  readonly #ids = new Map<string, number>();

  constructor(entries: readonly VocabularyEntry[]) {
    this.#entries = entries;
    for (const [id, [piece]] of entries.entries()) if (id >= RESERVED_IDS) this.#ids.set(piece, id);
  }

  encode(text: string): number[] {
    const normalised = text.normalize('NFKC');
    const symbols = normalised === '' ? [] : Array.from(`\u2581${normalised.replaceAll(' ', '\u2581')}`);
    const ending = this.#edgesByEnd(symbols);
    const best = symbols.map(() => 0).concat(0);
    const words = [...best];
    for (let end = 0; end <= symbols.length; end++) {
      for (const { id, start, score } of ending[end]!) {
        const total = score + best[start]!;
        if (best[end] === 0 || total >= best[end]!) {
          best[end] = total;
          words[end] = id;
        }
      }
    }
    const found: number[] = [];
    for (let end = symbols.length; end > 0; ) {
      found.push(words[end]!);
      end -= Array.from(this.#entries[words[end]!]![0]).length;
    }
    return found.filter((id, i) => id !== 0 || found[i - 1] !== 0).toReversed();
  }

  #edgesByEnd(symbols: readonly string[]): Edge[][] {
    const ending: Edge[][] = symbols.map((): Edge[] => []).concat([[]]);
    for (let start = 0; start < symbols.length; start++) {
      let matched = false;
      for (let end = start + 1; end <= Math.min(symbols.length, start + LONGEST_PIECE); end++) {
        const id = this.#ids.get(symbols.slice(start, end).join(''));
        if (id === undefined) continue;
        matched = true;
        ending[end]!.push({ id, start, score: this.#entries[id]![1] ?? 0 });
      }
      if (!matched) ending[start + 1]!.push({ id: 0, start, score: 0 });
    }
    return ending;
  }
}
