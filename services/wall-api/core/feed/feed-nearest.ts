/**
 * The feed of posts nearest to what its reader cares about. Each interest is searched in the index of meanings; the finds
 * are ranked by nearness, weight of the interest and freshness, and mixed so that no interest and no author crowds out
 * the others. Every sixth place goes to what is new, or friends', and in no index: posts without words reach people so.
 */
import type { Id } from '../../../shared/core/id.ts';
import type { UnlockedPerson } from '../identity/person.ts';
import type { Meaning, NearAnswer, NearPost } from '../meaning/meaning.ts';
import type { PostReader } from '../posts/posts.ts';
import { Problem } from '../problem.ts';
import type { FeedItem, FeedPage, FeedReason, FeedRequest, FeedStrategy } from './feed.ts';
import type { FeedSessions } from './feed-session.ts';
import type { InterestReader, InterestReading } from './interest-reader.ts';
import { type Interest, postOfSign } from './interests.ts';
import type { NewestPosts, RankedPost, Ranking } from './ranking.ts';

export interface NearestFeedParts {
  readonly now: () => number;
  readonly meaning: Meaning;
  readonly interests: InterestReader;
  readonly posts: PostReader;
  readonly sessions: FeedSessions;
  /** Where what is new comes from. */
  readonly fresh: readonly NewestPosts[];
}

interface Candidate extends RankedPost {
  readonly score: number;
  readonly interest: string;
}

/** What the index says to no question. */
const NOTHING_NEAR: Pick<NearAnswer, 'answers' | 'contacted'> = { answers: [], contacted: 0 };
/** Posts asked for an interest. */
const POSTS_AN_INTEREST = 40;
/** Posts of one feed, over all its pages. */
const MAX_RANKED = 200;
/** Of so many places one goes to what is new. */
const FRESH_EVERY = 6;
const FRESH_POSTS = 20;
/** What a post has gained from being new is down to 1/e after so long, in ms. */
const FRESHNESS_MS = 3 * 86_400_000;
const FRESHNESS_BONUS = 0.08;
/** What each of the last places with the same interest, or by the same author, costs. */
const SAME_INTEREST_COST = 0.02;
const SAME_AUTHOR_COST = 0.03;
const LOOK_BACK = 6;
/** A post is read only if somebody may still want it: rounds of reading that one page may take. */
const MAX_ROUNDS = 4;

export class NearestFeed implements FeedStrategy {
  readonly name = 'nearest';
  readonly needsViewer = true;
  readonly #parts: NearestFeedParts;

  constructor(parts: NearestFeedParts) {
    this.#parts = parts;
  }

  async page({ viewer, blocked, before, limit }: FeedRequest): Promise<FeedPage> {
    if (viewer === undefined) throw new Problem('session-required');
    const { sessions } = this.#parts;
    const opened = before === undefined ? undefined : sessions.find(before, viewer.person);
    const session = opened ?? sessions.open(viewer.person, await this.#rank(viewer, blocked, limit));
    const items: FeedItem[] = [];
    const missing: Id[] = [];
    let { offset } = session;
    const { ranked, contacted } = session.ranking;
    let complete = session.ranking.complete;
    for (let round = 0; round < MAX_ROUNDS && items.length < limit && offset < ranked.length; round++) {
      const chunk = ranked.slice(offset, offset + limit - items.length);
      offset += chunk.length;
      const admitted = chunk.filter(({ author }) => !blocked.has(author));
      const readings = await this.#parts.posts.readMany(
        admitted.map(({ id }) => id),
        viewer,
      );
      for (const [i, reading] of readings.entries()) {
        const { why, author } = admitted[i]!;
        if (reading.state === 'missing') {
          missing.push(reading.id);
          complete &&= reading.cause === 'nobody-holds-it';
        } else if (reading.state === 'present' && reading.post.author === author) {
          items.push({ post: reading.post, why });
        }
      }
    }
    const next = offset < ranked.length ? sessions.position(session, offset) : undefined;
    return { items, missing, next, complete, contacted };
  }

