/**
 * A unigram vocabulary, compiled once when the model is made: parsing its 8,000 pieces in every phone would leave
 * megabytes of garbage behind. The file is, little-endian: "RWV1"; the numbers of nodes and of pieces (uint32); the
 * trie (int32: firstChild, codePoint, piece); of each piece its score (float64), its code points and how many of
 * these are letters or digits that the network has learned (uint8 each).
 */
import { codePoints, compileTrie, type TrieArrays } from './piece-trie.ts';

/** A piece and the logarithm of its probability; null where the vocabulary gives none, which counts as 0. */
export type VocabularyEntry = readonly [piece: string, score: number | null];

export interface Vocabulary {
  readonly trie: TrieArrays;
  readonly scores: Float64Array;
  readonly codePoints: Uint8Array;
  readonly letters: Uint8Array;
}

/** The first ids are marks of the training, never pieces of a text. */
const RESERVED_IDS = 6;
/** The vocabulary has words in this script alone; of others it has single letters, which say nothing. */
const LEARNED = /[\p{Script=Latin}\p{N}]/gu;
const MAGIC = 0x31565752;
const HEADER_BYTES = 12;

export function compileVocabulary(entries: readonly VocabularyEntry[]): Vocabulary {
  const pieces = entries.map(([text], id) => ({ text, id }));
  return {
    trie: compileTrie(pieces.slice(RESERVED_IDS)),
    scores: Float64Array.from(entries, ([, score]) => score ?? 0),
    codePoints: Uint8Array.from(entries, ([text]) => codePoints(text).length),
    letters: Uint8Array.from(entries, ([text]) => text.match(LEARNED)?.length ?? 0),
  };
}

export function encodeVocabulary(vocabulary: Vocabulary): Uint8Array {
  const { trie, scores } = vocabulary;
  const bytes = new Uint8Array(fileBytes(trie.piece.length, scores.length));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, trie.piece.length, true);
  view.setUint32(8, scores.length, true);
  let at = HEADER_BYTES;
  for (const array of [trie.firstChild, trie.codePoint, trie.piece]) {
    for (const value of array) {
      view.setInt32(at, value, true);
      at += 4;
    }
  }
  for (const score of scores) {
    view.setFloat64(at, score, true);
    at += 8;
  }
  bytes.set(vocabulary.codePoints, at);
  bytes.set(vocabulary.letters, at + scores.length);
  return bytes;
}

/** Undefined when the bytes are no vocabulary. */
export function decodeVocabulary(bytes: Uint8Array): Vocabulary | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES || view.getUint32(0, true) !== MAGIC) return undefined;
  const nodes = view.getUint32(4, true);
  const pieces = view.getUint32(8, true);
  if (bytes.length !== fileBytes(nodes, pieces)) return undefined;
  let at = HEADER_BYTES;
  const integers = (length: number): Int32Array =>
    Int32Array.from({ length }, () => {
      at += 4;
      return view.getInt32(at - 4, true);
    });
  const trie = { firstChild: integers(nodes + 1), codePoint: integers(nodes), piece: integers(nodes) };
  const scores = Float64Array.from({ length: pieces }, (_, i) => view.getFloat64(at + i * 8, true));
  at += pieces * 8;
  return {
    trie,
    scores,
    codePoints: bytes.slice(at, at + pieces),
    letters: bytes.slice(at + pieces, at + 2 * pieces),
  };
}

function fileBytes(nodes: number, pieces: number): number {
  return HEADER_BYTES + (3 * nodes + 1) * 4 + pieces * (8 + 2);
}
