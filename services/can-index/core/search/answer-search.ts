/** What a phone answers a search: the nearest of its entries, where their links lead, and who around it may know more. */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { Advert } from '../entries/adverts.ts';
import type { MeaningSpace } from '../entries/entry.ts';
import type { EntryStore, Near } from '../entries/entry-store.ts';
import type { Link } from '../entries/link.ts';
import { compareSketches, type Sketch, type SketchedCosine } from '../entries/sketch.ts';
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
const MOST_UNDERESTIMATED = 0.1;
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
  for (const { link, agreement } of linkedFrom(near, question)) {
    const estimate = estimateLinked(compareSketches(question, link.sketch), agreement);
    if (estimate < least || isKnown(link.post) || link.at.some(hasAnswered)) continue;
    candidates.push({ post: link.post, estimate, at: link.at });
  }
  return candidates.sort((a, b) => b.estimate - a.estimate).slice(0, MAX_CANDIDATES);
}

interface Linked {
  readonly link: Link;
  /** How well what sketches leave out agrees with the question, −1 to 1: the mean of the entries that link to the post. */
  readonly agreement: number;
}

/** The posts that entries link to, each once. */
function* linkedFrom(near: readonly Near[], question: Sketch): Generator<Linked> {
  const linked = new Map<Id, { readonly link: Link; sum: number; count: number }>();
  for (const { kept, similarity } of near) {
    const { product, rest } = compareSketches(question, kept.sketch);
    const agreement = rest === 0 ? 0 : Math.max(-1, Math.min(1, (similarity - product) / rest));
    for (const link of kept.links) {
      if (link.at.length === 0) continue;
      const known = linked.get(link.post);
      if (known === undefined) linked.set(link.post, { link, sum: agreement, count: 1 });
      else {
        known.sum += agreement;
        known.count += 1;
      }
    }
  }
  for (const { link, sum, count } of linked.values()) yield { link, agreement: sum / count };
}

/**
 * About the cosine of a question to a post that entries link to. The post's own sketch leaves a part of it out; that part is
 * much like that of the entries near it, whose whole vectors are here. The weights are those that fit real texts best: the
 * error is .036, where it is .051 for one agreement that is the same for all (docs/decisions/search-by-links.md).
 */
function estimateLinked({ product, rest }: SketchedCosine, agreement: number): number {
  return product + (0.05 + 0.74 * agreement) * rest;
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
