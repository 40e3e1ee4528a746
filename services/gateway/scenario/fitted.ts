/**
 * A scenario for the phones there are: files name their own numbers of phones, the churn lab has a network that runs. Parts
 * stay parts, times stay times. What the lab cannot play, and what it bounds so that a click floods nobody, is told.
 */
import type { Distribution } from '../../shared/scenario/distribution.ts';
import type { Outage, Partition, Scenario } from '../../shared/scenario/scenario.ts';
import type { LabAction } from '../core/lab.ts';

export interface Fitted {
  /** Its phones are numbered from 0: those there are, then those that come. */
  readonly scenario: Scenario;
  /** A sentence each. */
  readonly limits: readonly string[];
}

/** Fewer phones than this cannot lose one and remain a network. */
export const LEAST_PHONES = 3;
const MOST_NEWCOMERS = 16;
/** Between two operations of all people together, on average, ms. */
const LEAST_PAUSE_MS = 200;

/** `living`: how many phones there are to play it with. */
export function fitted(scenario: Scenario, living: number): Fitted {
  const { population, workload, partitions } = scenario;
  const { phones, initial } = population;
  const wanted = Math.round(((phones - initial) / initial) * living);
  const newcomers = phones === initial ? 0 : Math.min(MOST_NEWCOMERS, Math.max(1, wanted));
  /** Whom a phone of this network stands for. */
  const roleOf = (phone: number): number =>
    phone < living
      ? Math.floor((phone * initial) / living)
      : initial + Math.floor(((phone - living) * (phones - initial)) / newcomers);
  const roles = Array.from({ length: living + newcomers }, (_, phone) => roleOf(phone));
  const slower = newcomers === 0 ? 1 : (phones - initial) / newcomers;
  const { arrival } = population;
  const pause = meanOf(workload.every);
  return {
    scenario: {
      ...scenario,
      population: {
        ...population,
        ...{ phones: living + newcomers, initial: living },
        arrival: arrival && { ...arrival, gap: stretched(arrival.gap, slower) },
      },
      outages: scenario.outages.map((outage) => outageAmong(outage, roles)),
      partitions: partitions.flatMap((partition) => partitionAmong(partition, roles) ?? []),
      workload: { ...workload, every: stretched(workload.every, Math.max(1, LEAST_PAUSE_MS / pause)) },
    },
    limits: limitsOf(scenario, wanted > newcomers, pause),
  };
}

/** What a scenario does to phones, and what mends it. */
export function actionsOf({ population, outages, partitions, roaming, links }: Scenario): readonly LabAction[] {
  const { session, gracefulShare, phones, initial } = population;
  const crashes = (session !== undefined && gracefulShare < 1) || outages.some(({ deed }) => deed === 'crash');
  const stops = (session !== undefined && gracefulShare > 0) || outages.some(({ deed }) => deed === 'stop');
  const actions = new Set<LabAction>();
  if (crashes || roaming !== undefined) actions.add('kill');
  if (stops) actions.add('stop');
  if (roaming !== undefined) actions.add('move');
  if (actions.size > 0) actions.add('restart');
  if (phones > initial) actions.add('join').add('stop').add('restart');
  if (partitions.length > 0) actions.add('cut').add('heal');
  if (links.length > 0) actions.add('slow').add('heal');
  return [...actions];
}

function limitsOf(scenario: Scenario, isCrowded: boolean, pauseMs: number): readonly string[] {
  const { workload, partitions, links, roaming } = scenario;
  const { mix, people } = workload;
  const limits: string[] = [];
  if (people > 0 && mix.post + mix.profile + mix.entry + mix.delete > 0)
    limits.push('Nobody writes: walls stay the people’s own. Posts that were there before are read.');
  if (people > 0 && pauseMs < LEAST_PAUSE_MS)
    limits.push(`At most ${1_000 / LEAST_PAUSE_MS} operations a second are begun.`);
  if (isCrowded) limits.push(`At most ${MOST_NEWCOMERS} phones come.`);
  if (partitions.some(({ sides }) => sides.length > 2))
    limits.push('A cut has two sides: of more, the smallest is cut off from all others.');
  if (roaming !== undefined) limits.push('Who moves is heard to go.');
  const isBounded = links.some(({ link }) => (link.upBitsPerSecond ?? link.downBitsPerSecond) !== undefined);
  if (isBounded) limits.push('Links have no bound on their bandwidth: only delay, jitter and loss are played.');
  return limits;
}

function outageAmong(outage: Outage, roles: readonly number[]): Outage {
  const { whom } = outage;
  if (!('phones' in whom)) return outage;
  const named = new Set(whom.phones);
  const phones = roles.flatMap((role, phone) => (named.has(role) ? [phone] : []));
  if (phones.length > 0) return { ...outage, whom: { phones } };
  // Fewer phones than roles: whoever comes nearest.
  const first = Math.min(...whom.phones);
  return {
    ...outage,
    whom: {
      phones: [
        Math.max(
          0,
          roles.findLastIndex((role) => role <= first),
        ),
      ],
    },
  };
}

/** Undefined when one side has nobody. */
function partitionAmong(partition: Partition, roles: readonly number[]): Partition | undefined {
  const sides = partition.sides
    .map((side) => new Set(side))
    .map((side) => roles.flatMap((role, phone) => (side.has(role) ? [phone] : [])))
    .filter(({ length }) => length > 0);
  return sides.length > 1 ? { ...partition, sides } : undefined;
}

function stretched(distribution: Distribution, factor: number): Distribution {
  if (distribution.kind === 'trace') return { ...distribution, timesMs: distribution.timesMs.map((ms) => ms * factor) };
  return { ...distribution, meanMs: distribution.meanMs * factor };
}

function meanOf(distribution: Distribution): number {
  if (distribution.kind !== 'trace') return distribution.meanMs;
  return distribution.timesMs.reduce((sum, ms) => sum + ms, 0) / distribution.timesMs.length;
}
