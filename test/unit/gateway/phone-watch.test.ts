/** How soon a gateway sees a phone dying among hundreds, on a clock of the test's own. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SelfAnswer } from '../../../services/gateway/adapters/phone-answers.ts';
import { PhoneFailure } from '../../../services/gateway/adapters/phone-client.ts';
import { PhoneWatch } from '../../../services/gateway/adapters/phone-watch.ts';
import { PhoneBook, type ProbeFailure } from '../../../services/gateway/core/phone-book.ts';
import { idFromNumber } from '../../../services/shared/core/id.ts';

const PHONES = 200;
/** Successors and predecessors that keep an eye on a phone. */
const NEIGHBOURS = 7;
/** What the ring's detector takes at most to suspect a phone whose links broke. */
const DETECTED_MS = 2_000;
const SILENCE_MS = 1_500;
const MOST_MS = 5_000;

const idOf = (n: number) => idFromNumber(BigInt(n));
const apiOf = (n: number): string => `phone-${n}:80`;

interface Death {
  readonly n: number;
  readonly atMs: number;
  readonly how: ProbeFailure;
}

/** A ring of phones in the order of their numbers, watched by a gateway that is looked at. */
class WatchedRing {
  readonly book = new PhoneBook();
  readonly watch: PhoneWatch;
  /** When each probe was sent, and to whom. */
  readonly probes: { readonly n: number; readonly atMs: number }[] = [];
  death: Death | undefined;
  readonly #tellsOfSuspicions: boolean;

  constructor(tellsOfSuspicions: boolean) {
    this.#tellsOfSuspicions = tellsOfSuspicions;
    this.watch = new PhoneWatch({
      book: this.book,
      client: { self: (api) => this.#self(Number(/\d+/.exec(api)![0])) },
      now: Date.now,
      onProbe: () => undefined,
      onChange: () => undefined,
    });
    const numbers = Array.from({ length: PHONES }, (_, i) => i + 1);
    this.book.list(
      numbers.map((n) => ({ api: apiOf(n), number: n })),
      Date.now(),
    );
    this.watch.start();
  }

  /** Time goes on, and somebody goes on looking. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 250) {
      this.watch.watched();
      await vi.advanceTimersByTimeAsync(Math.min(left, 250));
    }
  }

  /**
   * How long until a phone is no longer taken for alive, ms, and until it is taken for dead, when it dies at the worst time:
   * just after its turn.
   */
  async timesOf(n: number, how: ProbeFailure): Promise<{ readonly seenMs: number; readonly deadMs: number }> {
    this.probes.length = 0;
    while (!this.probes.some((probe) => probe.n === n)) await this.pass(50);
    const atMs = Date.now();
    this.death = { n, atMs, how };
    const after = async (isSo: () => boolean): Promise<number> => {
      while (!isSo() && Date.now() - atMs < 60_000) await this.pass(50);
      return Date.now() - atMs;
    };
    const state = () => this.book.find(n)!.state;
    return { seenMs: await after(() => state() !== 'alive'), deadMs: await after(() => state() === 'dead') };
  }

  async #self(n: number): Promise<SelfAnswer> {
    this.probes.push({ n, atMs: Date.now() });
    const how = this.death?.n === n ? this.death.how : undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, how === 'silent' ? SILENCE_MS : 1);
    await promise;
    if (how !== undefined) throw new PhoneFailure(how, 'it is dead');
    const [predecessor, successor] = [undefined, undefined];
    return {
      words: {
        ...{ id: idOf(n), peer: `peer-${n}:1`, ring: 'member', settled: true, records: 0, recordBytes: 0 },
        ...{ predecessor, successor },
      },
      suspected: this.#tellsOfSuspicions && this.#suspects(n) ? [idOf(this.death!.n)] : [],
    };
  }

  #suspects(n: number): boolean {
    if (this.death === undefined || Date.now() - this.death.atMs < DETECTED_MS) return false;
    const apart = Math.abs(n - this.death.n);
    return Math.min(apart, PHONES - apart) <= NEIGHBOURS;
  }
}

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

async function watchedRing(tellsOfSuspicions: boolean): Promise<WatchedRing> {
  const ring = new WatchedRing(tellsOfSuspicions);
  await ring.pass(30_000);
  expect(ring.book.phones.every(({ state }) => state === 'alive')).toBe(true);
  return ring;
}

/** Of phones all round the ring, one at a time. */
async function slowest(how: ProbeFailure, tellsOfSuspicions: boolean) {
  let [seenMs, deadMs] = [0, 0];
  const ring = await watchedRing(tellsOfSuspicions);
  for (let n = 3; n <= PHONES; n += 19) {
    const times = await ring.timesOf(n, how);
    seenMs = Math.max(seenMs, times.seenMs);
    deadMs = Math.max(deadMs, times.deadMs);
    ring.death = undefined;
    await ring.pass(6_000);
    expect(ring.book.find(n)!.state).toBe('alive');
  }
  ring.watch.stop();
  return { seenMs, deadMs };
}

describe('one of 200 phones', () => {
  test('that is killed is seen dying within 5 s, for its neighbours say so', async () => {
    const { seenMs, deadMs } = await slowest('refused', true);
    expect(seenMs).toBeLessThan(MOST_MS);
    expect(deadMs).toBeLessThan(MOST_MS);
  });

  test('whose machine is gone, so that nothing refuses, is seen dying within 5 s as well, and dead soon after', async () => {
    const { seenMs, deadMs } = await slowest('silent', true);
    expect(seenMs).toBeLessThan(MOST_MS);
    expect(deadMs).toBeLessThan(2 * MOST_MS);
  });

  test('would be seen too late by the gateway’s own turns', async () => {
    expect((await slowest('refused', false)).seenMs).toBeGreaterThan(MOST_MS);
  });

  test('that somebody killed on purpose is dead at once, and no answer from before brings it back', async () => {
    const ring = await watchedRing(true);
    ring.book.told(7, 'dead', Date.now());
    expect(ring.book.find(7)!.state).toBe('dead');
    const { words } = ring.book.find(7)!;
    ring.book.answered(apiOf(7), words!, Date.now() + 5, Date.now() - 5);
    expect(ring.book.find(7)!.state).toBe('dead');
    // It was started again by somebody else: the next answer is a new one.
    await ring.pass(10_000);
    expect(ring.book.find(7)!.state).toBe('alive');
    ring.watch.stop();
  });
});

test('turns of phones that are well are spread over time: 20 a second while somebody looks, 4 while nobody does', async () => {
  const ring = await watchedRing(true);
  const perSecond = async (pass: () => Promise<unknown>): Promise<number[]> => {
    ring.probes.length = 0;
    const beganMs = Date.now();
    await pass();
    const counts = Array.from({ length: Math.ceil((Date.now() - beganMs) / 1_000) }, () => 0);
    for (const { atMs } of ring.probes) counts[Math.floor((atMs - beganMs - 1) / 1_000)]!++;
    return counts;
  };
  const watched = await perSecond(() => ring.pass(20_000));
  expect(Math.max(...watched)).toBeLessThanOrEqual(23);
  expect(Math.min(...watched)).toBeGreaterThanOrEqual(17);
  expect(new Set(ring.probes.map(({ n }) => n)).size).toBe(PHONES);
  await vi.advanceTimersByTimeAsync(31_000);
  const quiet = await perSecond(() => vi.advanceTimersByTimeAsync(50_000));
  expect(Math.max(...quiet)).toBeLessThanOrEqual(6);
  expect(new Set(ring.probes.map(({ n }) => n)).size).toBe(PHONES);
  ring.watch.stop();
});
