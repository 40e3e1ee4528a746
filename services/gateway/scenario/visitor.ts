/**
 * The people of a scenario in a network that others live in: they look keys up and read posts that were there before, at
 * phones drawn by chance, and every answer is judged. They write nothing.
 */
import { idFromNumber, parseId } from '../../shared/core/id.ts';
import type { SeededRandom } from '../../shared/core/random.ts';
import type { Cuts } from '../../shared/scenario/cuts.ts';
import { LookupJudge, type StagePhone } from '../../shared/scenario/lookup-judge.ts';
import type { LookupNote, OperationNote, ReadBack, ReadNote } from '../../shared/scenario/observations.ts';
import { readLookup } from '../adapters/phone-answers.ts';
import { type PhoneClient, PhoneFailure } from '../adapters/phone-client.ts';
import type { Phone } from '../core/phone.ts';
import { Turns } from './turns.ts';

/** Posts that are read; more would say the same. */
const MOST_POSTS = 50;
/** Longer than a phone lets a read or a lookup take. */
const TIMEOUT_MS = 17_000;
/** Operations under way; more are not begun. */
const MOST_UNDER_WAY = 8;
/** Phones that are asked for a post in the end, one after the other. */
const MOST_READERS = 4;
const DELETED = 410;
const NOBODY_HOLDS_IT = 404;
const ANSWERED: ReadonlySet<string> = new Set(['closer', 'owner']);

export interface VisitorParts {
  readonly client: Pick<PhoneClient, 'json' | 'answer'>;
  readonly phones: () => readonly Phone[];
  readonly random: SeededRandom;
  readonly cuts: Cuts;
  /** Milliseconds of the scenario. */
  readonly now: () => number;
}

type Reachable = Phone & { readonly api: string };
type Judged = Pick<ReadNote, 'outcome' | 'isServed'>;

export class Visitor {
  readonly notes: OperationNote[] = [];
  underWay = 0;
  readonly #parts: VisitorParts;
  readonly #judge: LookupJudge;
  /** Paths of the posts that were there before. */
  #posts: readonly string[] = [];

  constructor(parts: VisitorParts) {
    this.#parts = parts;
    this.#judge = new LookupJudge({ phones: () => parts.phones().flatMap(stagePhone) }, parts.cuts);
  }

  /** Notes posts that there are; none where no phone tells. */
  async learn(): Promise<void> {
    const phone = this.#anyPhone();
    if (phone === undefined) return;
    const feed = await this.#parts.client
      .json(phone.api, `/v1/feed?strategy=recent&limit=${MOST_POSTS}`, TIMEOUT_MS)
      .catch(ignoreFailure);
    this.#posts = postsIn(feed).map((id) => `/v1/posts/${encodeURIComponent(id)}`);
  }

  /** Does one or the other, unless too much is under way. */
  act(kind: 'read' | 'lookup'): void {
    if (this.underWay >= MOST_UNDER_WAY) return;
    this.underWay++;
    void (kind === 'read' ? this.#read() : this.#lookUp()).finally(() => this.underWay--);
  }

  /** Reads every post once more, at several phones where it must be. */
  async readBack(): Promise<ReadBack> {
    const turns = new Turns(MOST_UNDER_WAY);
    let lost = 0;
    await Promise.all(
      this.#posts.map((post) =>
        turns.take(async () => {
          if (!(await this.#isThere(post))) lost++;
        }),
      ),
    );
    return { acknowledged: this.#posts.length, lost, lostThoughKept: undefined, undead: 0 };
  }

  async #isThere(post: string): Promise<boolean> {
    for (let reader = 0; reader < MOST_READERS; reader++) {
      const judged = await this.#readAt(this.#anyPhone(), post);
      // Deleted by its author meanwhile, it is not lost.
      if (judged === undefined || judged.isServed) return true;
    }
    return false;
  }

  async #read(): Promise<void> {
    const { random } = this.#parts;
    if (this.#posts.length > 0) await this.#readAt(this.#anyPhone(), random.pick(this.#posts));
  }

  /** Notes what came of it; undefined: its author deleted the post meanwhile. */
  async #readAt(phone: Reachable | undefined, post: string): Promise<Judged | undefined> {
    const { client, now } = this.#parts;
    if (phone === undefined) return { outcome: 'cut-short', isServed: false };
    const startedMs = now();
    const answer = await client.answer(phone.api, post, TIMEOUT_MS).catch(ignoreFailure);
    if (answer?.status === DELETED) {
      this.#posts = this.#posts.filter((other) => other !== post);
      return undefined;
    }
    const judged = answer === undefined && !isUp(phone) ? CUT_SHORT : judgeRead(answer);
    this.notes.push({ kind: 'read', startedMs, endedMs: now(), ...judged });
    return judged;
  }

  async #lookUp(): Promise<void> {
    const { client, random, now } = this.#parts;
    const phone = this.#anyPhone();
    if (phone === undefined) return;
    const key = idFromNumber([0, 0, 0, 0].reduce((sum) => (sum << 32n) | BigInt(random.below(2 ** 32)), 0n));
    const startedMs = now();
    const ownerBefore = this.#judge.ownerFor(phone.n, key);
    const answer = await client.json(phone.api, `/v1/network/lookup/${key}`, TIMEOUT_MS).catch(ignoreFailure);
    const { replicas, hops } = readLookup(answer);
    const answered = hops.filter(({ outcome }) => ANSWERED.has(outcome)).length;
    const outcome = { replicas, hops: answered, silent: hops.length - answered };
    const isCutShort = answer === undefined && !isUp(phone);
    const judged: Pick<LookupNote, 'outcome' | 'timeouts'> = isCutShort
      ? { outcome: 'cut-short', timeouts: 0 }
      : this.#judge.judge(phone.n, key, ownerBefore, outcome);
    this.notes.push({ kind: 'lookup', startedMs, endedMs: now(), hops: answered, ...judged });
  }

  #anyPhone(): Reachable | undefined {
    const reachable = this.#parts.phones().filter((phone): phone is Reachable => {
      return phone.state === 'alive' && phone.api !== undefined;
    });
    return reachable.length === 0 ? undefined : this.#parts.random.pick(reachable);
  }
}

const CUT_SHORT: Judged = { outcome: 'cut-short', isServed: false };

/** `stale`: it says for sure that there is no such post. */
function judgeRead(answer: { readonly status: number; readonly body: unknown } | undefined): Judged {
  if (answer?.status === NOBODY_HOLDS_IT) return { outcome: 'stale', isServed: false };
  if (answer?.status !== 200) return { outcome: 'open', isServed: false };
  const { complete } = answer.body as { readonly complete?: unknown };
  return { outcome: complete === true ? 'complete' : 'open', isServed: true };
}

function isUp({ state }: Phone): boolean {
  return state === 'alive';
}

/** One that is asked in vain now may still be up. */
function stagePhone({ n, state, words }: Phone): readonly StagePhone[] {
  if (words === undefined || (state !== 'alive' && state !== 'suspected')) return [];
  return [{ phone: n, id: words.id, isMember: words.ring === 'member' }];
}

function postsIn(feed: unknown): readonly string[] {
  const { items } = (feed ?? {}) as { readonly items?: readonly { readonly post?: { readonly id?: unknown } }[] };
  const ids = Array.isArray(items) ? items.map((item) => item?.post?.id) : [];
  return ids.filter((id) => typeof id === 'string' && parseId(id.replaceAll('-', '')) !== undefined) as string[];
}

function ignoreFailure(error: unknown): undefined {
  if (!(error instanceof PhoneFailure)) throw error;
  return undefined;
}
