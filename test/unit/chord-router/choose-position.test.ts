import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PeerReply, PeerRequest } from '../../../services/chord-router/core/message.ts';
import { choosePosition, farthest } from '../../../services/chord-router/core/ring/choose-position.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import { between, distance, type Id, idFromNumber, idToNumber } from '../../../services/shared/core/id.ts';
import { SeededRandom } from '../../../services/shared/core/random.ts';
import { type Host, type Pending, Scheduler } from '../../../services/shared/core/scheduler.ts';

const TURN = 1n << 128n;
const at = (share: number): Id => idFromNumber(BigInt(Math.floor(share * 2 ** 52)) << 76n);
const phone = (share: number): Contact => ({ id: at(share), address: `10.0.0.1:${Math.floor(share * 1_000) + 1}` });

describe('the farthest of several positions', () => {
  it('is the first where nobody is', () => {
    expect(farthest([at(0.1), at(0.9)], [])).toBe(0);
  });

  it('counts to both sides and across zero', () => {
    expect(farthest([at(0.5), at(0.95), at(0.3)], [at(0.55), at(0.05)])).toBe(2);
    expect(farthest([at(0.99), at(0.4)], [at(0.01), at(0.7)])).toBe(1);
  });

  it('leaves no more room around any other', () => {
    const ids = fc.bigInt({ min: 0n, max: TURN - 1n }).map(idFromNumber);
    fc.assert(
      fc.property(fc.array(ids, { minLength: 1, maxLength: 8 }), fc.array(ids, { minLength: 1 }), (some, known) => {
        const room = (id: Id): bigint =>
          known.flatMap((other) => [distance(id, other), distance(other, id)]).reduce((a, b) => (a < b ? a : b));
        const chosen = room(some[farthest(some, known)]!);
        for (const candidate of some) expect(chosen >= room(candidate)).toBe(true);
      }),
    );
  });
});

describe('a ring of a thousand whose phones choose', () => {
  /** Parts of the ring that phones own, in units of the mean, after each took the best of so many positions. */
  function sharesAfterJoins(phones: number, choices: number, seed: number): number[] {
    const random = new SeededRandom(seed);
    const ring: bigint[] = [];
    const indexOf = (position: bigint): number => {
      let [low, high] = [0, ring.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (ring[middle]! < position) low = middle + 1;
        else high = middle;
      }
      return low;
    };
    for (let joined = 0; joined < phones; joined++) {
      const candidates = Array.from({ length: choices }, () => at(random.next()));
      const near = candidates.flatMap((id) => {
        const index = indexOf(idToNumber(id));
        return ring.length === 0 ? [] : [ring.at(index - 1)!, ring[index % ring.length]!];
      });
      const position = idToNumber(candidates[farthest(candidates, near.map(idFromNumber))]!);
      ring.splice(indexOf(position), 0, position);
    }
    const mean = TURN / BigInt(phones);
    const arcs = ring.map((id, i) => distance(idFromNumber(ring.at(i - 1)!), idFromNumber(id)));
    return arcs.map((arc) => Number((arc * 1_000n) / mean) / 1_000).sort((a, b) => a - b);
  }

  it('has a largest share of under 3.2 times the mean, not 5 to 12, and a 99th percentile of under 2.3, not 4 to 6', () => {
    for (const seed of [1, 2, 3]) {
      const first = sharesAfterJoins(1_000, 1, seed);
      const best = sharesAfterJoins(1_000, 8, seed);
      expect(first.at(-1)).toBeGreaterThan(5);
      expect(first[990]).toBeGreaterThan(4);
      expect(best.at(-1)).toBeLessThan(3.2);
      expect(best[990]).toBeLessThan(2.3);
      // Nor are there phones with next to nothing: a hundredth of them owns less than a 60th without choice.
      expect(first[10]).toBeLessThan(0.05);
      expect(best[10]).toBeGreaterThan(0.3);
    }
  });
});

/** A world of seeds: each answers at once, late or never. Time passes when nothing else can happen. */
class Seeds implements Host {
  readonly asked: string[] = [];
  readonly #phones: Readonly<Record<string, (request: PeerRequest) => PeerReply | undefined>>;
  readonly #timers = new Map<() => void, number>();
  #nowMs = 0;

  constructor(phones: Readonly<Record<string, (request: PeerRequest) => PeerReply | undefined>>) {
    this.#phones = phones;
  }

  now = (): number => this.#nowMs;
  random = (): number => 0;
  store = (): never => expect.unreachable('choosing a position keeps nothing');
  crashed = (error: unknown): never => {
    throw error;
  };

  sleep: Host['sleep'] = (ms, waiter) => this.#later(ms, () => waiter.resume(undefined));

