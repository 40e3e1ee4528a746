/**
 * How fast the simulator is, and how much memory it takes: `npm run sim -- --speed`. Each case runs in a process of its
 * own (speed-case.ts), so that one's garbage and peak of memory are not another's.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RingRecord } from '../../services/shared/core/record.ts';
import { Author } from '../unit/shared/author.ts';
import { RecordWorld } from './records/record-world.ts';
import { ringWorld, type World } from './ring/world.ts';

/**
 * What each phone does over and over, after pauses of 20 to 60 ms. `ping`: the smallest exchange with a random phone, so
 * the engine and its host alone. `lookup`: whole lookups of random keys. `put`: signed posts to all their replicas.
 */
export type Load = 'ping' | 'lookup' | 'put';

export interface SpeedCase {
  readonly phones: number;
  readonly load: Load;
  /** Virtual time that counts. */
  readonly virtualMs: number;
}

export interface SpeedRow {
  readonly phones: number;
  readonly load: Load;
  /** Messages that were delivered. */
  readonly delivered: number;
  /** CPU seconds of the run, garbage collection included. */
  readonly cpuSeconds: number;
  /** CPU seconds that making the ring took. */
  readonly buildSeconds: number;
  /** Most memory that the process ever had. */
  readonly peakMebibytes: number;
}

const CASES: readonly SpeedCase[] = [
  { phones: 100, load: 'ping', virtualMs: 40_000 },
  { phones: 100, load: 'lookup', virtualMs: 40_000 },
  { phones: 100, load: 'put', virtualMs: 1_000 },
  { phones: 1_000, load: 'ping', virtualMs: 4_000 },
  { phones: 1_000, load: 'lookup', virtualMs: 4_000 },
  { phones: 1_000, load: 'put', virtualMs: 100 },
  { phones: 10_000, load: 'ping', virtualMs: 400 },
  { phones: 10_000, load: 'lookup', virtualMs: 200 },
  { phones: 10_000, load: 'put', virtualMs: 20 },
];
/** Before counting: code is compiled, and messages are on their way. */
const WARM_UP_MS = 200;
const PAUSE_MS: readonly [number, number] = [20, 60];
/** Enough that no author writes more to one phone than it takes. */
const AUTHORS = 256;
/** From so many phones on memory matters, and garbage is collected sooner: a small young generation, a bound on the old. */
const MANY_PHONES = 10_000;
const FLAGS_OF_FEW = ['--max-semi-space-size=128'];
const FLAGS_OF_MANY = ['--max-semi-space-size=32', '--max-old-space-size=2500'];
const CASE_PROGRAM = fileURLToPath(new URL('speed-case.ts', import.meta.url));

export const SPEED_HEADER =
  '| phones | load | messages | CPU s | messages a CPU s | ring built in CPU s | peak MiB |\n|---|---|---|---|---|---|---|';

/** Measures every case, each in its own process. Throws when one fails. */
export function* measureSpeed(): Generator<SpeedRow> {
  for (const speedCase of CASES) {
    const flags = speedCase.phones < MANY_PHONES ? FLAGS_OF_FEW : FLAGS_OF_MANY;
    const child = spawnSync(
      process.execPath,
      [...process.execArgv, ...flags, CASE_PROGRAM, JSON.stringify(speedCase)],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    if (child.status !== 0) throw new Error(`${speedCase.load} among ${speedCase.phones} phones could not be measured`);
    yield JSON.parse(child.stdout) as SpeedRow;
  }
}

export function speedRow({ phones, load, delivered, cpuSeconds, buildSeconds, peakMebibytes }: SpeedRow): string {
  const perSecond = Math.round(delivered / cpuSeconds).toLocaleString('en');
  return (
    `| ${phones} | ${load} | ${delivered} | ${cpuSeconds.toFixed(2)} | ${perSecond} ` +
    `| ${buildSeconds.toFixed(1)} | ${Math.round(peakMebibytes)} |`
  );
}

/** Measures one case in this process. */
export function measureCase({ phones, load, virtualMs }: SpeedCase): SpeedRow {
  const { world, act, buildSeconds } = load === 'put' ? putting(phones, virtualMs) : asking(phones, load);
  for (let index = 0; index < phones; index++) keepBusy(world, () => act(index));
  world.runFor(WARM_UP_MS);
  const before = world.network.delivered;
  const startedSeconds = cpuSeconds();
  world.runFor(virtualMs);
  return {
    phones,
    load,
    delivered: world.network.delivered - before,
    cpuSeconds: cpuSeconds() - startedSeconds,
    buildSeconds,
    peakMebibytes: process.resourceUsage().maxRSS / 1024,
  };
}

interface Busy {
  readonly world: Pick<World, 'engine' | 'random' | 'runFor' | 'network'>;
  /** Has a phone, by index, begin its next operation. */
  readonly act: (index: number) => void;
  readonly buildSeconds: number;
}

function asking(phones: number, load: 'ping' | 'lookup'): Busy {
  const startedSeconds = cpuSeconds();
  const world = ringWorld({ seed: 1 });
  world.ideal(phones);
  const act = (index: number): void => {
    const phone = world.phones[index]!;
    if (load === 'lookup') phone.run(phone.node.lookup(world.randomId()));
    else phone.run(phone.node.view.ask(world.random.pick(world.phones).contact, { type: 'ping' }));
  };
  return { world, act, buildSeconds: cpuSeconds() - startedSeconds };
}

/** Records are signed before the run; checking them is what phones do in it. */
function putting(phones: number, virtualMs: number): Busy {
  const startedSeconds = cpuSeconds();
  const { world } = new RecordWorld(1);
  world.ideal(phones);
  const buildSeconds = cpuSeconds() - startedSeconds;
  const authors = Array.from({ length: AUTHORS }, (_, i) => new Author(i + 1));
  const count = Math.ceil((phones * (WARM_UP_MS + virtualMs + PAUSE_MS[1])) / PAUSE_MS[0]);
  const posts = Array.from({ length: count }, (_, i): RingRecord => authors[i % AUTHORS]!.post(`post ${i}`));
  const act = (index: number): void => {
    const phone = world.phones[index]!;
    const post = posts.pop();
    if (post === undefined) throw new Error('too few posts were signed');
    phone.run(phone.node.records.put([post.bytes]));
  };
  return { world, act, buildSeconds };
}

/** Acts for ever, with pauses. */
function keepBusy(world: Busy['world'], act: () => void): void {
  const [shortest, longest] = PAUSE_MS;
  act();
  world.engine.after(shortest + world.random.next() * (longest - shortest), () => keepBusy(world, act));
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
