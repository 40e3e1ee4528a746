/** Any tokenizer that comes as a tokenizer.json: WordPiece, Unigram, BPE, with whatever normalises and marks the text. */
import type { Encoding, Tokenizer } from '../core/tokenizer.ts';

/** What is used of @huggingface/tokenizers, whose own types do not resolve. */
interface Library {
  encode(text: string, options?: { readonly add_special_tokens?: boolean }): { readonly ids: readonly number[] };
}

const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;
/** The least part of a text's tokens that must be in the vocabulary for the text to be understood. */
const UNDERSTOOD_PART = 0.5;
const PROBE = 'a';

export class HuggingFaceTokenizer implements Tokenizer {
  readonly #library: Library;
  readonly #unknown: number | undefined;
  readonly #prompt: string;
  /** Marks that stand before and after every text. */
  readonly #before: readonly number[];
  readonly #after: readonly number[];

  /** `unknown`: the token for what the vocabulary does not have; `prompt`: what the network wants before every text. */
  constructor(library: Library, unknown: number | undefined, prompt: string) {
    this.#library = library;
    this.#unknown = unknown;
    this.#prompt = prompt;
    const marked = library.encode(PROBE).ids;
    const bare = library.encode(PROBE, { add_special_tokens: false }).ids;
    const start = marked.findIndex((_, at) => bare.every((id, i) => marked[at + i] === id));
    this.#before = marked.slice(0, start);
    this.#after = marked.slice(start + bare.length);
  }

  /** The library is loaded only now. Throws when it cannot follow the file. */
  static async load(
    json: TokenizerJson,
    config: Readonly<Record<string, unknown>>,
    prompt: string,
  ): Promise<Tokenizer> {
    const { Tokenizer: LibraryTokenizer } = await import('@huggingface/tokenizers');
    return new HuggingFaceTokenizer(new LibraryTokenizer(json, config), unknownToken(json), prompt);
  }

  encode(text: string, maxTokens: number): Encoding {
    const { ids } = this.#library.encode(this.#prompt + text, { add_special_tokens: false });
    const known = ids.filter((id) => id !== this.#unknown).length;
    const room = Math.max(0, maxTokens - this.#before.length - this.#after.length);
    return {
      ids: [...this.#before, ...ids.slice(0, room), ...this.#after],
      understood: LETTER_OR_DIGIT.test(text) && known > 0 && known >= UNDERSTOOD_PART * ids.length,
    };
  }
}

/** The parts of a tokenizer.json that are looked at here. */
export interface TokenizerJson {
  readonly model: {
    readonly unk_token?: string | null;
    readonly unk_id?: number | null;
    readonly vocab?: unknown;
  };
}

/** Unigram names it by its place, the others by its text; byte-level BPE knows everything. */
function unknownToken({ model }: TokenizerJson): number | undefined {
  const { unk_token: text, unk_id: id, vocab } = model;
  if (typeof id === 'number') return id;
  return typeof text === 'string' ? (vocab as Readonly<Record<string, number>>)[text] : undefined;
}