  identify: Host['identify'] = (address, timeoutMs, waiter) => {
    this.asked.push(address);
    if (this.#phones[address] === undefined) return this.#later(timeoutMs, () => waiter.resume(undefined));
    waiter.resume({ id: at(Number(address)), address });
    return { cancel() {} };
  };

  resolve = (): never => expect.unreachable('a phone at a seed is found by whoever identifies it');

  call: Host['call'] = (to, request, timeoutMs, waiter) => {
    const reply = this.#phones[to.address]?.(request as PeerRequest);
    if (reply === undefined) {
      return this.#later(timeoutMs, () => waiter.resume({ ok: false, failure: 'timeout', elapsedMs: timeoutMs }));
    }
    waiter.resume({ ok: true, reply, rttMs: 1 });
    return { cancel() {} };
  };

  #later(ms: number, wake: () => void): Pending {
    this.#timers.set(wake, this.#nowMs + ms);
    return { cancel: () => void this.#timers.delete(wake) };
  }

  /** Index chosen, and how long it took. */
  choose(candidates: readonly Id[], seeds: readonly string[]): { chosen: number | undefined; afterMs: number } {
    const fiber = new Scheduler(this).run(choosePosition(candidates, seeds, 1_000), 'choose');
    for (let [next] = this.#sorted(); !fiber.done && next !== undefined; [next] = this.#sorted()) {
      const [wake, due] = next;
      this.#timers.delete(wake);
      this.#nowMs = due;
      wake();
    }
    if (!fiber.done || this.#timers.size > 0) throw new Error('it waits for something that will not come');
    return { chosen: fiber.result, afterMs: this.#nowMs };
  }

  #sorted(): [() => void, number][] {
    return [...this.#timers].sort(([, a], [, b]) => a - b);
  }
}

/** A phone of a ring whose table has all of it, and whose lists are as long as these. */
function member(self: number, ring: readonly number[]): (request: PeerRequest) => PeerReply {
  const sorted = [...ring].sort((a, b) => a - b);
  const from = (share: number): number[] => [
    ...sorted.filter((each) => each >= share),
    ...sorted.filter((each) => each < share),
  ];
  return (request) => {
    if (request.type === 'list-contacts') {
      const [, ...others] = from(self).map(phone);
      const onward = others.filter(({ id }) => request.after === at(self) || between(request.after, id, at(self)));
      return { type: 'contacts', contacts: onward.slice(0, request.limit) };
    }
    return expect.unreachable(request.type);
  };
}

describe('a phone that asks its seeds', () => {
  const RING = [0.1, 0.2, 0.3, 0.6];
  const candidates = [at(0.15), at(0.25), at(0.62), at(0.85), at(0.45)];

  it('takes the position with the most room', () => {
    expect(new Seeds({ 0.1: member(0.1, RING) }).choose(candidates, ['0.1'])).toEqual({ chosen: 3, afterMs: 0 });
  });

  it('does not wait for silent seeds once one has answered', () => {
    const seeds = new Seeds({ 0.1: () => undefined, 0.6: member(0.6, RING) });
    expect(seeds.choose(candidates, ['0.9', '0.1', '0.6'])).toEqual({ chosen: 3, afterMs: 0 });
  });

  it('gives up in time when none answers, and asks only a few', () => {
    const seeds = new Seeds({ 0.1: () => undefined });
    const silent = Array.from({ length: 20 }, (_, i) => `0.${i + 10}`);
    expect(seeds.choose(candidates, ['0.1', ...silent])).toEqual({ chosen: undefined, afterMs: 1_000 });
    expect(seeds.asked.length).toBe(4);
  });

  it('reads a table of many pages', () => {
    const ring = Array.from({ length: 900 }, (_, i) => 0.2 + i / 1_800);
    const seeds = new Seeds({ 0.1: member(0.1, [0.1, ...ring]) });
    // Beyond the first page everything is taken but what lies after the last phone.
    expect(seeds.choose([at(0.3001), at(0.5003), at(0.85)], ['0.1']).chosen).toBe(2);
  });

  it('looks closer where the table has no room for the whole ring', () => {
    const known = Array.from({ length: 1_200 }, (_, i) => 0.1 + i / 4_800);
    const table = member(0.1, known);
    // The table shows nobody between 0.35 and 0.1, but there is somebody right beside the first candidate.
    const seed = (request: PeerRequest): PeerReply =>
      request.type === 'forward-lookup'
        ? { type: 'forwarded-lookup', owner: phone(0.7001), ownerSuccessors: [], closer: [], trail: [] }
        : table(request);
    expect(new Seeds({ 0.1: seed }).choose([at(0.7), at(0.55)], ['0.1'])).toEqual({ chosen: 1, afterMs: 0 });
  });

  it('reads no more of a long answer than it asked for', () => {
    const crowd = Array.from({ length: 10_000 }, (_, i) => phone(0.84 + i / 1_000_000));
    const flooding = (request: PeerRequest): PeerReply =>
      request.type === 'list-contacts' ? { type: 'contacts', contacts: crowd } : member(0.1, RING)(request);
    // Pages that hold the same again say nothing new; what of the first would come up to 0.85 is not read.
    expect(new Seeds({ 0.1: flooding }).choose([at(0.101), at(0.8495)], ['0.1'])).toEqual({ chosen: 1, afterMs: 0 });
  });
});
