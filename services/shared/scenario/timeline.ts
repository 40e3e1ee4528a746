/**
 * The comings and goings of a population, drawn from the seed alone before anything runs, so that a simulated ring
 * and a ring of processes live through the same ones.
 */
import { SeededRandom } from '../core/random.ts';
import { drawMs } from './distribution.ts';
import { strikeOutages } from './outage.ts';
import type { PopulationEvent } from './population-event.ts';
import type { Scenario } from './scenario.ts';

export type PopulationPlan = Pick<Scenario, 'seed' | 'durationMs' | 'population' | 'outages' | 'roaming'>;

const MAX_POPULATION_EVENTS = 1_000_000;

/**
 * In the order of time, and of phones at the same time; all before `durationMs`. The initial phones are there without
 * having joined. Every phone draws from a generator of its own: what one does moves nothing of another. Throws
 * RangeError when there would be over MAX_POPULATION_EVENTS.
 */
export function drawPopulation(plan: PopulationPlan): PopulationEvent[] {
  const { population, durationMs } = plan;
  const random = new SeededRandom(plan.seed);
  const outageRandom = random.fork();
  const lives: PopulationEvent[][] = [];
  let events = 0;
  let arrivesMs = population.arrival?.fromMs ?? 0;
  for (let phone = 0; phone < population.phones; phone++) {
    const own = random.fork();
    const isInitial = phone < population.initial;
    if (!isInitial && population.arrival !== undefined) arrivesMs += drawMs(population.arrival.gap, own);
    const beginsMs = isInitial ? 0 : arrivesMs;
    if (beginsMs >= durationMs) break;
    const life = lifeOf(plan, phone, beginsMs, own, MAX_POPULATION_EVENTS - events);
    events += life.length;
    lives.push(life);
  }
  return strikeOutages(plan, lives, outageRandom)
    .flat()
    .filter(({ atMs, phone }) => atMs > 0 || phone >= population.initial)
    .sort((a, b) => a.atMs - b.atMs || a.phone - b.phone);
}

function lifeOf(
  { population, durationMs, roaming }: PopulationPlan,
  phone: number,
  beginsMs: number,
  random: SeededRandom,
  room: number,
): PopulationEvent[] {
  const { session, downtime, gracefulShare } = population;
  const roamingRandom = random.fork();
  const events: PopulationEvent[] = [];
  let deed: 'join' | 'return' = 'join';
  for (let atMs = beginsMs; atMs < durationMs; deed = 'return') {
    events.push({ atMs, phone, deed });
    const endsMs = session === undefined ? Number.POSITIVE_INFINITY : atMs + drawMs(session, random);
    if (roaming !== undefined) roam(roaming, atMs, Math.min(endsMs, durationMs), phone, roamingRandom, events, room);
    const isGraceful = random.next() < gracefulShare;
    if (endsMs < durationMs) events.push({ atMs: endsMs, phone, deed: isGraceful ? 'stop' : 'crash' });
    expectRoom(events, room);
    if (downtime === undefined) return events;
    atMs = endsMs + drawMs(downtime, random);
  }
  return events;
}

/** Moves of one phone while it is up; one that would not be over in time does not begin. */
function roam(
  { every, gone }: NonNullable<PopulationPlan['roaming']>,
  fromMs: number,
  untilMs: number,
  phone: number,
  random: SeededRandom,
  events: PopulationEvent[],
  room: number,
): void {
  for (let atMs = fromMs + drawMs(every, random); atMs < untilMs; atMs += drawMs(every, random)) {
    const backMs = atMs + drawMs(gone, random);
    if (backMs >= untilMs) return;
    events.push({ atMs, phone, deed: 'vanish' }, { atMs: backMs, phone, deed: 'reappear' });
    expectRoom(events, room);
    atMs = backMs;
  }
}

function expectRoom(events: readonly PopulationEvent[], room: number): void {
  if (events.length > room)
    throw new RangeError(`more than ${MAX_POPULATION_EVENTS} comings and goings: fewer phones, or longer sessions`);
}
