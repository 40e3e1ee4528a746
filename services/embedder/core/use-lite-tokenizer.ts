/**
 * The tokenizer of Universal Sentence Encoder Lite: the most probable split of a text into the pieces of a unigram
 * vocabulary, by Viterbi's algorithm (Kudo, "Subword Regularization", 2018, section 3.2). Its ids are those of
 * @tensorflow-models/universal-sentence-encoder 1.3.3, quirks included, for the network was trained and is used with
 * these.
 */
import { codePoints, PieceTrie } from './piece-trie.ts';
import type { Encoding, Tokenizer } from './tokenizer.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Stands for a run of code points that no piece begins with. */
const UNKNOWN = 0;
/** What SentencePiece writes for a space. */
const SPACE = '\u2581';
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/gu;
/** The least part of a text's letters and digits that pieces must cover for the text to be understood. */
const UNDERSTOOD_PART = 0.5;

export class UseLiteTokenizer implements Tokenizer {
  readonly #vocabulary: Vocabulary;
  readonly #trie: PieceTrie;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    this.#trie = new PieceTrie(vocabulary.trie);
  }

  encode(text: string, maxTokens: number): Encoding {
    const normalised = text.normalize('NFKC');
    if (normalised === '') return { ids: [], understood: false };
    const ids = this.#mostProbable(codePoints(SPACE + normalised.replaceAll(' ', SPACE)));
    let known = 0;
    for (const id of ids) known += id === UNKNOWN ? 0 : this.#vocabulary.letters[id]!;
    const letters = normalised.match(LETTER_OR_DIGIT)?.length ?? 0;
    return { ids: ids.slice(0, maxTokens), understood: known > 0 && known >= UNDERSTOOD_PART * letters };
  }

  #mostProbable(points: readonly number[]): readonly number[] {
    const { scores } = this.#vocabulary;
    /** The best score of a split of the first n code points, and the last piece of that split. */
    const best = new Float64Array(points.length + 1);
    const last = new Int32Array(points.length + 1);
    let start = 0;
    const consider = (id: number, end: number): void => {
      const score = scores[id]! + best[start]!;
      // A score of 0 passes for none yet, also where pieces without a score have led to it.
      if (best[end] !== 0 && score < best[end]!) return;
      best[end] = score;
      last[end] = id;
    };
    for (; start < points.length; start++) {
      let matched = false;
      this.#trie.matchesAt(points, start, (id, end) => {
        matched = true;
        consider(id, end);
      });
      if (!matched) consider(UNKNOWN, start + 1);
    }
    return this.#walkBack(last);
  }

  /** The pieces from the last to the first, put in order; a run of unknown code points is one unknown piece. */
  #walkBack(last: Int32Array): readonly number[] {
    const ids: number[] = [];
    for (let end = last.length - 1; end > 0; ) {
      const id = last[end]!;
      if (id !== UNKNOWN || ids.at(-1) !== UNKNOWN) ids.push(id);
      end -= id === UNKNOWN ? 1 : this.#vocabulary.codePoints[id]!;
    }
    return ids.toReversed();
  }
}
