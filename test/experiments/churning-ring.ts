/**
 * A ring in the simulator whose phones come and go while lookups are made: the product's whole protocol, with joins,
 * stabilisation and suspicion. Phones die as machines do, in silence.
 */
import { encodeFrame } from '../../services/chord-router/adapters/frame-codec.ts';
import { replyToWire } from '../../services/chord-router/adapters/reply-codec.ts';
import { requestToWire } from '../../services/chord-router/adapters/request-codec.ts';
import type { LookupOutcome } from '../../services/chord-router/core/ring-view.ts';
import type { ChordSettings } from '../../services/chord-router/core/settings.ts';
import { between, type Id } from '../../services/shared/core/id.ts';
import type { SeededRandom } from '../../services/shared/core/random.ts';
import type { SimPhone } from '../sim/phone.ts';
import { ringWorld, type World } from '../sim/world.ts';
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
  /** Encoded frames without the transport below them; lookups of the workload included. */
  readonly bytesPerPhoneSecond: number;
}

/** One phone in so many has the bytes of what it is asked and answers counted. */
const METERED_EVERY = 8;
/** Waits of the end: longer than any lookup. */
const SETTLE_MS = 30_000;

class ChurningRing {
  readonly world: World;
  readonly #options: ChurnOptions;
  readonly #random: SeededRandom;
  /** Positions of living members, in order. */
  readonly #members: Id[] = [];
  readonly #byId = new Map<Id, SimPhone>();
  #meteredBytes = 0;
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
    const { phones, warmUpMs, lookups, lookupEveryMs, changeEveryMs } = this.#options;
    for (const phone of this.world.ideal(phones)) {
      this.#adopt(phone);
      this.#enter(phone);
    }
    const random = this.#random;
    this.#poisson(changeEveryMs, () => this.#join());
    this.#poisson(changeEveryMs, () => this.#die());
    this.world.runFor(warmUpMs);
    const sentBefore = this.#sent();
    const bytesBefore = this.#meteredBytes;
    const startedMs = this.world.engine.nowMs;
    this.#poisson(lookupEveryMs, () => {
      if (this.#asked++ < lookups) this.#lookup(this.world.randomId(), this.#byId.get(random.pick(this.#members))!);
    });
    while (this.#asked < lookups) this.world.runFor(lookupEveryMs);
    const phoneSeconds = (phones * (this.world.engine.nowMs - startedMs)) / 1000;
    const sent = this.#sent() - sentBefore;
    const bytes = (this.#meteredBytes - bytesBefore) * METERED_EVERY;
    this.world.runFor(SETTLE_MS);
    return {
      lookups: this.#outcomes.length,
      wrong: this.#outcomes.filter(({ right, none }) => !right && !none).length,
      none: this.#outcomes.filter(({ none }) => none).length,
      path: mean(this.#outcomes.map(({ path }) => path)),
      timeouts: mean(this.#outcomes.map(({ dead }) => dead)),
      milliseconds: mean(this.#outcomes.map(({ ms }) => ms)),
      messagesPerPhoneSecond: sent / phoneSeconds,
      bytesPerPhoneSecond: bytes / phoneSeconds,
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
    if (phone.index % METERED_EVERY !== 0) return;
    const { node } = phone;
    const handle = node.handle.bind(node);
    const count = (bytes: number): void => {
      this.#meteredBytes += bytes;
    };
    node.handle = function* metered(from, request) {
      count(encodeFrame({ requestId: 1, body: { $case: 'request', value: requestToWire(request) } }).length);
      const reply = yield* handle(from, request);
      if (reply.type !== 'refused') {
        count(encodeFrame({ requestId: 1, body: { $case: 'reply', value: replyToWire(reply) } }).length);
      }
      return reply;
    };
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
    const dead = hops.length - answered + (living < 0 ? replicas.length : living);
    this.#outcomes.push({ right, none: named === undefined, dead, path: answered, ms: milliseconds });
  }
}

/** Lets a ring churn and looks keys up in it. The same options give the same figures. */
export function churn(options: ChurnOptions): ChurnFigures {
  return new ChurningRing(options).run();
}
