/**
 * The phones this one knows of, bounded, in ring order. What of them are neighbours and fingers is never evicted; of
 * the rest, likely dead ones go first and then one of the two that lie closest together for their distance: density
 * falls with 1/distance, which gives short routes at any size of the table and a full one while the ring fits. Of the two,
 * which would serve alike, the one with the shorter round trip stays, so that lookups that are passed on stay near.
 *
 * Sources: Li et al., "Bandwidth-efficient management of DHT routing tables" (Accordion, NSDI 2005), sections 3 and 4;
 * Gummadi et al., "The impact of DHT routing geometry on resilience and proximity" (SIGCOMM 2003), section 4.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';
import { KnownPhone } from './known-phone.ts';
import { fractionOf, PhoneColumns } from './phone-columns.ts';

export { fractionOf } from './phone-columns.ts';

/** Entries looked at to find one to evict: bounds the cost of learning when the table is full. */
const EVICTION_WINDOW = 64;

/** How much more, and how much less, a phone is worth for being near or far in time. */
const MOST_FOR_NEARNESS = 4;

export interface KnownPhonesOptions {
  readonly limit: number;
  /** Never evicted: neighbours and fingers. */
  readonly isKept: (id: Id) => boolean;
  /** Most phones whose address has one prefix (an IPv4 /16, an IPv6 /32); undefined: no bound. */
  readonly perPrefixLimit?: number | undefined;
}

export class KnownPhones {
  readonly #self: Id;
  readonly #selfFraction: number;
  readonly #options: KnownPhonesOptions;
  readonly #columns: PhoneColumns;
  readonly #perPrefix = new Map<string, number>();
  #turn = 0;
  #cursor = 0;

  constructor(self: Id, options: KnownPhonesOptions) {
    this.#self = self;
    this.#selfFraction = fractionOf(self);
    this.#options = options;
    this.#columns = new PhoneColumns(options.limit + 1);
  }

  get size(): number {
    return this.#columns.size;
  }

