/**
 * Which phone to pass a lookup on to: the one with the least time to the owner's answer, its own round trip and what
 * the rest of the route may be expected to take, rather than the one nearest to the key.
 *
 * Source: Dabek et al., NSDI 2004, section 4.3 (proximity route selection).
 */
import type { Contact } from '../../../shared/core/contact.ts';
import { between, type Id, inOwnedRange } from '../../../shared/core/id.ts';
import type { RingContext } from '../ring/ring-context.ts';
import type { KnownPhone } from '../tables/known-phone.ts';
import { forward, fractionOf } from '../tables/known-phones.ts';

export interface Choice {
  readonly phone: Contact;
  /** Measured, or else the typical one. */
  readonly rttMs: number;
}

/**
 * Round trips that a doubling of the distance adds with one entry a doubling: half of all bits are one (Chord, theorem
 * 2). With m entries it is this over √m, fitted to simulated routes: among many phones far off some are close by.
 */
const ROUND_TRIPS_A_DOUBLING = 0.5;
/**
 * Round trips that it takes more from a phone that does not know the owner: another one near by has to be asked. The
 * farther before the owner, the fewer know it: with m entries a doubling, about a share of e^(-2a/m) at a phones from it,
 * fitted to simulated routes.
 */
const ROUND_TRIPS_TO_WHO_KNOWS = 0.4;
/** Phones known to each side of a key by which to judge how many near it are not known. */
const AROUND = 8;
/** Where fewer of them are known, the first known after the key lies too far behind it to know the owner. */
const LEAST_SHARE_FOR_A_GUESS = 0.3;
/** Round trips that a wrong guess costs: the phone asked is most often the owner's neighbour, so half of a usual one. */
const ROUND_TRIPS_OF_A_WRONG_GUESS = 0.5;

export class NextPhones {
  /** Mean round trip of the phones known, in ms. */
  readonly typicalMs: number;
  readonly #context: RingContext;
  readonly #key: Id;
  readonly #tried = new Set<Id>();
  /** Entries of the table for each doubling of the distance. */
  readonly #perDoubling: number;
  readonly #roundTripsADoubling: number;
  readonly #estimatedSize: number;

  constructor(context: RingContext, key: Id) {
    this.#context = context;
    this.#key = key;
    this.typicalMs = typicalRoundTripMs(context);
    this.#estimatedSize = context.estimatedSize;
    this.#perDoubling = Math.max(1, context.phones.size / Math.log2(this.#estimatedSize + 1));
    this.#roundTripsADoubling = ROUND_TRIPS_A_DOUBLING / Math.sqrt(this.#perDoubling);
  }

  /** The best one not given yet; undefined when there is none. */
  best(): Choice | undefined {
    const choice = this.#ownerNextDoor() ?? this.#cheapest();
    if (choice !== undefined) this.#tried.add(choice.phone.id);
    return choice;
  }

  /** The owner, where this phone's lists of neighbours say who that is. */
  #ownerNextDoor(): Choice | undefined {
    const { self, successors, predecessors } = this.#context;
    let before: Contact | undefined;
    for (let i = -predecessors.length; i <= successors.length; i++) {
      const owner = i < 0 ? predecessors[-i - 1]! : i === 0 ? self : successors[i - 1]!;
      if (before !== undefined && inOwnedRange(before.id, this.#key, owner.id)) {
        return i !== 0 && this.#isOpen(owner.id) ? this.#choiceOf(owner) : undefined;
      }
      before = owner;
    }
    return undefined;
  }

  #cheapest(): Choice | undefined {
    const { phones } = this.#context;
    const estimatedSize = this.#estimatedSize;
    const keyAt = fractionOf(this.#key);
    // They come nearest to the key first, from where the rest of the route is never longer than from the next ones.
    let leastRest = 1;
    const best = phones.cheapestPreceding(
      this.#key,
      (measuredMs, fraction, leastMs) => {
        const rttMs = Number.isNaN(measuredMs) ? this.typicalMs : measuredMs;
        if (rttMs + this.typicalMs * leastRest >= leastMs) return leastMs;
        leastRest = this.#roundTripsFrom(forward(fraction, keyAt) * estimatedSize);
        return rttMs + this.typicalMs * leastRest;
      },
      (id) => this.#isOpen(id),
    );
    const guess = this.#likelyOwner();
    if (guess !== undefined && guess.costMs < (best?.cost ?? Number.POSITIVE_INFINITY)) {
      return this.#choiceOf(guess.phone);
    }
    return best === undefined ? undefined : this.#choiceOf(best.contact);
  }

  /** The first phone known at or after the key, which owns it if no unknown one lies between; if not, it knows who does. */
  #likelyOwner(): { readonly phone: Contact; readonly costMs: number } | undefined {
    const { phones, self } = this.#context;
    const [phone] = phones.following(this.#key, 1);
    const known = phone === undefined ? undefined : phones.get(phone.id);
    if (phone === undefined || known === undefined || !this.#isOpen(phone.id)) return undefined;
    if (between(self.id, phone.id, this.#key)) return undefined;
    const share = this.#knownShareAround();
    if (share < LEAST_SHARE_FOR_A_GUESS) return undefined;
    return { phone, costMs: this.#rttOf(known) + ROUND_TRIPS_OF_A_WRONG_GUESS * this.typicalMs * (1 - share) };
  }

  /** About which share of the phones around the key this one knows: as likely the first known after it owns it. */
  #knownShareAround(): number {
    const { phones } = this.#context;
    const before = phones.closestPreceding(this.#key, AROUND);
    const after = phones.following(this.#key, AROUND);
    const [first, last] = [before.at(-1), after.at(-1)];
    if (first === undefined || last === undefined) return 0;
    const expected = forward(fractionOf(first.id), fractionOf(last.id)) * this.#estimatedSize;
    return Math.min(1, (before.length + after.length - 1) / Math.max(expected, 1));
  }

  /** Round trips that the route takes from a phone so many before the owner, if its table is like this phone's own. */
  #roundTripsFrom(phonesAway: number): number {
    const doublings = Math.max(0, Math.log2(Math.max(phonesAway, 1) / this.#perDoubling));
    const isUnknown = 1 - Math.exp((-2 * phonesAway) / this.#perDoubling);
    return 1 + this.#roundTripsADoubling * doublings + ROUND_TRIPS_TO_WHO_KNOWS * isUnknown;
  }

  #isOpen(id: Id): boolean {
    return !this.#tried.has(id) && !this.#context.isDead(id);
  }

  #choiceOf(phone: Contact): Choice {
    const known = this.#context.phones.get(phone.id);
    return { phone, rttMs: known === undefined ? this.typicalMs : this.#rttOf(known) };
  }

  #rttOf(known: KnownPhone): number {
    return known.roundTrip.smoothedMs ?? this.typicalMs;
  }
}

/** Mean round trip of the phones this one knows, in ms; the shortest timeout while none was measured. */
export function typicalRoundTripMs({ phones, settings }: RingContext): number {
  return phones.meanRoundTripMs() ?? settings.callTimeoutMinMs;
}
