/** What a phone answers a search: the nearest of its entries, where their links lead, and who around it may know more. */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { Advert } from '../entries/adverts.ts';
import type { MeaningSpace } from '../entries/entry.ts';
import type { EntryStore, Near } from '../entries/entry-store.ts';
import { estimateSimilarity, type Sketch } from '../entries/sketch.ts';
import { closeness } from '../entries/summary.ts';
import { fingerprintOf, vectorOf } from './question.ts';
import {
  type AskedQuestion,
  type Candidate,
  type EntriesFound,
  FEW,
  type Finds,
  type Hit,
  MAX_ADVERTS,
  MAX_CANDIDATES,
  type ScoredAdvert,
  type SearchEntries,
  UNTOLD,
} from './search-message.ts';

/** Entries whose links are followed, beyond those asked for: near posts lead to near posts. */
const FOLLOWED = 12;
/** A post whose estimate is this far below what counts is seldom nearer than that: three standard errors of estimates. */
const MOST_UNDERESTIMATED = 0.15;
/** Centroids farther off than this say nothing to a search that finds enough. */
const LEAST_CLOSENESS = -0.4;

/** `around`: what the phones around it say of their entries. */
export function answerSearch(
  store: EntryStore,
  space: MeaningSpace,
  around: Iterable<Advert>,
  request: SearchEntries,
): EntriesFound {
  const adverts = [...around];
  const phones = new Set(request.phones);
  const hasAnswered = ({ id }: Contact): boolean => phones.size > 0 && phones.has(fingerprintOf(id, request.salt));
  const place: Place = { store, space, adverts, hasAnswered };
  return { type: 'entries-found', finds: request.asked.map((asked) => findsOf(asked, request, place)) };
}

interface Place {
  readonly store: EntryStore;
  readonly space: MeaningSpace;
  readonly adverts: readonly Advert[];
  /** What the phone keeps was held against the questions. */
  readonly hasAnswered: (phone: Contact) => boolean;
}

function findsOf(
  { question, floor, posts }: AskedQuestion,
  { limit, sinceMs, withPlaces, salt }: SearchEntries,
  { store, space, adverts, hasAnswered }: Place,
): Finds {
  const vector = vectorOf(question);
  const sketch = space.sketchOf(vector);
  const near = store.nearest(vector, Math.max(limit, FOLLOWED), ({ createdAtMs }) => createdAtMs >= sinceMs);
  const known = new Set(posts);
  const isKnown = (post: Id): boolean => known.size > 0 && known.has(fingerprintOf(post, salt));
  const hits = near.slice(0, limit).filter(({ kept, similarity }) => similarity > floor && !isKnown(kept.entry.post));
  return {
    hits: hits.map((hit) => hitOf(hit, withPlaces)),
    candidates: candidatesOf(near.slice(0, FOLLOWED), sketch, {
      least: floor - MOST_UNDERESTIMATED,
      isKnown: (post) => store.get(post) !== undefined || isKnown(post),
      hasAnswered,
    }),
    adverts: scoredAdverts(adverts, sketch, near.length < Math.min(limit, FEW) ? UNTOLD : LEAST_CLOSENESS)
      .filter(({ contact }) => !hasAnswered(contact))
      .slice(0, MAX_ADVERTS),
  };
}

function hitOf({ kept: { entry, sketch, copies }, similarity }: Near, withPlaces: boolean): Hit {
  const { post, author, createdAtMs } = entry;
  return { post, author, createdAtMs, similarity, place: withPlaces ? { sketch, at: copies } : undefined };
}

interface Worth {
  /** Candidates with a lower estimate are of no use. */
  readonly least: number;
  /** The post itself was held against the question. */
  readonly isKnown: (post: Id) => boolean;
  /** What the phone keeps was held against it. */
  readonly hasAnswered: (phone: Contact) => boolean;
}

/** The posts that the nearest entries link to and that nobody has looked at yet, the likeliest first. */
function candidatesOf(near: readonly Near[], question: Sketch, { least, isKnown, hasAnswered }: Worth): Candidate[] {
  const candidates: Candidate[] = [];
  const seen = new Set<Id>();
  for (const { kept } of near) {
    for (const { post, sketch, at } of kept.links) {
      if (at.length === 0 || seen.has(post)) continue;
      seen.add(post);
      const estimate = estimateSimilarity(question, sketch);
      if (estimate < least || isKnown(post) || at.some(hasAnswered)) continue;
      candidates.push({ post, estimate, at });
    }
  }
  return candidates.sort((a, b) => b.estimate - a.estimate).slice(0, MAX_CANDIDATES);
}

/** The closest first. */
function scoredAdverts(adverts: Iterable<Advert>, question: Sketch, least: number): ScoredAdvert[] {
  const scored: ScoredAdvert[] = [];
  for (const { contact, summary } of adverts) {
    const score = closeness(summary, question) ?? UNTOLD;
    if (score >= least) scored.push({ contact, closeness: score });
  }
  return scored.sort((a, b) => b.closeness - a.closeness);
}
