/**
 * Texts to fit a projection on, made of the vocabulary alone, so that anybody can fit it anew without a corpus: words
 * drawn by how frequent they are, some of each phrase from around one topic, for posts are about something. The topics
 * are words, and what lies around one are the words whose own vectors are nearest to its.
 */
import { SeededRandom } from '../../shared/core/random.ts';
import { dot } from '../../shared/core/vector.ts';
import type { VocabularyEntry } from '../core/vocabulary.ts';

export type Embed = (texts: readonly string[]) => Promise<readonly (Float32Array | undefined)[]>;

interface Word {
  readonly text: string;
  readonly vector: Float32Array;
  /** The sum of the probabilities of the words up to this one. */
  readonly upTo: number;
}

const WHOLE_WORD = /^\u2581[a-z]{3,}$/;
const LEAST_TOPIC_LETTERS = 4;
const WORDS_AROUND = 40;
/** The part of a phrase that is about its topic, at most. */
const MOST_TOPICAL = 0.7;
const PHRASES_A_TOPIC = 8;
const LEAST_WORDS = 6;
const MOST_WORDS = 20;

/** The same vocabulary, network and seed give the same phrases. */
export async function makePhrases(
  entries: readonly VocabularyEntry[],
  embed: Embed,
  topicCount: number,
  seed: number,
): Promise<string[]> {
  const words = await embedWords(entries, embed);
  const topics = words.filter(({ text }) => text.length >= LEAST_TOPIC_LETTERS);
  const random = new SeededRandom(seed);
  const phrase = (around: readonly Word[]): string => {
    const topical = random.next() * MOST_TOPICAL;
    const length = LEAST_WORDS + random.below(MOST_WORDS - LEAST_WORDS + 1);
    const draw = (): Word => (random.next() < topical ? nearOne(around, random) : frequentOne(words, random));
    return Array.from({ length }, () => draw().text).join(' ');
  };
  return Array.from({ length: topicCount }, () => {
    const around = wordsAround(topics[random.below(topics.length)]!, words);
    return Array.from({ length: PHRASES_A_TOPIC }, () => phrase(around));
  }).flat();
}

async function embedWords(entries: readonly VocabularyEntry[], embed: Embed): Promise<Word[]> {
  const pieces = entries.filter(([piece, score]) => WHOLE_WORD.test(piece) && score !== null);
  const vectors = await embed(pieces.map(([piece]) => piece.slice(1)));
  let upTo = 0;
  return pieces.flatMap(([piece, score], i) => {
    const vector = vectors[i];
    if (vector === undefined) return [];
    upTo += Math.exp(score!);
    return [{ text: piece.slice(1), vector, upTo }];
  });
}

/** Itself first, then the nearest. */
function wordsAround(topic: Word, words: readonly Word[]): readonly Word[] {
  const near = words.map((word) => ({ word, likeness: dot(word.vector, topic.vector) }));
  near.sort((a, b) => b.likeness - a.likeness);
  return near.slice(0, WORDS_AROUND).map(({ word }) => word);
}

/** The nearer to the topic, the likelier. */
function nearOne(around: readonly Word[], random: SeededRandom): Word {
  return around[Math.floor(random.next() * random.next() * around.length)]!;
}

function frequentOne(words: readonly Word[], random: SeededRandom): Word {
  const wanted = random.next() * words.at(-1)!.upTo;
  return words.find(({ upTo }) => upTo > wanted) ?? words.at(-1)!;
}
