/**
 * A ring in the simulator whose phones come and go while lookups are made: the product's whole protocol, with joins,
 * stabilisation and suspicion. Phones die as machines do, in silence.
 */
import type { LookupOutcome } from '../../services/chord-router/core/ring-view.ts';
import type { ChordSettings } from '../../services/chord-router/core/settings.ts';
import { between, type Id } from '../../services/shared/core/id.ts';
import type { SeededRandom } from '../../services/shared/core/random.ts';
import type { SimPhone } from '../sim/ring/phone.ts';
import { ringWorld, type World } from '../sim/ring/world.ts';
import { bytesOf, FrameMeter, type KindCost } from './frame-meter.ts';
import { mean } from './statistics.ts';

export interface ChurnOptions {
  readonly seed: number;
  readonly phones: number;
  readonly settings?: Partial<ChordSettings>;
  /** Mean time between two joins, and between two deaths, ms. */
  readonly changeEveryMs: number;
  readonly lookupEveryMs: number;
  /** Changes go on for so long before the first lookup, ms. */
  readonly warmUpMs: number;
  /** What phones say to each other without any lookups of the workload is metered for so long before them, ms. */
  readonly upkeepMs?: number;
  readonly lookups: number;
}

export interface ChurnFigures {
  readonly lookups: number;
  /** The first living phone that a lookup named was not the owner. */
  readonly wrong: number;
  /** A lookup named no living phone. */
  readonly none: number;
  /** Phones that answered, mean. */
  readonly path: number;
  /** Dead phones asked, and dead ones named before the first living one: mean a lookup. */
  readonly timeouts: number;
  /** Mean duration of a lookup, ms. */
  readonly milliseconds: number;
  readonly messagesPerPhoneSecond: number;
  /** What a phone sends: encoded frames without the transport below them; lookups of the workload included. */
  readonly bytesPerPhoneSecond: number;
  /** The same before the workload's first lookup, by kind of request; empty unless `upkeepMs` was given. */
  readonly upkeep: readonly KindCost[];
}

/** Waits of the end: longer than any lookup. */
const SETTLE_MS = 30_000;

class ChurningRing {
  readonly world: World;
  readonly #options: ChurnOptions;
  readonly #random: SeededRandom;
  /** Positions of living members, in order. */
  readonly #members: Id[] = [];
  readonly #byId = new Map<Id, SimPhone>();
  readonly #meter = new FrameMeter();
  #asked = 0;
  readonly #outcomes: {
    readonly right: boolean;
    readonly none: boolean;
    readonly dead: number;
    path: number;
    ms: number;
  }[] = [];

  constructor(options: ChurnOptions) {
    this.#options = options;
    this.world = ringWorld({
      seed: options.seed,
      settings: options.settings,
      tell: (index, event) => {
        if (event.type === 'joined') this.#enter(this.world.phones[index]!);
      },
    });
    this.#random = this.world.engine.random.fork();
  }

  run(): ChurnFigures {
    const { phones, warmUpMs, upkeepMs = 0, lookups, lookupEveryMs, changeEveryMs } = this.#options;
    for (const phone of this.world.ideal(phones)) {
      this.#adopt(phone);
      this.#enter(phone);
    }
    const random = this.#random;
    this.#poisson(changeEveryMs, () => this.#join());
    this.#poisson(changeEveryMs, () => this.#die());
    this.world.runFor(warmUpMs);
    this.#meter.reset();
    this.world.runFor(upkeepMs);
    const upkeep = upkeepMs > 0 ? this.#meter.costs((phones * upkeepMs) / 1000) : [];
    this.#meter.reset();
    const sentBefore = this.#sent();
    const startedMs = this.world.engine.nowMs;
    this.#poisson(lookupEveryMs, () => {
      if (this.#asked++ < lookups) this.#lookup(this.world.randomId(), this.#byId.get(random.pick(this.#members))!);
    });
    while (this.#asked < lookups) this.world.runFor(lookupEveryMs);
    const phoneSeconds = (phones * (this.world.engine.nowMs - startedMs)) / 1000;
    const sent = this.#sent() - sentBefore;
    const bytesPerPhoneSecond = bytesOf(this.#meter.costs(phoneSeconds));
    this.world.runFor(SETTLE_MS);
    return {
      lookups: this.#outcomes.length,
      wrong: this.#outcomes.filter(({ right, none }) => !right && !none).length,
      none: this.#outcomes.filter(({ none }) => none).length,
      path: mean(this.#outcomes.map(({ path }) => path)),
      timeouts: mean(this.#outcomes.map(({ dead }) => dead)),
      milliseconds: mean(this.#outcomes.map(({ ms }) => ms)),
      messagesPerPhoneSecond: sent / phoneSeconds,
      bytesPerPhoneSecond,
      upkeep,
    };
  }

  /** Runs an action again and again, at the times of a Poisson process, for as long as the world runs. */
  #poisson(meanMs: number, action: () => void): void {
    const next = (): void => {
      this.world.engine.after(this.#random.exponential(meanMs), () => {
        action();
        next();
      });
    };
    next();
  }

  #sent(): number {
    return this.world.phones.reduce((sum, phone) => sum + phone.sent, 0);
  }

  #join(): void {
    const seed = this.#byId.get(this.#random.pick(this.#members))!;
    const phone = this.world.addPhone();
    phone.start([seed.contact.address]);
    this.#adopt(phone);
  }

  #die(): void {
    if (this.#members.length < 2) return;
    const index = this.#random.below(this.#members.length);
    const [id] = this.#members.splice(index, 1);
    this.#byId.get(id!)!.kill('machine');
  }

  #adopt(phone: SimPhone): void {
    this.#byId.set(phone.contact.id, phone);
    this.#meter.watch(phone);
  }

  #enter(phone: SimPhone): void {
    const { id } = phone.contact;
    const index = this.#indexOf(id);
    if (this.#members[index] !== id) this.#members.splice(index, 0, id);
  }

  #indexOf(key: Id): number {
    let low = 0;
    let high = this.#members.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#members[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #owner(key: Id): Id {
    return this.#members[this.#indexOf(key) % this.#members.length]!;
  }

  #lookup(key: Id, phone: SimPhone): void {
    const before = this.#owner(key);
    phone.run(phone.node.lookup(key), (outcome) => this.#judge(key, before, outcome));
  }

  /** The owner may change while a lookup is under way: then both are right, and so is a newcomer nearer to the key. */
  #judge(key: Id, before: Id, { replicas, hops, milliseconds }: LookupOutcome): void {
    const living = replicas.findIndex(({ id }) => this.#byId.get(id)?.isUp === true);
    const named = replicas[living]?.id;
    const after = this.#owner(key);
    const right = named !== undefined && (named === before || named === after || between(key, named, after));
    const answered = hops.filter(({ outcome }) => outcome === 'closer' || outcome === 'owner').length;
    const silent = hops.filter(({ outcome }) => outcome !== 'closer' && outcome !== 'owner');
    const dead = new Set(silent.map(({ phone }) => phone.id));
    for (const { id } of living < 0 ? replicas : replicas.slice(0, living)) dead.add(id);
    this.#outcomes.push({ right, none: named === undefined, dead: dead.size, path: answered, ms: milliseconds });
  }
}

/** Lets a ring churn and looks keys up in it. The same options give the same figures. */
export function churn(options: ChurnOptions): ChurnFigures {
  return new ChurningRing(options).run();
}
