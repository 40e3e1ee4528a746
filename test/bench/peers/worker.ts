/** A process that holds some nodes of a system and does what the bench orders; forked by WorkerProcess. */
import { createHash } from 'node:crypto';
import type { Wires } from './network-plan.ts';
import type { Answers, Order, OrderName, Orders, Ran, Reply, Work } from './orders.ts';
import { openSystem, type SystemName } from './system.ts';

const OPERATION_TIMEOUT_MS = 20_000;
/** After so long a row begins no further operation: with dead nodes, one of some systems takes seconds. */
const ROW_MS = 20_000;

const system = await openSystem(process.argv[2] as SystemName, {
  folder: process.argv[3]!,
  delayMs: Number(process.argv[4]),
  wires: process.argv[5] as Wires,
});
const nodes = new Set<number>();

const carryOut: { readonly [Name in OrderName]: (order: Orders[Name]) => Promise<Answers[Name]> } = {
  async create({ node, seed }) {
    const address = await system.create(node, seed);
    nodes.add(node);
    return address;
  },
  async converged({ known }) {
    for (const node of nodes) {
      if ((await system.knownTo(node)) < known || !(await system.isSettled(node))) return false;
    }
    return true;
  },
  async spent() {
    const { user, system: kernel } = process.cpuUsage();
    return { cpuMs: (user + kernel) / 1000, requests: await system.requestsSent() };
  },
  async residentBytes() {
    for (let times = 0; times < 2; times++) globalThis.gc?.();
    return process.memoryUsage.rss();
  },
  run,
  async stop({ nodes: stopped }) {
    for (const node of stopped) nodes.delete(node);
    await system.stop(stopped);
    return null;
  },
};

async function run({ operation, work, width }: Orders['run']): Promise<Ran> {
  const timesMs: number[] = [];
  const failures: Record<string, number> = {};
  const stored: { id: number; key: string }[] = [];
  let copies = 0;
  const values = new Map(work.map(({ id }) => [id, valueOf(id)]));
  const perform = operation === 'get' ? get : put;
  const waiting = work.values();
  const lastAt = performance.now() + ROW_MS;
  const lane = async (): Promise<void> => {
    for (const one of waiting) {
      const startedAt = performance.now();
      if (startedAt > lastAt) return;
      try {
        await inTime(perform(one, values.get(one.id)!));
      } catch (error) {
        const { message } = error as Error;
        failures[message] = (failures[message] ?? 0) + 1;
      }
      timesMs.push(performance.now() - startedAt);
    }
  };
  async function put({ node, id }: Work, value: Buffer): Promise<void> {
    const put = await system.put(node, id, value);
    stored.push({ id, key: put.key });
    copies += put.copies;
  }
  await Promise.all(Array.from({ length: width }, lane));
  return { timesMs, failures, stored, copies };
}

async function get({ node, key }: Work, expected: Buffer): Promise<void> {
  const value = await system.get(node, key!);
  if (value === undefined) throw new Error('not found');
  if (!expected.equals(value)) throw new Error('other bytes than were put');
}

/** The same in every process. */
function valueOf(id: number): Buffer {
  return createHash('shake256', { outputLength: system.valueBytes }).update(`value ${id}`).digest();
}

async function inTime(operation: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('took too long')), OPERATION_TIMEOUT_MS);
  try {
    await Promise.race([operation, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function obey<Name extends OrderName>({ number, name, order }: Order<Name>): Promise<Reply> {
  try {
    return { number, answer: await carryOut[name](order) };
  } catch (error) {
    return { number, error: String((error as Error).stack) };
  }
}

process.on('message', (order: Order) => void obey(order).then((reply) => process.send!(reply)));
process.on('disconnect', () => process.exit(0));
