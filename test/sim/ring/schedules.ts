/**
 * Systematic schedules: a small scene of whole phones is played again and again, each time with other messages of it
 * late or lost. All choices of up to so many messages are tried, so what needs no more than that is found for sure:
 * join.ts, stabilise.ts and what calls them, in the order of messages they really have.
 *
 * After: Emmi, Qadeer, Rakamarić, "Delay-bounded scheduling", POPL 2011.
 */

import { describeNote } from '../engine/message-kind.ts';
import { RingWatch } from '../watch/ring-watch.ts';
import { isIdeal } from './checkers.ts';
import type { SimPhone } from './phone.ts';
import { ringWorld, type World } from './world.ts';

/** What becomes of a message: it is overtaken by a few others, comes after it was given up, or never. In ms. */
export const FATES_MS = [45, 700, Number.POSITIVE_INFINITY] as const;

/** The fates of some messages of a scene, by how many were sent before them. */
export type Schedule = ReadonlyMap<number, number>;

export interface Scene {
  readonly name: string;
  /** Phones of the ideal ring that it begins with. */
  readonly phones: number;
  /** What happens at the beginning, and so many ms later. */
  readonly deeds: readonly { readonly afterMs: number; readonly deed: (stage: Stage) => void }[];
}

export interface ScheduleReport {
  /** Changes of ring states that were judged. */
  readonly judged: number;
  /** Messages that were sent in the time in which they can be late or lost. */
  readonly messages: number;
  readonly faults: readonly string[];
}

/** The length of the lists: Zave's smallest. */
const SUCCESSORS = 2;
const LATENCY_MS = 10;
/** Messages that may be late or lost are sent in so long. */
const DIRECTED_MS = 1_000;
const HEAL_WITHIN_MS = 120_000;
const HEAL_STEP_MS = 250;
const SEED = 5;

class Stage {
  readonly world: World;
  readonly watch: RingWatch;
  /** Those of the ring that the scene begins with, clockwise. */
  readonly members: readonly SimPhone[];

  constructor(phones: number) {
    this.world = ringWorld({
      seed: SEED,
      settings: { successors: SUCCESSORS, replication: 1 },
      network: { latencyMs: [LATENCY_MS, LATENCY_MS], jitterMs: 0 },
      tell: (index, event) => this.watch.told(index, event),
    });
    this.watch = new RingWatch(this.world, SUCCESSORS);
    const byId = (a: SimPhone, b: SimPhone): number => (a.contact.id < b.contact.id ? -1 : 1);
    this.members = this.world.ideal(phones).toSorted(byId);
  }

  /** A phone joins right after another one, by way of a third. */
  joinAfter(before: SimPhone, through: SimPhone): void {
    const id = BigInt(`0x${before.contact.id}`) + (1n << 100n) * BigInt(this.world.phones.length);
    const joiner = this.world.addPhone((id % (1n << 128n)).toString(16).padStart(32, '0') as SimPhone['contact']['id']);
    joiner.start([through.contact.address]);
  }

  /** It dies or leaves, if Zave's assumptions allow that now. */
  fail(phone: SimPhone, how: 'process' | 'machine' | 'leave'): void {
    if (!phone.isUp || !this.watch.allowsFailureOf(phone)) return;
    if (how === 'leave') phone.leave();
    else phone.kill(how);
  }
}

export const SCENES: readonly Scene[] = [
  {
    name: 'two phones join at one place',
    phones: 3,
    deeds: [
      { afterMs: 0, deed: (stage) => stage.joinAfter(first(stage), second(stage)) },
      { afterMs: 15, deed: (stage) => stage.joinAfter(first(stage), second(stage)) },
    ],
  },
  {
    name: 'a phone joins as its successor dies',
    phones: 4,
    deeds: [
      { afterMs: 0, deed: (stage) => stage.joinAfter(first(stage), first(stage)) },
      { afterMs: 75, deed: (stage) => stage.fail(second(stage), 'process') },
    ],
  },
  {
    name: 'a phone joins as its predecessor falls silent',
    phones: 4,
    deeds: [
      { afterMs: 0, deed: (stage) => stage.joinAfter(first(stage), second(stage)) },
      { afterMs: 95, deed: (stage) => stage.fail(first(stage), 'machine') },
    ],
  },
  {
    name: 'two neighbours leave while a phone joins between them',
    phones: 5,
    deeds: [
      { afterMs: 0, deed: (stage) => stage.joinAfter(first(stage), third(stage)) },
      { afterMs: 40, deed: (stage) => stage.fail(second(stage), 'leave') },
      { afterMs: 60, deed: (stage) => stage.fail(first(stage), 'leave') },
    ],
  },
];

function first({ members }: Stage): SimPhone {
  return members[0]!;
}

function second({ members }: Stage): SimPhone {
  return members[1]!;
}

function third({ members }: Stage): SimPhone {
  return members[2]!;
}

/** Plays a scene once. */
export function play({ deeds, phones }: Scene, schedule: Schedule): ScheduleReport {
  const stage = new Stage(phones);
  const { watch, world } = stage;
  let messages = 0;
  const told: string[] = [];
  world.network.director = (from, to, kind) => {
    if (world.elapsedMs > DIRECTED_MS) return 0;
    const fate = schedule.get(messages++) ?? 0;
    if (fate > 0) {
      const what = describeNote({ atMs: world.elapsedMs, what: kind, a: from.index, b: to.index });
      told.push(`${what}: ${fate === Number.POSITIVE_INFINITY ? 'lost' : `${fate} ms late`}`);
    }
    return fate;
  };
  for (const { afterMs, deed } of deeds) world.engine.after(afterMs, () => deed(stage));
  world.runFor(2 * DIRECTED_MS);
  const isWell = (): boolean => isIdeal(world.living(), SUCCESSORS);
  while (!isWell() && world.elapsedMs < HEAL_WITHIN_MS) world.runFor(HEAL_STEP_MS);
  const faults = [...watch.faults, ...(isWell() ? [] : [`H: not ideal after ${HEAL_WITHIN_MS / 1000} s`])];
  const { judged, judgedSmall } = watch.report;
  return { judged: judged + judgedSmall, messages, faults: faults.map((fault) => `${fault}\n${told.join('\n')}`) };
}

/** Every schedule of up to so many late or lost messages, among the first `messages`. */
export function* schedulesOf(messages: number, most: number, from = 0): Iterable<Map<number, number>> {
  yield new Map();
  if (most === 0) return;
  for (let at = from; at < messages; at++) {
    for (const fate of FATES_MS) {
      for (const rest of schedulesOf(messages, most - 1, at + 1)) yield new Map([[at, fate], ...rest]);
    }
  }
}