  /** In order of id. */
  all(): readonly KnownPhone[] {
    return Array.from({ length: this.size }, (_, index) => this.#at(index));
  }

  get(id: Id): KnownPhone | undefined {
    const index = this.#columns.indexOf(id);
    return index < 0 ? undefined : this.#at(index);
  }

  isAlive(id: Id): boolean {
    const index = this.#columns.indexOf(id);
    return index >= 0 && !this.#columns.isSuspected(this.#columns.slotAt(index));
  }

  /** Takes in a phone that was told of. Undefined when it is self, or there is no room for its address prefix. */
  learn(contact: Contact): KnownPhone | undefined {
    if (contact.id === this.#self) return undefined;
    const known = this.get(contact.id);
    if (known !== undefined) return known;
    if (!this.#hasRoomForPrefix(contact)) return undefined;
    const slot = this.#columns.insert(contact);
    this.#count(contact, 1);
    if (this.size > this.#options.limit) this.#evictOne();
    return new KnownPhone(contact, this.#columns, slot);
  }

  forget(id: Id): void {
    const index = this.#columns.indexOf(id);
    if (index < 0) return;
    const contact = this.#columns.contactAt(index);
    this.#columns.removeAt(index);
    this.#count(contact, -1);
  }

  /** Notes that exploration has touched this phone. */
  touch(phone: KnownPhone): void {
    phone.turn = ++this.#turn;
  }

  /** The phone that exploration should touch next: a suspected one, else the one longest untouched. */
  nextToExplore(isCandidate: (phone: KnownPhone) => boolean): KnownPhone | undefined {
    let best: KnownPhone | undefined;
    for (let index = 0; index < this.size; index++) {
      const phone = this.#at(index);
      if (best !== undefined && explorationRank(phone, best) >= 0) continue;
      if (isCandidate(phone)) best = phone;
    }
    return best;
  }

  /** Up to `count` living phones strictly between self and key, nearest to the key first. */
  closestPreceding(key: Id, count: number): Contact[] {
    const below = this.#columns.countBelow(key);
    return this.#living(below - 1, -1, this.#countPreceding(key, below), count);
  }

  /** Up to `count` living phones at or after the key, in clockwise order, all the way round. */
  following(key: Id, count: number): Contact[] {
    return this.#living(this.#columns.countBelow(key), 1, this.size, count);
  }

  /**
   * Of the living phones strictly between self and key the one that costs least, and what it costs. `costOf` is asked of
   * the nearest to the key first; it gets a phone's round trip in ms, not a number if none was measured, where it stands,
   * and the least cost so far, from which on it need not say more. One that is not open is passed over.
   */
  cheapestPreceding(
    key: Id,
    costOf: (rttMs: number, fraction: number, least: number) => number,
    isOpen: (id: Id) => boolean,
  ): { readonly contact: Contact; readonly cost: number } | undefined {
    const columns = this.#columns;
    const below = columns.countBelow(key);
    let contact: Contact | undefined;
    let least = Number.POSITIVE_INFINITY;
    let index = below;
    for (let left = this.#countPreceding(key, below); left > 0; left--) {
      index = index === 0 ? this.size - 1 : index - 1;
      const slot = columns.slotAt(index);
      if (columns.isSuspected(slot)) continue;
      const cost = costOf(columns.roundTrips.smoothedMs(slot), columns.fractionAt(index), least);
      if (cost >= least || !isOpen(columns.contactAt(index).id)) continue;
      contact = columns.contactAt(index);
      least = cost;
    }
    return contact === undefined ? undefined : { contact, cost: least };
  }

  /** Mean of the round trips that were measured, in ms; undefined while none was. */
  meanRoundTripMs(): number | undefined {
    return this.#columns.roundTrips.meanMs;
  }

  /** The living phones 1, 2, 4, 8 … places after self, as far round as the table reaches; where one is silent, the next. */
  doublings(): Contact[] {
    const columns = this.#columns;
    const { size } = this;
    const found: Contact[] = [];
    const start = columns.countBelow(this.#self);
    for (let place = 1; place <= size; place *= 2) {
      const next = Math.min(2 * place, size + 1);
      for (let i = place; i < next; i++) {
        const index = (start + i - 1) % size;
        if (columns.isSuspected(columns.slotAt(index))) continue;
        found.push(columns.contactAt(index));
        break;
      }
    }
    return found;
  }

  /** Entries strictly between self and key, of which `below` have an id below the key's. */
  #countPreceding(key: Id, below: number): number {
    const belowSelf = this.#columns.countBelow(this.#self);
    return key > this.#self ? below - belowSelf : this.size - belowSelf + below;
  }

  /** Up to `count` living phones among so many entries from an index on, round the ring. */
  #living(start: number, step: 1 | -1, entries: number, count: number): Contact[] {
    const columns = this.#columns;
    const found: Contact[] = [];
    const { size } = this;
    let index = start < 0 ? size - 1 : start === size ? 0 : start;
    for (let walked = 0; walked < entries && found.length < count; walked++) {
      if (!columns.isSuspected(columns.slotAt(index))) found.push(columns.contactAt(index));
      index += step;
      if (index < 0) index = size - 1;
      else if (index >= size) index = 0;
    }
    return found;
  }

  #at(index: number): KnownPhone {
    return new KnownPhone(this.#columns.contactAt(index), this.#columns, this.#columns.slotAt(index));
  }

  #evictOne(): void {
    const columns = this.#columns;
    const { size } = this;
    const window = Math.min(EVICTION_WINDOW, size);
    const typicalMs = this.#typicalRoundTripMs(window);
    let worst: Contact | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < window; i++) {
      this.#cursor = (this.#cursor + 1) % size;
      const next = this.#cursor + 1 === size ? 0 : this.#cursor + 1;
      const isSuspected = columns.isSuspected(columns.slotAt(this.#cursor));
      const apart = this.#apart(this.#cursor, next);
      // Most lie too far apart, whichever of the two it would be.
      if (!isSuspected && apart / MOST_FOR_NEARNESS >= least) continue;
      const victim = isSuspected ? this.#cursor : this.#lessUseful(this.#cursor, next, typicalMs);
      const worth = isSuspected ? -1 : apart * this.#nearness(victim, typicalMs);
      if (worth >= least) continue;
      const contact = columns.contactAt(victim);
      if (this.#options.isKept(contact.id)) continue;
      worst = contact;
      least = worth;
    }
    // All in the window are neighbours and fingers: those are bounded themselves, so the table stays near its bound.
    if (worst !== undefined) this.forget(worst.id);
  }

  /** How far two entries lie apart for their distance from self: where that is little, one of them would do. */
  #apart(index: number, next: number): number {
    const [at, behind] = [this.#columns.fractionAt(index), this.#columns.fractionAt(next)];
    return forward(at, behind) / Math.max(forward(this.#selfFraction, behind), Number.MIN_VALUE);
  }

  /** How much nearer in time than others an entry is, within bounds. */
  #nearness(index: number, typicalMs: number): number {
    const rttMs = this.#columns.roundTrips.smoothedMs(this.#columns.slotAt(index));
    if (Number.isNaN(rttMs) || Number.isNaN(typicalMs)) return 1;
    return Math.min(Math.max(typicalMs / Math.max(rttMs, Number.MIN_VALUE), 1 / MOST_FOR_NEARNESS), MOST_FOR_NEARNESS);
  }

  /** Which of two entries to do without: one that may be evicted, was never heard, or takes longer to answer. */
  #lessUseful(a: number, b: number, typicalMs: number): number {
    const columns = this.#columns;
    if (this.#options.isKept(columns.contactAt(a).id)) return b;
    if (this.#options.isKept(columns.contactAt(b).id)) return a;
    const [slotA, slotB] = [columns.slotAt(a), columns.slotAt(b)];
    const isStranger = columns.heardAtMs(slotA) === undefined;
    if (isStranger !== (columns.heardAtMs(slotB) === undefined)) return isStranger ? a : b;
    const rttMs = (slot: number): number => {
      const measured = columns.roundTrips.smoothedMs(slot);
      return Number.isNaN(measured) ? typicalMs : measured;
    };
    return rttMs(slotA) > rttMs(slotB) ? a : b;
  }

  /** Mean round trip of those next at the cursor, in ms; not a number while none of them was measured. */
  #typicalRoundTripMs(window: number): number {
    const { roundTrips } = this.#columns;
    let sum = 0;
    let measured = 0;
    for (let i = 1; i <= window; i++) {
      const smoothedMs = roundTrips.smoothedMs(this.#columns.slotAt((this.#cursor + i) % this.size));
      if (Number.isNaN(smoothedMs)) continue;
      sum += smoothedMs;
      measured += 1;
    }
    return sum / measured;
  }

  #hasRoomForPrefix(contact: Contact): boolean {
    const limit = this.#options.perPrefixLimit;
    return limit === undefined || (this.#perPrefix.get(prefixOf(contact.address)) ?? 0) < limit;
  }

  #count(contact: Contact, change: 1 | -1): void {
    if (this.#options.perPrefixLimit === undefined) return;
    const prefix = prefixOf(contact.address);
    const count = (this.#perPrefix.get(prefix) ?? 0) + change;
    if (count === 0) this.#perPrefix.delete(prefix);
    else this.#perPrefix.set(prefix, count);
  }
}

function explorationRank(a: KnownPhone, b: KnownPhone): number {
  return Number(b.state === 'suspected') - Number(a.state === 'suspected') || a.turn - b.turn;
}

/** Clockwise distance of two fractions. */
export function forward(from: number, to: number): number {
  return to >= from ? to - from : to - from + 1;
}

/** The first two groups of an address: of an IPv4 the /16, of an IPv6 the /32; of a name the name. */
function prefixOf(address: string): string {
  const ipv6 = /^\[([0-9a-f]*):([0-9a-f]*):/i.exec(address);
  if (ipv6) return `${ipv6[1]}:${ipv6[2]}`;
  const ipv4 = /^(\d+\.\d+)\.\d+\.\d+:/.exec(address);
  return ipv4?.[1] ?? address.slice(0, address.lastIndexOf(':'));
}
