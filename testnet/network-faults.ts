/**
 * What is wrong with the network between the phones, on purpose: who cannot hear whom, whose links are slow or lossy.
 * The phones' own fault rules do it; each is told what concerns it, and again after every change and when it starts.
 */
import type { PeerFault } from '../services/chord-router/client/fault-client.ts';
import type { LinkQuality, Sides } from './control/control-protocol.ts';
import type { PhoneProcess } from './phones/phone-process.ts';
import { TestnetError } from './testnet-error.ts';

/** A phone whose links can be put at fault. */
export type FaultedPhone = Pick<PhoneProcess, 'n' | 'peer' | 'setFaults'>;

export interface FaultedNet {
  readonly phones: readonly FaultedPhone[];
  readonly seed: number;
  /** Throws a TestnetError when there is no phone n. */
  phone(n: number): FaultedPhone;
}

export class NetworkFaults {
  readonly #net: FaultedNet;
  /** The part of a cut network that each phone is in; those it does not name are in a part of their own. */
  #partOf: ReadonlyMap<number, number> = new Map();
  /** Phones that hear nobody outside their own, though they are heard. */
  #deaf: ReadonlySet<number> = new Set();
  /** Some phone was told something: before that, none needs to be told anything. */
  #told = false;
  readonly #slow = new Map<number, LinkQuality>();
  /** Addresses that nobody hears of any more, not even that they are gone. */
  readonly #vanished = new Set<string>();

  constructor(net: FaultedNet) {
    this.#net = net;
  }

  /**
   * Splits the network: these phones on one side, all others on the other, until `heal` or the next cut. One way: these
   * are heard, and hear nothing. Throws a TestnetError when there is no such phone, or nobody on the other side.
   */
  async cut(numbers: readonly number[], oneWay = false): Promise<Sides> {
    const inside = [...new Set(numbers.map((n) => this.#net.phone(n).n))];
    const outside = this.#net.phones.map(({ n }) => n).filter((n) => !inside.includes(n));
    if (outside.length === 0) throw new TestnetError('a cut needs a phone on the other side: name fewer phones');
    this.#partOf = oneWay ? new Map() : new Map(inside.map((n) => [n, 1]));
    this.#deaf = oneWay ? new Set(inside) : new Set();
    await this.apply();
    return { inside, outside };
  }

  /** Splits the network in these parts and, if some phones are in none, one more, until `heal` or the next cut. */
  async split(parts: readonly (readonly number[])[]): Promise<void> {
    for (const n of parts.flat()) this.#net.phone(n);
    this.#partOf = new Map(parts.flatMap((part, i) => part.map((n) => [n, i + 1] as const)));
    this.#deaf = new Set();
    await this.apply();
  }

  /** From now on all that these phones send and receive is late or lost like this, beside any cut. */
  async slow(numbers: readonly number[], quality: LinkQuality): Promise<void> {
    await this.slowEach(new Map(numbers.map((n) => [n, quality])));
  }

  /** The same for phones with links of different kinds. */
  async slowEach(qualities: ReadonlyMap<number, LinkQuality>): Promise<void> {
    for (const n of qualities.keys()) this.#net.phone(n);
    for (const [n, quality] of qualities) this.#slow.set(n, quality);
    await this.apply();
  }

  /**
   * Nothing comes from a phone's address any more, as when it lost its network: not even the end of its connections
   * once it is killed. Until it starts there again.
   */
  async vanish(n: number): Promise<void> {
    this.#vanished.add(this.#net.phone(n).peer);
    await this.apply();
  }

  /** The network is whole again, and as fast as it is. */
  async heal(): Promise<void> {
    this.#partOf = new Map();
    this.#deaf = new Set();
    this.#slow.clear();
    this.#vanished.clear();
    await this.apply();
  }

  /** Ends all cuts; slow links stay slow. */
  async join(): Promise<void> {
    await this.split([]);
  }

  /** Tells every phone that runs what it is under now. */
  async apply(): Promise<void> {
    this.#told = true;
    await Promise.all(this.#net.phones.map((phone) => phone.setFaults(this.#faultsOf(phone))));
  }

  /** A phone is about to start: who took it for vanished is to hear it. */
  async starts(phone: FaultedPhone): Promise<void> {
    if (this.#vanished.delete(phone.peer)) await this.apply();
  }

  /** Tells a phone that has just started, or could not be told for a while. */
  async applyTo(phone: FaultedPhone): Promise<void> {
    if (this.#told) await phone.setFaults(this.#faultsOf(phone));
  }

  /** There are addresses that the others have not been told of: a cut is to hold for them from their first word. */
  async phonesChanged(): Promise<void> {
    if (this.#partOf.size > 0 || this.#deaf.size > 0) await this.apply();
  }

  /** Whether no cut lies between two phones. */
  hearEachOther(a: FaultedPhone, b: FaultedPhone): boolean {
    return this.#part(a.n) === this.#part(b.n) && this.#deaf.has(a.n) === this.#deaf.has(b.n);
  }

  #faultsOf(phone: FaultedPhone) {
    return { seed: this.#net.seed, rules: this.#rulesOf(phone) };
  }

  #rulesOf(phone: FaultedPhone): PeerFault[] {
    const others = this.#net.phones.filter((other) => other !== phone);
    const addressesOf = (concerns: (other: FaultedPhone) => boolean): string[] =>
      others.filter(concerns).map(({ peer }) => peer);
    const isDeaf = this.#deaf.has(phone.n);
    const apart = addressesOf(({ n }) => this.#part(n) !== this.#part(phone.n));
    const unheard = addressesOf(({ n }) => isDeaf && !this.#deaf.has(n));
    const unhearing = addressesOf(({ n }) => !isDeaf && this.#deaf.has(n));
    const quality = this.#slow.get(phone.n);
    const vanished = [...this.#vanished].filter((address) => address !== phone.peer);
    return [
      ...(vanished.length > 0 ? [{ peers: vanished, cut: true }] : []),
      ...(apart.length > 0 ? [{ peers: apart, cut: true }] : []),
      ...(unheard.length > 0 ? [{ peers: unheard, cut: true, direction: 'in' } as const] : []),
      ...(unhearing.length > 0 ? [{ peers: unhearing, cut: true, direction: 'out' } as const] : []),
      ...(quality === undefined ? [] : [quality]),
    ];
  }

  #part(n: number): number {
    return this.#partOf.get(n) ?? 0;
  }
}
