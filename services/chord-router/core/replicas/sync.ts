/**
 * Makes two replicas of a range equal at the cost of their difference: digests first, then, where they differ,
 * digests of sixteenths, then listings, then the records that one has and the other lacks.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import { all, type Fiber, now, spawn, type Task } from '../../../shared/core/effect.ts';
import { clockwise, distance, type Id } from '../../../shared/core/id.ts';
import { MAX_LISTING } from '../batch.ts';
import type { RangeDigest } from '../message.ts';
import type { RecordKeeper } from '../record-keeper.ts';
import { askStore, type StoreOutcomeOf } from '../store-port.ts';
import { compareListings, isListingOf, type ListingStart } from './range-listing.ts';
import { RecordTransfer } from './record-transfer.ts';

export interface SyncOptions {
  /** `push`: brings the partner what it lacks and fetches nothing. */
  readonly direction: 'both' | 'push';
  /** Leaves a partner alone that still fetches this range by itself: it would get everything twice. */
  readonly sparesUnsettled: boolean;
}

export interface SyncResult {
  /** The two were equal, or have been made so, as far as the direction goes. */
  readonly complete: boolean;
  /** The partner has held (heldFrom, to] before, and that counts; undefined: nothing that does. */
  readonly heldFrom: Id | undefined;
  /** The partner went on without this phone until then, ms of its clock. */
  readonly outsiderSinceMs: number | undefined;
  /** Absent phones, as the partner sees it. */
  readonly absent: number;
  readonly pulled: number;
  readonly pushed: number;
}

const PARTS = 16n;
/** Ranges with no more records than this on either side are listed rather than split: a listing takes 10 KiB. */
const LISTED_DIRECTLY = 64;
const MAX_DEPTH = 8;
/** Listings of one range; with MAX_LISTING summaries each, two million records. */
const MAX_LISTINGS = 4096;

const RING = 1n << 128n;

/** What a partner that does not answer says. */
const UNHEARD = { absent: 0, heldFrom: undefined, outsiderSinceMs: undefined } as const;

export class RangeSync {
  readonly #keeper: RecordKeeper;
  readonly #partner: Contact;
  readonly #options: SyncOptions;
  readonly #transfer: RecordTransfer;
  #complete = true;

  constructor(keeper: RecordKeeper, partner: Contact, options: SyncOptions) {
    this.#keeper = keeper;
    this.#partner = partner;
    this.#options = options;
    this.#transfer = new RecordTransfer(keeper, partner);
  }

  /** Compares (from, to] with the partner's and evens out what differs. */
  *run(from: Id, to: Id): Task<SyncResult> {
    const startedAt = yield* now();
    const digests = yield* this.#digest(from, to);
    const { absent, heldFrom, outsiderSinceMs } = digests?.theirs ?? UNHEARD;
    if (digests === undefined) this.#complete = false;
    else yield* this.#narrow(from, to, digests, 0);
    const { pulled, pushed } = this.#transfer;
    if (pulled + pushed > 0) {
      const milliseconds = (yield* now()) - startedAt;
      this.#keeper.view.tell({ type: 'range-repaired', with: this.#partner, pulled, pushed, milliseconds });
    }
    return { complete: this.#complete && this.#transfer.complete, heldFrom, outsiderSinceMs, absent, pulled, pushed };
  }

  *#digest(from: Id, to: Id): Task<Digests | undefined> {
    const theirs = yield* this.#keeper.view.ask(this.#partner, { type: 'digest-range', from, to });
    if (!theirs.ok) return undefined;
    const mine = yield* askStore({ type: 'digest', from, to });
    return mine.ok ? { from, to, mine: mine.value, theirs: theirs.reply } : undefined;
  }

  *#narrow(from: Id, to: Id, { mine, theirs }: Digests, depth: number): Task<void> {
    if (mine.count === theirs.count && mine.digest === theirs.digest) return;
    if (this.#options.direction === 'push' && mine.count === 0) return;
    if (this.#options.sparesUnsettled && !theirs.settled) {
      this.#complete = false;
      return;
    }
    const fewer = Math.min(mine.count, theirs.count);
    const more = Math.max(mine.count, theirs.count);
    // Where most of the records differ, splitting would only find that out sixteen times over.
    if (more <= LISTED_DIRECTLY || fewer * 4 <= more || depth === MAX_DEPTH) {
      yield* this.#evenOut(from, to);
      return;
    }
    const fibers: Fiber<Digests | undefined>[] = [];
    for (const [partFrom, partTo] of sixteenthsOf(from, to)) {
      fibers.push(yield* spawn(this.#digest(partFrom, partTo), 'compare digests'));
    }
    yield* all(fibers);
    for (const { result } of fibers) {
      if (result === undefined) this.#complete = false;
      else yield* this.#narrow(result.from, result.to, result, depth + 1);
    }
  }

  /** Compares listings of (from, to] and transfers what differs. */
  *#evenOut(from: Id, to: Id): Task<void> {
    let start: ListingStart | undefined = { from, afterKey: undefined };
    for (let i = 0; i < MAX_LISTINGS && start !== undefined && this.#transfer.complete; i++) {
      const window = { from: start.from, afterKey: start.afterKey, to, limit: MAX_LISTING };
      const theirs = yield* this.#keeper.view.ask(this.#partner, { type: 'list-range', ...window });
      const mine = yield* askStore({ type: 'list', ...window });
      if (!theirs.ok || !mine.ok || !isListingOf(start, to, theirs.reply.summaries)) {
        this.#complete = false;
        return;
      }
      const { wanted, offered, contested, next } = compareListings(start, mine.value, theirs.reply);
      if (this.#options.direction === 'both') yield* this.#transfer.pull(wanted);
      yield* this.#transfer.push(this.#options.direction === 'both' ? offered : [...offered, ...contested]);
      start = next;
    }
    if (start !== undefined) this.#complete = false;
  }
}

interface Digests {
  readonly from: Id;
  readonly to: Id;
  readonly mine: StoreOutcomeOf['digest'];
  readonly theirs: RangeDigest;
}

function sixteenthsOf(from: Id, to: Id): readonly (readonly [Id, Id])[] {
  const width = from === to ? RING : distance(from, to);
  const bounds = Array.from({ length: Number(PARTS) + 1 }, (_, i) => clockwise(from, (width * BigInt(i)) / PARTS));
  const parts: (readonly [Id, Id])[] = [];
  for (let i = 0; i < bounds.length - 1; i++) {
    if (bounds[i] !== bounds[i + 1]) parts.push([bounds[i]!, bounds[i + 1]!]);
  }
  return parts;
}
