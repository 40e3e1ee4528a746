/**
 * The phones this one knows of, bounded, in ring order. What of them are neighbours and fingers is never evicted; of
 * the rest, likely dead ones go first and then those from where the table is densest for the distance: density falls
 * with 1/distance, which gives short routes at any size of the table and a full one while the ring fits. Of several
 * phones that would serve alike those with short round trips stay, so that lookups that are passed on stay near.
 *
 * Sources: Li et al., "Bandwidth-efficient management of DHT routing tables" (Accordion, NSDI 2005), sections 3 and 4;
 * Gummadi et al., "The impact of DHT routing geometry on resilience and proximity" (SIGCOMM 2003), section 4.
 */
import type { Contact } from '../../shared/core/contact.ts';
import { between, type Id } from '../../shared/core/id.ts';
import { RoundTripEstimator } from '../../shared/core/timeouts.ts';

export interface KnownPhone {
  readonly contact: Contact;
  /** Where it stands on the ring, 0 ≤ fraction < 1. */
  readonly fraction: number;
  /** `suspected`: the last sign was of its death; not asked while others can be. */
  state: 'alive' | 'suspected';
  /** When it last spoke to this phone, ms since the epoch; undefined while others only told of it. */
  heardAtMs: number | undefined;
  /** Order of last touching it by exploration; the lowest is explored next. */
  turn: number;
  readonly roundTrip: RoundTripEstimator;
}

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
  readonly #byId = new Map<Id, KnownPhone>();
  /** In order of id. */
  readonly #order: KnownPhone[] = [];
  readonly #perPrefix = new Map<string, number>();
  #turn = 0;
  #cursor = 0;

  constructor(self: Id, options: KnownPhonesOptions) {
    this.#self = self;
    this.#selfFraction = fractionOf(self);
    this.#options = options;
  }

  get size(): number {
    return this.#order.length;
  }

  /** In order of id. */
  all(): readonly KnownPhone[] {
    return this.#order;
  }

  get(id: Id): KnownPhone | undefined {
    return this.#byId.get(id);
  }

  isAlive(id: Id): boolean {
    return this.#byId.get(id)?.state === 'alive';
  }

  /** Takes in a phone that was told of. Undefined when it is self, or there is no room for its address prefix. */
  learn(contact: Contact): KnownPhone | undefined {
    if (contact.id === this.#self) return undefined;
    const known = this.#byId.get(contact.id);
    if (known !== undefined) return known;
    if (!this.#hasRoomForPrefix(contact)) return undefined;
    const phone: KnownPhone = {
      contact,
      fraction: fractionOf(contact.id),
      state: 'alive',
      heardAtMs: undefined,
      turn: 0,
      roundTrip: new RoundTripEstimator(),
    };
    this.#byId.set(contact.id, phone);
    this.#order.splice(this.#indexAfter(contact.id), 0, phone);
    this.#count(contact, 1);
    if (this.#order.length > this.#options.limit) this.#evictOne();
    return phone;
  }

  forget(id: Id): void {
    const phone = this.#byId.get(id);
    if (phone === undefined) return;
    this.#byId.delete(id);
    this.#order.splice(this.#indexAfter(id) - 1, 1);
    this.#count(phone.contact, -1);
  }

  /** Notes that exploration has touched this phone. */
  touch(phone: KnownPhone): void {
    phone.turn = ++this.#turn;
  }

  /** The phone that exploration should touch next: a suspected one, else the one longest untouched. */
  nextToExplore(isCandidate: (phone: KnownPhone) => boolean): KnownPhone | undefined {
    let best: KnownPhone | undefined;
    for (const phone of this.#order) {
      if (!isCandidate(phone)) continue;
      if (best === undefined || explorationRank(phone, best) < 0) best = phone;
    }
    return best;
  }

  /** Up to `count` living phones strictly between self and key, nearest to the key first. */
  closestPreceding(key: Id, count: number): Contact[] {
    return this.#walk(this.#indexBefore(key), -1, count, (id) => between(this.#self, id, key));
  }

  /** Up to `count` living phones at or after the key, in clockwise order, all the way round. */
  following(key: Id, count: number): Contact[] {
    return this.#walk(this.#indexBefore(key) + 1, 1, count, () => true);
  }

  #walk(start: number, step: 1 | -1, count: number, belongs: (id: Id) => boolean): Contact[] {
    const found: Contact[] = [];
    const length = this.#order.length;
    let index = start < 0 ? length - 1 : start === length ? 0 : start;
    for (let walked = 0; walked < length && found.length < count; walked++) {
      const phone = this.#order[index]!;
      index += step;
      if (index < 0) index = length - 1;
      else if (index >= length) index = 0;
      if (!belongs(phone.contact.id)) break;
      if (phone.state === 'alive') found.push(phone.contact);
    }
    return found;
  }

  /** Index of the last entry with an id below key; -1 when there is none. */
  #indexBefore(key: Id): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#order[middle]!.contact.id < key) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Index of the first entry with an id above this one's. */
  #indexAfter(id: Id): number {
    const before = this.#indexBefore(id) + 1;
    return this.#order[before]?.contact.id === id ? before + 1 : before;
  }

  #evictOne(): void {
    let worst: KnownPhone | undefined;
    let worstScore = Number.POSITIVE_INFINITY;
    const length = this.#order.length;
    const window = Math.min(EVICTION_WINDOW, length);
    const typicalMs = this.#typicalRoundTripMs(window);
    for (let i = 0; i < window; i++) {
      this.#cursor = (this.#cursor + 1) % length;
      const phone = this.#order[this.#cursor]!;
      const score = this.#worthOf(this.#cursor, typicalMs);
      if (score >= worstScore || this.#options.isKept(phone.contact.id)) continue;
      worst = phone;
      worstScore = score;
    }
    // All in the window are neighbours and fingers: those are bounded themselves, so the table stays near its bound.
    if (worst !== undefined) this.forget(worst.contact.id);
  }

  /** Mean round trip of those next at the cursor, in ms; undefined while none of them was measured. */
  #typicalRoundTripMs(window: number): number | undefined {
    let sum = 0;
    let measured = 0;
    for (let i = 1; i <= window; i++) {
      const { estimate } = this.#order[(this.#cursor + i) % this.#order.length]!.roundTrip;
      if (estimate === undefined) continue;
      sum += estimate.smoothedMs;
      measured += 1;
    }
    return measured === 0 ? undefined : sum / measured;
  }

  /**
   * How sparse the table is around an entry for its distance from self, times how near it is in time; halved if never
   * heard, least if suspected.
   */
  #worthOf(index: number, typicalMs: number | undefined): number {
    const phone = this.#order[index]!;
    const length = this.#order.length;
    const before = this.#order[index === 0 ? length - 1 : index - 1]!;
    const after = this.#order[index + 1 === length ? 0 : index + 1]!;
    const away = Math.max(forward(this.#selfFraction, phone.fraction), Number.MIN_VALUE);
    const sparseness = forward(before.fraction, after.fraction) / away;
    if (phone.state === 'suspected') return -1 / (1 + sparseness);
    const worth = sparseness * nearness(phone.roundTrip.estimate?.smoothedMs, typicalMs);
    return phone.heardAtMs === undefined ? worth / 2 : worth;
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

function nearness(rttMs: number | undefined, typicalMs: number | undefined): number {
  if (rttMs === undefined || typicalMs === undefined) return 1;
  return Math.min(Math.max(typicalMs / Math.max(rttMs, Number.MIN_VALUE), 1 / MOST_FOR_NEARNESS), MOST_FOR_NEARNESS);
}

function explorationRank(a: KnownPhone, b: KnownPhone): number {
  return Number(b.state === 'suspected') - Number(a.state === 'suspected') || a.turn - b.turn;
}

/** Where an id stands on the ring, 0 ≤ fraction < 1, to 52 bits: enough to compare densities. */
export function fractionOf(id: Id): number {
  return Number.parseInt(id.slice(0, 13), 16) / 2 ** 52;
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
