/** How fast the simulator is, and how much memory it takes: `npm run sim -- --speed`. */
import type { Task } from '../../services/shared/core/effect.ts';
import type { SimPhone } from './phone.ts';
import { ringWorld, type World } from './world.ts';

export interface SpeedRow {
  readonly phones: number;
  /** `ping`: the smallest exchange, so the engine and its host alone. `lookup`: whole lookups of random keys. */
  readonly load: 'ping' | 'lookup';
  readonly delivered: number;
  /** CPU seconds of the run, garbage collection included. */
  readonly cpuSeconds: number;
  readonly perSecond: number;
  readonly buildSeconds: number;
  readonly residentMegabytes: number;
}

const CASES: readonly (readonly [phones: number, load: SpeedRow['load'], virtualMs: number])[] = [
  [100, 'ping', 60_000],
  [100, 'lookup', 60_000],
  [1_000, 'ping', 6_000],
  [1_000, 'lookup', 6_000],
  [10_000, 'ping', 600],
  [10_000, 'lookup', 600],
];
/** Before counting, ms: code is compiled and tables are warm. */
const WARM_UP_MS = 500;
const PAUSE_MS: readonly [number, number] = [20, 60];

export function* measureSpeed(): Generator<SpeedRow> {
  for (const [phones, load, virtualMs] of CASES) yield measure(phones, load, virtualMs);
}

export const SPEED_HEADER =
  '| phones | load | messages | CPU s | messages a CPU s | ring built in s | resident MB |\n|---|---|---|---|---|---|---|';

export function speedRow(row: SpeedRow): string {
  return (
    `| ${row.phones} | ${row.load} | ${row.delivered} | ${row.cpuSeconds.toFixed(2)} | ${Math.round(row.perSecond)} ` +
    `| ${row.buildSeconds.toFixed(1)} | ${Math.round(row.residentMegabytes)} |`
  );
}

function measure(phones: number, load: SpeedRow['load'], virtualMs: number): SpeedRow {
  const startedMs = performance.now();
  const world = ringWorld({ seed: 1 });
  world.ideal(phones);
  const buildSeconds = (performance.now() - startedMs) / 1000;
  for (const phone of world.phones) busy(world, phone, load);
  world.runFor(WARM_UP_MS);
  const before = world.network.delivered;
  const cpu = process.cpuUsage();
  world.runFor(virtualMs);
  const { user, system } = process.cpuUsage(cpu);
  const cpuSeconds = (user + system) / 1e6;
  const delivered = world.network.delivered - before;
  const residentMegabytes = process.memoryUsage().rss / 1e6;
  return { phones, load, delivered, cpuSeconds, perSecond: delivered / cpuSeconds, buildSeconds, residentMegabytes };
}

/** Has a phone start one operation after the other for ever. */
function busy(world: World, phone: SimPhone, load: SpeedRow['load']): void {
  const [shortest, longest] = PAUSE_MS;
  phone.run(operation(world, phone, load));
  world.engine.after(shortest + world.random.next() * (longest - shortest), () => busy(world, phone, load));
}

function operation(world: World, phone: SimPhone, load: SpeedRow['load']): Task<unknown> {
  if (load === 'lookup') return phone.node.lookup(world.randomId());
  return phone.node.view.ask(world.random.pick(world.phones).contact, { type: 'ping' });
}
