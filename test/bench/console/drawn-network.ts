/** A network of phones that are not there, as a gateway would tell of it: drawn by the seed, and changing all the time. */
import type {
  GatewayPhone,
  Lab,
  NetworkLatency,
  NetworkLookup,
  NetworkZones,
  Pulse,
} from '../../../services/gateway/client/contract.ts';
import { type Id, idFromNumber } from '../../../services/shared/core/id.ts';
import { SeededRandom } from '../../../services/shared/core/random.ts';
import type { Lookup, Ring } from '../../../services/wall-api/client/contract.ts';

const AXES = 8;
const POSTS = 500;
const MATRIX_PHONES = 48;
const FINGERS = 20;
const SUCCESSORS = 8;
const HOPS = 5;
/** Phones that a gateway asks within half a second while somebody watches; what they say of themselves has changed. */
const ASKED_A_TICK = 10;
/** Every so many ticks a phone dies, and another one that was dead is back. */
const TICKS_A_DEATH = 2;
const START_MS = Date.UTC(2026, 0, 1);
const TICK_MS = 500;

type Zone = NetworkZones['phones'][number]['zones'][number];

export class DrawnNetwork {
  readonly #random: SeededRandom;
  readonly #phones: GatewayPhone[];
  readonly zones: NetworkZones;
  readonly latency: NetworkLatency;
  #ticks = 0;

  constructor(phones: number, seed: number) {
    this.#random = new SeededRandom(seed);
    this.#phones = Array.from({ length: phones }, (_, i) => this.#phone(i + 1));
    this.zones = this.#drawZones();
    this.latency = this.#drawLatency();
  }

  get phones(): readonly GatewayPhone[] {
    return this.#phones;
  }

