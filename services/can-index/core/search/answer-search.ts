/** What a phone answers a search: the nearest of its entries, where their links lead, and who around it may know more. */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { MeaningSpace } from '../entries/entry.ts';
import type { EntryStore, Near } from '../entries/entry-store.ts';
import { estimateSimilarity, type Sketch } from '../entries/sketch.ts';
import { closeness, type EntrySummary } from '../entries/summary.ts';
import {
  type Candidate,
  type EntriesFound,
  type Hit,
  MAX_ADVERTS,
  MAX_CANDIDATES,
  type ScoredAdvert,
  type SearchEntries,
} from './search-message.ts';

/** Entries whose links are followed, beyond those asked for: near posts lead to near posts. */
const FOLLOWED = 12;

export interface Advert {
  readonly contact: Contact;
  readonly summary: EntrySummary;
}

/** `adverts`: what the phones around it say of their entries. */
export function answerSearch(
  store: EntryStore,
  space: MeaningSpace,
  adverts: Iterable<Advert>,
  { vector, limit, sinceMs, withPlaces }: SearchEntries,
): EntriesFound {
  const question = space.sketchOf(vector);
  const near = store.nearest(vector, Math.max(limit, FOLLOWED), ({ createdAtMs }) => createdAtMs >= sinceMs);
  return {
    type: 'entries-found',
    hits: near.slice(0, limit).map((hit) => hitOf(hit, withPlaces)),
    candidates: candidatesOf(store, near.slice(0, FOLLOWED), question),
    adverts: scoredAdverts(adverts, question),
  };
}

function hitOf({ kept: { entry, sketch, copies }, similarity }: Near, withPlaces: boolean): Hit {
  const { post, author, createdAtMs } = entry;
  return { post, author, createdAtMs, similarity, place: withPlaces ? { post, sketch, at: copies } : undefined };
}

/** The posts that the nearest entries link to and that this phone does not keep, the likeliest first. */
function candidatesOf(store: EntryStore, near: readonly Near[], question: Sketch): Candidate[] {
  const candidates = new Map<Id, Candidate>();
  for (const { kept } of near) {
    for (const { post, sketch, at } of kept.links) {
      if (candidates.has(post) || at.length === 0 || store.get(post) !== undefined) continue;
      candidates.set(post, { post, estimate: estimateSimilarity(question, sketch), at });
    }
  }
  return [...candidates.values()].sort((a, b) => b.estimate - a.estimate).slice(0, MAX_CANDIDATES);
}

export function scoredAdverts(adverts: Iterable<Advert>, question: Sketch): ScoredAdvert[] {
  const scored: ScoredAdvert[] = [];
  for (const { contact, summary } of adverts) {
    const score = closeness(summary, question);
    if (score !== undefined) scored.push({ contact, closeness: score });
  }
  return scored.sort((a, b) => b.closeness - a.closeness).slice(0, MAX_ADVERTS);
}
