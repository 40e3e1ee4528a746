/**
 * Churn: phones fail (kill -9) and join, each as a Poisson process of the same rate, so that the population wanders
 * but does not drift. Half of those that join are phones that failed and come back, the others are new.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { SeededRandom } from '../services/shared/core/random.ts';
import type { ChurnSummary } from './control/control-protocol.ts';
import type { Testnet } from './testnet.ts';
import { TestnetError } from './testnet-error.ts';

export interface ChurnOptions {
  /** Failures a minute; as many joins. */
  readonly rate: number;
  /** Undefined: until `signal` is aborted. */
  readonly forSeconds?: number | undefined;
  readonly seed: number;
  readonly report: (progress: string) => void;
  readonly signal: AbortSignal;
}

/** The population stays between this part of what it was at the start, and as much again above it. */
const LEAST_PART = 0.5;

/** Resolves with what happened, once the phones that were there at the start, and no others, run again. */
export async function runChurn(net: Testnet, options: ChurnOptions): Promise<ChurnSummary> {
  const before = { all: numbersOf(net.phones), running: numbersOf(net.running) };
  if (before.running.size < 2) throw new TestnetError('churn takes at least 2 running phones');
  const { rate, forSeconds, report } = options;
  const random = new SeededRandom(options.seed);
  const startedAt = performance.now();
  const ended =
    forSeconds === undefined
      ? options.signal
      : AbortSignal.any([options.signal, AbortSignal.timeout(forSeconds * 1000)]);
  const counts = { failed: 0, joined: 0 };
  const joins: Promise<void>[] = [];
  while (await sleptUntilNext(random.exponential(60_000 / (2 * rate)), ended)) {
    if (random.next() < 0.5) {
      const victim = victimOf(net, before.running.size, random);
      if (victim === undefined) continue;
      counts.failed++;
      report(`phone ${victim} failed; ${net.running.length - 1} run`);
      await net.kill(victim);
    } else if (net.running.length < before.running.size * (1 + LEAST_PART)) {
      joins.push(join(net, random, report).then((joined) => void (counts.joined += Number(joined))));
    }
  }
  await Promise.allSettled(joins);
  report('restoring the phones that were there');
  await restore(net, before);
  return { ...counts, seconds: Math.round((performance.now() - startedAt) / 1000) };
}

/** A running phone that may fail; undefined when too few are left. */
function victimOf(net: Testnet, population: number, random: SeededRandom): number | undefined {
  const running = net.running.map((phone) => phone.n);
  return running.length > Math.max(1, population * LEAST_PART) ? random.pick(running) : undefined;
}

/** False when the phone could not join. */
async function join(net: Testnet, random: SeededRandom, report: (progress: string) => void): Promise<boolean> {
  const gone = net.phones.filter((phone) => phone.state === 'killed').map((phone) => phone.n);
  const comesBack = random.next() < 0.5;
  try {
    if (comesBack && gone.length > 0) {
      const n = random.pick(gone);
      await net.restart(n);
      report(`phone ${n} came back; ${net.running.length} run`);
    } else {
      const [phone] = await net.join(1);
      report(`phone ${phone?.n} joined; ${net.running.length} run`);
    }
    return true;
  } catch (error) {
    report(`a phone could not join: ${(error as Error).message}`);
    return false;
  }
}

interface Population {
  readonly all: ReadonlySet<number>;
  readonly running: ReadonlySet<number>;
}

function numbersOf(phones: readonly { readonly n: number }[]): ReadonlySet<number> {
  return new Set(phones.map((phone) => phone.n));
}

async function restore(net: Testnet, before: Population): Promise<void> {
  for (const { n, pid } of net.phones) if (before.running.has(n) && pid === undefined) await net.restart(n);
  // Newcomers leave one after the other: each hands over what it keeps to phones that stay.
  for (const { n } of net.phones) if (!before.all.has(n)) await net.forget(n);
  await net.waitForIdealRing();
}

/** False when churn ended first. */
async function sleptUntilNext(ms: number, ended: AbortSignal): Promise<boolean> {
  try {
    await pause(ms, undefined, { signal: ended });
    return true;
  } catch {
    return false;
  }
}