  /** Half a second passes; gives the phones that changed. */
  tick(): readonly GatewayPhone[] {
    this.#ticks++;
    const changed = new Set<number>();
    const change = (i: number, how: Partial<GatewayPhone>): void => {
      this.#phones[i] = { ...this.#phones[i]!, ...how };
      changed.add(i);
    };
    for (let k = 0; k < ASKED_A_TICK; k++) {
      const i = this.#random.below(this.#phones.length);
      if (this.#phones[i]!.state === 'alive') change(i, { records: 200 + this.#random.below(100) });
    }
    if (this.#ticks % TICKS_A_DEATH === 0) {
      const back = this.#phones.findIndex(({ state }) => state === 'dead');
      if (back >= 0) change(back, { state: 'alive', since: this.#now() });
      change(this.#random.below(this.#phones.length), { state: 'dead', since: this.#now() });
    }
    return [...changed].map((i) => this.#phones[i]!);
  }

  get pulse(): Pulse {
    const alive = this.#phones.filter(({ state }) => state === 'alive').length;
    const some = (most: number): number => this.#random.below(most);
    return {
      at: this.#now(),
      phones: { alive, joining: 0, suspected: 0, dead: this.#phones.length - alive, left: 0 },
      churn: { came: 30, died: 30, left: 0 },
      sampled: alive,
      lookups: { perSecond: 100 + some(50), failedPerSecond: some(3), milliseconds: 20 + some(20), hops: 1.5 },
      reads: { perSecond: 100 + some(50), incompletePerSecond: some(3) },
      writes: { perSecond: 20 + some(10), failedPerSecond: 0 },
      replicas: { records: 250 * alive, missing: some(40) },
      rings: 1,
      recall: 0.9 + some(10) / 100,
    };
  }

  /** How phone n sees the ring. */
  ringOf(n: number): Ring {
    const order = [...this.#phones].sort((a, b) => (a.id! < b.id! ? -1 : 1));
    const at = order.findIndex((phone) => phone.n === n);
    const other = (offset: number) => referenceTo(order[(at + offset + order.length) % order.length]!);
    return {
      self: other(0),
      successors: Array.from({ length: SUCCESSORS }, (_, i) => other(i + 1)),
      predecessors: Array.from({ length: SUCCESSORS }, (_, i) => other(-i - 1)),
      fingers: Array.from({ length: FINGERS }, () => other(this.#random.below(order.length))),
      known: [],
    };
  }

  lookupOf(key: string): Lookup {
    const hops = Array.from({ length: HOPS }, (_, i) => ({
      ...referenceTo(this.#phones[this.#random.below(this.#phones.length)]!),
      milliseconds: 5 + this.#random.below(60),
      outcome: i + 1 < HOPS ? ('closer' as const) : ('owner' as const),
    }));
    const { id, address } = hops.at(-1)!;
    return { key, found: true, owner: { id, address }, replicas: [{ id, address }], hops, milliseconds: 200 };
  }

  /** The same as the gateway tells it: phones by number, too. */
  networkLookupOf(key: string): NetworkLookup {
    const { hops, replicas, owner, ...rest } = this.lookupOf(key);
    const numbered = <Reference extends { readonly id: string }>(phone: Reference) => ({
      n: this.#phones.find(({ id }) => id === phone.id)?.n ?? null,
      id: phone.id,
    });
    return {
      ...rest,
      from: numbered({ id: this.#phones[0]!.id! }),
      owner: owner === null ? null : numbered(owner),
      replicas: replicas.map(numbered),
      hops: hops.map((hop) => ({ ...numbered(hop), milliseconds: hop.milliseconds, outcome: hop.outcome })),
    };
  }

  get lab(): Lab {
    return { enabled: false, driver: 'none', actions: [], scenarios: [], playing: null, last: null };
  }

  #now(): string {
    return new Date(START_MS + this.#ticks * TICK_MS).toISOString();
  }

  #phone(n: number): GatewayPhone {
    const at = new Date(START_MS).toISOString();
    return {
      ...{ n, id: this.#id(), state: 'alive', since: at, api: `10.0.0.1:${n}`, peer: `10.0.0.1:${n}`, settled: true },
      ...{ records: 200 + this.#random.below(100), recordBytes: 100_000, answeredAt: at },
    };
  }

  #id(): Id {
    const bits = Array.from({ length: 4 }, () => BigInt(this.#random.below(2 ** 32)));
    return idFromNumber(bits.reduce((all, part) => (all << 32n) | part, 0n));
  }

  /** The space split again and again where it is largest on an axis in turn, as joining phones split it. */
  #drawZones(): NetworkZones {
    const boxes: { readonly zone: Zone; readonly depth: number }[] = [
      { zone: { low: Array.from({ length: AXES }, () => 0), high: Array.from({ length: AXES }, () => 1) }, depth: 0 },
    ];
    while (boxes.length < this.#phones.length) {
      const [{ zone, depth }] = boxes.splice(this.#random.below(boxes.length), 1) as [(typeof boxes)[number]];
      const axis = depth % AXES;
      const middle = (zone.low[axis]! + zone.high[axis]!) / 2;
      boxes.push({ zone: { low: zone.low, high: zone.high.with(axis, middle) }, depth: depth + 1 });
      boxes.push({ zone: { low: zone.low.with(axis, middle), high: zone.high }, depth: depth + 1 });
    }
    const owner = (i: number) => ({ n: this.#phones[i]!.n, id: this.#phones[i]!.id! });
    return {
      ...{ at: new Date(START_MS).toISOString(), axes: AXES, volume: 1, asked: this.#phones.length },
      phones: boxes.map(({ zone }, i) => ({ ...owner(i), zones: [zone], entries: this.#random.below(60) })),
      posts: Array.from({ length: POSTS }, (_, i) => {
        const at = this.#random.below(boxes.length);
        const { low, high } = boxes[at]!.zone;
        const point = low.map((from, axis) => from + this.#random.next() * (high[axis]! - from));
        return { id: `00000000-0000-8000-8000-${String(i).padStart(12, '0')}`, owner: owner(at), point };
      }),
    };
  }

  #drawLatency(): NetworkLatency {
    const phones = this.#phones.slice(0, MATRIX_PHONES).map(({ n, id }) => ({ n, id: id! }));
    const milliseconds = phones.map((_, from) => phones.map((_, to) => (from === to ? null : this.#random.below(200))));
    const measured = phones.length * (phones.length - 1);
    return {
      ...{ at: new Date(START_MS).toISOString(), of: this.#phones.length, phones, milliseconds },
      ...{ measured, p50: 100, p90: 180 },
    };
  }
}

function referenceTo({ id, peer }: GatewayPhone): { readonly id: string; readonly address: string } {
  return { id: id!, address: peer! };
}
