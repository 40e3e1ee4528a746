/** A quarter of the phones dies at once: how long until the space is owned exactly once again, and what upkeep costs. */
import { isOwnedOnce, volumeOwned } from '../sim/can/can-checkers.ts';
import type { CanPhone } from '../sim/can/can-phone.ts';
import { HEARTBEAT_MS, misrouted } from '../sim/can/can-scenario.ts';
import { type CanWorld, canWorld } from '../sim/can/can-world.ts';
import { bytesOf } from './can-bytes.ts';
import type { Bar, Experiment, Findings, RunOptions } from './experiment.ts';
import { mean } from './statistics.ts';

const SCALES = {
  full: {
    sizes: [64, 128, 256],
    runs: [4, 2, 1],
    churnOf: 128,
    quietMs: 60_000,
    churnMs: 120_000,
    questions: 100,
  },
  slice: { sizes: [12, 24], runs: [1, 1], churnOf: 16, quietMs: 10_000, churnMs: 20_000, questions: 10 },
} as const;
const SHARES = [0.25, 0.5];
const JOIN_GAP_MS = 50;
/** After the last join: links are found, and everybody has one zone. */
const SETTLE_MS = 40_000;
const STEP_MS = 100;
const MOST_HEARTBEATS = 30;
/** Under churn one phone dies in silence and one joins, so often. */
const CHANGE_EVERY_MS = 2_000;
const CHURN_STEP_MS = 500;
/** So far from 1, the space has a hole or is owned twice somewhere. */
const TOLERANCE = 1e-9;

interface Healing {
  readonly size: number;
  readonly share: number;
  /** Heartbeats until the space is owned exactly once, one a run; Infinity: not in time. */
  readonly heartbeats: readonly number[];
  /** Of random points a minute later, asked for by random phones: not found, or not with their owner. */
  readonly wrong: number;
}

interface Upkeep {
  readonly what: string;
  readonly messages: number;
  readonly bytes: number;
}

interface Churned extends Upkeep {
  readonly wrong: number;
  readonly asked: number;
  /** Of the time, with the space owned exactly once. */
  readonly whole: number;
}

function run({ seed, scale, progress }: RunOptions): Findings {
  const { sizes, runs, churnOf, quietMs, churnMs, questions } = SCALES[scale];
  const healings: Healing[] = [];
  const quiet: Upkeep[] = [];
  for (const [i, size] of sizes.entries()) {
    for (const share of SHARES) {
      const heartbeats: number[] = [];
      let wrong = 0;
      for (let turn = 0; turn < runs[i]!; turn++) {
        progress(`${size} phones, ${100 * share} % die, run ${turn + 1}`);
        const isMetered = share === SHARES[0] && turn === 0;
        const world = canWorld({ seed: seed + turn });
        world.grow(size, JOIN_GAP_MS);
        if (isMetered)
          quiet.push(meter(world, `${size} phones, the ${SETTLE_MS / 1000} s after the last has joined`, SETTLE_MS));
        else world.runFor(SETTLE_MS);
        if (isMetered) quiet.push(meter(world, `${size} phones, nothing happens`, quietMs));
        heartbeats.push(heal(world, share));
        world.runFor(60_000);
        wrong += misrouted(world, questions);
      }
      healings.push({ size, share, heartbeats, wrong });
    }
  }
  progress(`${churnOf} phones that come and go`);
  return describe(healings, quiet, churn(seed, churnOf, churnMs), questions);
}

function grown(seed: number, size: number): CanWorld {
  const world = canWorld({ seed });
  world.grow(size, JOIN_GAP_MS);
  world.runFor(SETTLE_MS);
  return world;
}

function heal(world: CanWorld, share: number): number {
  const phones = world.random.shuffle(world.living());
  for (const phone of phones.slice(0, Math.round(share * phones.length))) phone.kill('machine');
  const startedMs = world.elapsedMs;
  while (!isOwnedOnce(world.living(), world.settings.axes)) {
    if (world.elapsedMs - startedMs > MOST_HEARTBEATS * HEARTBEAT_MS) return Number.POSITIVE_INFINITY;
    world.runFor(STEP_MS);
  }
  return (world.elapsedMs - startedMs) / HEARTBEAT_MS;
}

/** Counts what phones are asked and answer. */
class Meter {
  bytes = 0;
  messages = 0;

  attach(phone: CanPhone): void {
    const { node } = phone;
    const handle = node.handle.bind(node);
    const count = (bytes: number): void => {
      this.bytes += bytes;
      this.messages += 1;
    };
    node.handle = function* metered(from, request) {
      count(bytesOf(request));
      const reply = yield* handle(from, request);
      count(bytesOf(reply));
      return reply;
    };
  }
}

function meter(world: CanWorld, what: string, forMs: number): Upkeep {
  const counted = new Meter();
  const phones = world.living();
  for (const phone of phones) counted.attach(phone);
  world.runFor(forMs);
  const phoneSeconds = (phones.length * forMs) / 1000;
  return { what, messages: counted.messages / phoneSeconds, bytes: counted.bytes / phoneSeconds };
}

