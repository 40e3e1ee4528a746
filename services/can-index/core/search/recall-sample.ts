/**
 * What part of the posts that a search should have found it did find, estimated by capture and recapture: phones drawn by
 * chance are asked the same question, and of the posts they name that belong to the nearest of all known, those that the
 * search had are counted. How searches choose whom to ask plays no part in it, so it can show that they choose badly. Where
 * every phone is asked it is exact; in a large network one sample says little, and the sum of many says much.
 *
 * Source: the estimator of Petersen (1896) and Lincoln (1930), see Seber, "The Estimation of Animal Abundance", 1982, 3.1.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import { now, random, type Task } from '../../../shared/core/effect.ts';
import type { CanView } from '../entry-keeping.ts';
import type { SearchAnswer, SearchRequest } from './search.ts';
import { type EntriesFound, type Finds, nothingKnownOf, type SearchEntries } from './search-message.ts';

export interface RecallSample {
  /** Posts among the nearest that the phones drawn named: the search should have found them. */
  readonly expected: number;
  /** Those of them that it found. */
  readonly found: number;
  /** Phones drawn that answered. */
  readonly answered: number;
}

/** Phones drawn at most: as many as a search may ask by default. */
const DRAWN = 16;
/** A post younger than this may still have been on its way into the index when the search was made, in ms. */
const SETTLED_AFTER_MS = 5_000;

type Named = Pick<Finds['hits'][number], 'post' | 'similarity'>;

/** Asks one phone after the other, for nobody waits for it. `phones`: those to draw from, this one not among them. */
export function* sampleRecall(
  view: CanView,
  phones: readonly Contact[],
  { questions, limit, sinceMs }: SearchRequest,
  { answers }: SearchAnswer,
): Task<RecallSample> {
  const what = { asked: questions.map(nothingKnownOf), limit, sinceMs, withPlaces: false };
  const request: SearchEntries = { type: 'search-entries', ...what, salt: 0, phones: [] };
  const newestMs = (yield* now()) - SETTLED_AFTER_MS;
  const named = questions.map(() => new Map<Named['post'], Named>());
  let answered = 0;
  for (const phone of yield* draw(phones)) {
    const outcome = yield* view.ask<EntriesFound>(phone, request);
    if (!outcome.ok) continue;
    answered++;
    for (const [i, known] of named.entries()) {
      for (const hit of outcome.reply.finds[i]?.hits ?? []) if (hit.createdAtMs <= newestMs) known.set(hit.post, hit);
    }
  }
  const counts = answers.map(({ hits }, i) => count(hits, named[i]!, limit));
  const sum = (of: (counted: (typeof counts)[number]) => number): number =>
    counts.reduce((total, counted) => total + of(counted), 0);
  return { expected: sum(({ expected }) => expected), found: sum(({ found }) => found), answered };
}

function count(
  had: readonly Named[],
  named: ReadonlyMap<Named['post'], Named>,
  limit: number,
): Omit<RecallSample, 'answered'> {
  const known = new Map(had.map((hit) => [hit.post, hit]));
  const nearest = [...new Map<Named['post'], Named>([...named, ...known]).values()]
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, limit);
  const expected = nearest.filter(({ post }) => named.has(post));
  return { expected: expected.length, found: expected.filter(({ post }) => known.has(post)).length };
}

/** Without putting back; in the order drawn. */
function* draw(phones: readonly Contact[]): Task<readonly Contact[]> {
  const pool = [...phones];
  const drawn: Contact[] = [];
  while (drawn.length < DRAWN && pool.length > 0) {
    const at = Math.floor((yield* random()) * pool.length);
    drawn.push(pool[at]!);
    pool[at] = pool.at(-1)!;
    pool.pop();
  }
  return drawn;
}
