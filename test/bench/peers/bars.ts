/** The bars that ours is held against, in figures of its own and beside the peer to beat. */
import type { Bar } from '../../experiments/experiment.ts';
import { OPERATIONS, type OperationFigures, operationOf, type SystemFigures } from './figures.ts';

/** The peer that ours is to beat. */
export const PEER = 'hyperdht';

const MOST_REQUESTS_A_GET = 3.5;
const MOST_KILOBYTES_A_GET = 3;
const MOST_CPU_OF_PEER = 0.5;
const MOST_ROUND_TRIPS_P50 = 1;
const MOST_ROUND_TRIPS_P99 = 2;
const MOST_IDLE_CPU_MS = 0.1;
const MOST_IDLE_MEGABYTES = 1;
/** From so many nodes on what is asked is that there can be as many. */
const LARGE_NETWORK = 1_000;
const MOST_SECONDS_TO_CONVERGE = 30;
const MOST_ROUND_TRIPS_P50_OF_LARGE = 2;

/**
 * A bar whose figure was not measured is left out: none is there before ours and hyperdht are. With a delay of what nodes
 * send, round trips are what counts.
 */
export function barsOf(systems: readonly SystemFigures[], delayMs = 0, nodes = 0): Bar[] {
  const ours = systems.find(({ system }) => system === 'ringwall');
  const peer = systems.find(({ system }) => system === PEER);
  if (ours === undefined) return [];
  if (nodes >= LARGE_NETWORK) return barsOfLarge(ours, 2 * delayMs);
  if (delayMs > 0) return roundTripBars(ours, 2 * delayMs);
  return peer === undefined ? [] : barsOfCost(ours, peer);
}

function barsOfLarge(ours: SystemFigures, roundTripMs: number): Bar[] {
  return [
    atMost('seconds until all nodes are settled', MOST_SECONDS_TO_CONVERGE, ours.convergedSeconds),
    ...(roundTripMs > 0
      ? [roundTripBar(ours, OPERATIONS.get, 'p50Ms', MOST_ROUND_TRIPS_P50_OF_LARGE, roundTripMs)]
      : []),
    readAfterLossBar(ours),
  ];
}

function roundTripBars(ours: SystemFigures, roundTripMs: number): Bar[] {
  const { get, getWide } = OPERATIONS;
  return [get, getWide].flatMap((operation) => [
    roundTripBar(ours, operation, 'p50Ms', MOST_ROUND_TRIPS_P50, roundTripMs),
    roundTripBar(ours, operation, 'p99Ms', MOST_ROUND_TRIPS_P99, roundTripMs),
  ]);
}

function roundTripBar(
  ours: SystemFigures,
  operation: string,
  name: 'p50Ms' | 'p99Ms',
  most: number,
  roundTripMs: number,
): Bar {
  const ms = operationOf(ours, operation)[name];
  const roundTrips = Math.round(ms / roundTripMs);
  return {
    asked: `${name.slice(0, 3)} of \`${operation}\`, round trips, at most ${most}`,
    reached: `${roundTrips} (${rounded(ms)} ms)`,
    met: roundTrips <= most,
  };
}

function barsOfCost(ours: SystemFigures, peer: SystemFigures): Bar[] {
  const { get, getWide, put, putWide, getAfterLossWide } = OPERATIONS;
  const gets = [operationOf(ours, get), operationOf(ours, getWide)];
  const healthy = operationOf(ours, getWide);
  const peerP99Ms = operationOf(peer, getWide).p99Ms;
  return [
    atMost('requests a get', MOST_REQUESTS_A_GET, largest(gets, 'requests')),
    ...(healthy.kilobytes === undefined ? [] : [atMost('KB a get', MOST_KILOBYTES_A_GET, largest(gets, 'kilobytes'))]),
    ...[get, getWide, put, putWide].map((operation) => cpuBar(operation, ours, peer)),
    atMost(`p99 of \`${getWide}\`, ms: that of ${PEER}`, peerP99Ms, healthy.p99Ms),
    readAfterLossBar(ours),
    atMost(
      `p99 of \`${getAfterLossWide}\`, ms: that before the loss`,
      healthy.p99Ms,
      operationOf(ours, getAfterLossWide).p99Ms,
    ),
    ...(ours.idle === undefined
      ? []
      : [
          atMost('idle CPU, ms a node and second', MOST_IDLE_CPU_MS, ours.idle.cpuMsPerNodeSecond),
          atMost('memory, MB a node', MOST_IDLE_MEGABYTES, ours.idle.megabytesPerNode),
        ]),
  ];
}

function readAfterLossBar(ours: SystemFigures): Bar {
  const { getAfterLossWide, getAfterLoss } = OPERATIONS;
  const afterLoss = [operationOf(ours, getAfterLossWide), operationOf(ours, getAfterLoss)];
  return {
    asked: 'after a quarter is lost, every value is read',
    reached: `${(100 * Math.min(...afterLoss.map(({ succeeded }) => succeeded))).toFixed(1)} %`,
    met: afterLoss.every(({ succeeded }) => succeeded === 1),
  };
}

function cpuBar(operation: string, ours: SystemFigures, peer: SystemFigures): Bar {
  const ratio = operationOf(ours, operation).cpuMs / operationOf(peer, operation).cpuMs;
  return atMost(`CPU of \`${operation}\` against ${PEER}'s`, MOST_CPU_OF_PEER, ratio);
}

function largest(figures: readonly OperationFigures[], name: 'requests' | 'kilobytes'): number {
  return Math.max(...figures.map((figure) => figure[name]!));
}

function atMost(what: string, most: number, reached: number): Bar {
  return { asked: `${what}, at most ${rounded(most)}`, reached: rounded(reached), met: reached <= most };
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}