/** One phone dies and one joins every CHANGE_EVERY_MS, and all the while random points are asked for. */
function churn(seed: number, size: number, forMs: number): Churned {
  const world = grown(seed, size);
  const counted = new Meter();
  for (const phone of world.living()) counted.attach(phone);
  let [wrong, asked, whole, looks] = [0, 0, 0, 0];
  for (let atMs = 0; atMs < forMs; atMs += CHURN_STEP_MS) {
    if (atMs % CHANGE_EVERY_MS === 0) {
      world.random.pick(world.living()).kill('machine');
      for (const phone of world.grow(1)) counted.attach(phone);
    }
    world.runFor(CHURN_STEP_MS);
    looks += 1;
    if (Math.abs(volumeOwned(world.living()) - 1) < TOLERANCE) whole += 1;
    const members = world.living().filter(({ node }) => node.status().state === 'member');
    const point = world.randomPoint();
    const asking = world.random.pick(members);
    asking.run(asking.node.find(point), ({ owner }) => {
      asked += 1;
      const phone = owner === undefined ? undefined : world.network.find(owner.contact.id);
      if (phone === undefined || !phone.isUp) wrong += 1;
    });
  }
  const phoneSeconds = (size * forMs) / 1000;
  return {
    what: `${size} phones, one dies and one joins every ${CHANGE_EVERY_MS / 1000} s`,
    messages: counted.messages / phoneSeconds,
    bytes: counted.bytes / phoneSeconds,
    wrong,
    asked,
    whole: whole / looks,
  };
}

function describe(
  healings: readonly Healing[],
  quiet: readonly Upkeep[],
  churned: Churned,
  questions: number,
): Findings {
  const quarter = healings.filter(({ share }) => share === SHARES[0]);
  return {
    setUp: [
      `CANs in the simulator, d = 8, grown by joins one after the other; links of 10 to 80 ms a round trip. A share of the ` +
        'phones, drawn at random, dies at once and in silence, so that only missing heartbeats tell. Measured is the time ' +
        'until the zones of the living do not overlap and their volumes, in whole numbers, add up to that of the space. ' +
        `A heartbeat is ${HEARTBEAT_MS / 1000} s.`,
      'Bytes are those of the fields of all requests and replies, as a protobuf would encode them, without frames and ' +
        'transport. Links are looked up anew in turn all the while; those questions are in the figures.',
    ],
    tables: [
      {
        title: 'Until the space is owned exactly once',
        columns: ['phones', 'die', 'runs', 'heartbeats, mean', 'worst', `wrong owners in ${questions} questions a run`],
        rows: healings.map(({ size, share, heartbeats, wrong }) => [
          String(size),
          `${100 * share} %`,
          String(heartbeats.length),
          mean(heartbeats).toFixed(2),
          Math.max(...heartbeats).toFixed(2),
          String(wrong),
        ]),
      },
      {
        title: 'What upkeep costs a phone',
        columns: ['', 'messages a second', 'bytes a second'],
        rows: [...quiet, churned].map(({ what, messages, bytes }) => [what, messages.toFixed(1), bytes.toFixed(0)]),
      },
    ],
    plot: {
      title: 'Heartbeats until the space is owned exactly once',
      xLabel: 'phones',
      yLabel: 'heartbeats, worst run',
      xScale: 'log',
      yScale: 'linear',
      series: [
        {
          name: 'our bar',
          source: 'calibration',
          points: quarter.map(({ size }) => [size, 3] as const),
        },
        ...SHARES.map((share) => ({
          name: `ours, ${100 * share} % die`,
          source: 'ours' as const,
          points: healings
            .filter((healing) => healing.share === share)
            .map(({ size, heartbeats }) => [size, Math.min(MOST_HEARTBEATS, Math.max(...heartbeats))] as const),
        })),
      ],
    },
    bars: [barOf(quarter)],
    notes: [
      `Under churn ${churned.wrong} of ${churned.asked} questions had no living owner for an answer, and the space was owned ` +
        `exactly once ${(100 * churned.whole).toFixed(0)} % of the time: a dead phone's zone has no owner until a heartbeat is missed.`,
      'Most of the time goes by before anybody can know: a heartbeat goes to one neighbour, the one that was not heard for the ' +
        'longest time, so a phone is asked about once a heartbeat by one of its neighbours. Two more tries and two other phones ' +
        'make sure that it is dead; who finds that out tells those that border on it, and looks at others that were silent. The ' +
        'first in the order of the neighbours takes the zone at once. Without that look at others, of 64 phones the last hole ' +
        'was filled after 2.92 heartbeats in the worst of five runs.',
    ],
  };
}

function barOf(quarter: readonly Healing[]): Bar {
  const worst = Math.max(...quarter.flatMap(({ heartbeats }) => heartbeats));
  const sizes = quarter.map(({ size }) => size);
  return {
    asked: '25 % die at once: the space owned exactly once within 3 heartbeats',
    reached: `${worst.toFixed(2)} in the worst of all runs, ${Math.min(...sizes)} to ${Math.max(...sizes)} phones`,
    met: worst <= 3,
  };
}

export const CAN_TAKEOVER: Experiment = {
  name: 'can-takeover',
  title: 'Takeover of zones',
  source: 'Ratnasamy et al., "A scalable content-addressable network", SIGCOMM 2001, section 2.3.',
  defaultSeed: 22,
  run,
};