  /** Everything that this feed shows over its pages, in order. */
  async #rank(viewer: UnlockedPerson, blocked: ReadonlySet<Id>, limit: number): Promise<Ranking> {
    const { interests, meaning, now } = this.#parts;
    const reading = await interests.read(viewer);
    const wanted = reading.interests.filter(({ weight }) => weight > 0);
    const [near, fresh] = await Promise.all([
      wanted.length === 0
        ? NOTHING_NEAR
        : meaning.nearest({ vectors: wanted.map(({ centre }) => centre), limit: POSTS_AN_INTEREST }),
      this.#fresh(viewer, blocked, Math.max(limit, FRESH_POSTS)),
    ]);
    const seen = shownElsewhere(reading, viewer.person);
    const admits = ({ id, author }: { readonly id: Id; readonly author: Id }): boolean =>
      !seen.has(id) && !blocked.has(author) && author !== viewer.person;
    const candidates = candidatesOf(wanted, near.answers, admits, now());
    const ranked = mix(diversify(candidates), fresh.posts.filter(admits)).slice(0, MAX_RANKED);
    return {
      ranked,
      contacted: near.contacted,
      complete: reading.complete && fresh.complete && near.answers.every(({ complete }) => complete),
    };
  }

  async #fresh(viewer: UnlockedPerson, blocked: ReadonlySet<Id>, limit: number) {
    const lists = await Promise.all(this.#parts.fresh.map((feed) => feed.newest({ viewer, blocked }, limit)));
    return { posts: lists.flatMap(({ posts }) => posts), complete: lists.every(({ complete }) => complete) };
  }
}

/** Posts that the reader wrote, reacted to or turned down already. */
function shownElsewhere({ signs }: InterestReading, self: Id): ReadonlySet<Id> {
  const posts = signs.filter(({ kind }) => kind !== 'friend').flatMap(({ about }) => postOfSign(about) ?? []);
  return new Set([self, ...posts]);
}

function candidatesOf(
  interests: readonly Interest[],
  answers: readonly { readonly posts: readonly NearPost[] }[],
  admits: (post: NearPost) => boolean,
  now: number,
): Candidate[] {
  const heaviest = Math.max(...interests.map(({ weight }) => weight));
  const best = new Map<Id, Candidate>();
  for (const [i, { id: interest, signs, weight }] of interests.entries()) {
    for (const post of answers[i]!.posts) {
      if (!admits(post)) continue;
      const age = Math.max(0, now - post.createdAt);
      const score =
        post.similarity * (0.6 + 0.4 * (weight / heaviest)) + FRESHNESS_BONUS * Math.exp(-age / FRESHNESS_MS);
      const known = best.get(post.id);
      if (known !== undefined && known.score >= score) continue;
      const { similarity, from } = post;
      const why: FeedReason = { strategy: 'nearest', interest, label: signs[0]!.label, similarity, from };
      best.set(post.id, { id: post.id, author: post.author, score, interest, why });
    }
  }
  return [...best.values()];
}

/** The best first, unless the places before it are by the same author or of the same interest. */
function diversify(candidates: readonly Candidate[]): Candidate[] {
  const left = candidates.toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
  const chosen: Candidate[] = [];
  while (left.length > 0 && chosen.length < MAX_RANKED) {
    const recent = chosen.slice(-LOOK_BACK);
    let best = 0;
    let most = Number.NEGATIVE_INFINITY;
    for (const [i, { score, author, interest }] of left.entries()) {
      // Sorted by score: what follows cannot catch up.
      if (score <= most) break;
      const sameAuthor = recent.filter((other) => other.author === author).length;
      const sameInterest = recent.filter((other) => other.interest === interest).length;
      const worth = score - SAME_AUTHOR_COST * sameAuthor - SAME_INTEREST_COST * sameInterest;
      if (worth > most) [best, most] = [i, worth];
    }
    chosen.push(...left.splice(best, 1));
  }
  return chosen;
}

/** Every sixth place is for what is new; all places are, once the rest is used up. */
function mix(ranked: readonly RankedPost[], fresh: readonly RankedPost[]): RankedPost[] {
  const shown = new Set<Id>();
  const mixed: RankedPost[] = [];
  const add = (post: RankedPost | undefined): boolean => {
    if (post === undefined || shown.has(post.id)) return false;
    shown.add(post.id);
    mixed.push(post);
    return true;
  };
  const later = [...fresh];
  for (const post of ranked) {
    if (mixed.length % FRESH_EVERY === FRESH_EVERY - 1) while (later.length > 0 && !add(later.shift()));
    add(post);
  }
  for (const post of later) add(post);
  return mixed;
}
