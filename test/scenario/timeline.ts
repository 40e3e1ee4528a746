/**
 * The comings and goings of a population, drawn from the seed alone before anything runs, so that a simulated ring
 * and a ring of processes live through the same ones.
 */
import { SeededRandom } from '../../services/shared/core/random.ts';
import { type Distribution, drawMs } from './distribution.ts';

export interface PopulationPlan {
  readonly seed: number;
  readonly phones: number;
  readonly durationMs: number;
  /** Between two arrivals; undefined: all are there at the start. */
  readonly arrivalGap?: Distribution;
  /** Undefined: whoever came stays. */
  readonly session?: Distribution;
  /** Undefined: whoever went stays away. */
  readonly downtime?: Distribution;
  /** The part of all departures that say goodbye, from 0 to 1; the others crash. */
  readonly gracefulPart: number;
}

export interface PopulationEvent {
  readonly atMs: number;
  /** From 0, in the order of arrival. */
  readonly phone: number;
  readonly deed: 'join' | 'stop' | 'crash' | 'return';
}

export const MAX_POPULATION_EVENTS = 1_000_000;

/**
 * In the order of time, and of phones at the same time; all before `durationMs`. Every phone draws from a generator of
 * its own: what one does moves nothing of another. Throws RangeError when there would be over MAX_POPULATION_EVENTS.
 */
export function drawPopulation(plan: PopulationPlan): PopulationEvent[] {
  const random = new SeededRandom(plan.seed);
  const events: PopulationEvent[] = [];
  let arrivesMs = 0;
  for (let phone = 0; phone < plan.phones; phone++) {
    const own = random.fork();
    if (plan.arrivalGap !== undefined && phone > 0) arrivesMs += drawMs(plan.arrivalGap, own);
    if (arrivesMs >= plan.durationMs) break;
    drawLife(plan, phone, arrivesMs, own, events);
  }
  return events.sort((a, b) => a.atMs - b.atMs || a.phone - b.phone);
}

function drawLife(
  plan: PopulationPlan,
  phone: number,
  arrivesMs: number,
  random: SeededRandom,
  events: PopulationEvent[],
): void {
  const { session, downtime, durationMs } = plan;
  let deed: 'join' | 'return' = 'join';
  for (let atMs = arrivesMs; atMs < durationMs; deed = 'return') {
    if (events.length + 2 > MAX_POPULATION_EVENTS) {
      throw new RangeError(`more than ${MAX_POPULATION_EVENTS} comings and goings: fewer phones, or longer sessions`);
    }
    events.push({ atMs, phone, deed });
    if (session === undefined) return;
    atMs += drawMs(session, random);
    const graceful = random.next() < plan.gracefulPart;
    if (atMs < durationMs) events.push({ atMs, phone, deed: graceful ? 'stop' : 'crash' });
    if (downtime === undefined) return;
    atMs += drawMs(downtime, random);
  }
}
