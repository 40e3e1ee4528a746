/** The nodes of one system, in one process or over several, and what they spend on what they are told to do. */
import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../percentile.ts';
import { addedUp, type IdleFigures, type OperationFigures } from './figures.ts';
import { loopbackBytes } from './network-namespace.ts';
import type { NetworkPlan } from './network-plan.ts';
import type { Spent, Work } from './orders.ts';
import type { SystemName } from './system.ts';
import { WorkerProcess } from './worker-process.ts';

/** How the last quarter of the nodes ends: closed by the process they share with others, or their process by a signal. */
export type Loss = 'closed' | 'killed' | 'frozen';

/** A bucket of Kademlia: who knows so many finds the others. */
const KNOWN = 20;
const POLL_MS = 50;
const CONVERGED_WITHIN_MS = 420_000;

interface Reading {
  readonly at: number;
  readonly cpuMs: number;
  readonly requests: number;
  readonly bytes: number | undefined;
}

export class Fleet implements AsyncDisposable {
  /** Every one that was started. */
  readonly #processes: readonly WorkerProcess[];
  #live: readonly WorkerProcess[];
  /** Nodes that have not been ended. */
  #nodes: readonly number[];

  /** Nodes that join at once. */
  readonly #joining: number;
  /** Whether what nodes say to each other passes the kernel, which counts it. */
  readonly #isCounted: boolean;

  constructor(system: SystemName, { nodes, processes, delayMs, wires, joining }: NetworkPlan) {
    this.#processes = Array.from({ length: processes }, () => new WorkerProcess(system, { delayMs, wires }));
    this.#joining = joining;
    this.#isCounted = wires === 'sockets';
    this.#live = this.#processes;
    this.#nodes = Array.from({ length: nodes }, (_, node) => node);
  }

  get nodes(): readonly number[] {
    return this.#nodes;
  }

  /** Starts the nodes and waits until they know each other. Gives the seconds it took. */
  async build(): Promise<number> {
    const startedAt = performance.now();
    const [first, ...others] = this.#nodes;
    const create = (node: number, seed?: string): Promise<string> =>
      this.#processOf(node).tell('create', { node, seed });
    const seed = await create(first!);
    const waiting = others.values();
    const lane = async (): Promise<void> => {
      for (const node of waiting) await create(node, seed);
    };
    await Promise.all(Array.from({ length: this.#joining }, lane));
    // Not the node itself, and not the first one, which hyperdht's nodes keep out of their tables.
    const known = Math.min(KNOWN, this.#nodes.length - 2);
    while (!(await Promise.all(this.#live.map((one) => one.tell('converged', { known })))).every(Boolean)) {
      if (performance.now() - startedAt > CONVERGED_WITHIN_MS)
        throw new Error('the nodes do not get to know each other');
      await delay(POLL_MS);
    }
    return (performance.now() - startedAt) / 1000;
  }

  async residentBytes(): Promise<number> {
    const bytes = await Promise.all(this.#live.map((one) => one.tell('residentBytes', {})));
    return bytes.reduce((sum, one) => sum + one, 0);
  }

  async idle(seconds: number, bytesBefore: number): Promise<IdleFigures> {
    const before = await this.#read();
    await delay(seconds * 1000);
    const after = await this.#read();
    const nodeSeconds = ((after.at - before.at) / 1000) * this.#nodes.length;
    return {
      seconds,
      cpuMsPerNodeSecond: (after.cpuMs - before.cpuMs) / nodeSeconds,
      requestsPerNodeSecond: (after.requests - before.requests) / nodeSeconds,
      megabytesPerNode: ((await this.residentBytes()) - bytesBefore) / 2 ** 20 / this.#nodes.length,
    };
  }

  /** Has the work done, `width` operations under way at once, and gives what it cost and the keys of what was put. */
  async run(
    operation: string,
    kind: 'put' | 'get',
    work: readonly Work[],
    width: number,
  ): Promise<{ readonly figures: OperationFigures; readonly stored: readonly { id: number; key: string }[] }> {
    const before = await this.#read();
    const startedAt = performance.now();
    const ran = [];
    if (width === 1) for (const one of this.#live) ran.push(await one.tell('run', this.#part(one, kind, work, 1)));
    else {
      const each = Math.ceil(width / this.#live.length);
      ran.push(...(await Promise.all(this.#live.map((one) => one.tell('run', this.#part(one, kind, work, each))))));
    }
    const seconds = (performance.now() - startedAt) / 1000;
    const after = await this.#read();
    const timesMs = ran.flatMap((one) => one.timesMs);
    const failures = addedUp(ran.map((one) => one.failures));
    // Rows end after some time, whatever is left of the work.
    const count = timesMs.length;
    const failed = Object.values(failures).reduce((sum, times) => sum + times, 0);
    const { bytes } = before;
    const figures = {
      operation,
      count,
      succeeded: 1 - failed / count,
      p50Ms: percentile(timesMs, 0.5),
      p99Ms: percentile(timesMs, 0.99),
      perSecond: count / seconds,
      cpuMs: (after.cpuMs - before.cpuMs) / count,
      requests: (after.requests - before.requests) / count,
      kilobytes: bytes === undefined ? undefined : (after.bytes! - bytes) / 1024 / count,
      copies: kind === 'get' ? undefined : ran.reduce((sum, one) => sum + one.copies, 0) / count,
      failures,
    };
    return { figures, stored: ran.flatMap((one) => one.stored) };
  }

  /** A quarter of the nodes at once, with no farewell. */
  async loseQuarter(loss: Loss): Promise<void> {
    if (loss === 'closed') {
      // The first one stays, for the others' sake who know no other way in.
      const lost = this.#nodes.slice(-Math.floor(this.#nodes.length / 4));
      await Promise.all(this.#live.map((one) => one.tell('stop', { nodes: lost.filter(this.#isOf(one)) })));
      this.#nodes = this.#nodes.filter((node) => !lost.includes(node));
      return;
    }
    const lost = this.#live.slice(-Math.floor(this.#live.length / 4));
    this.#nodes = this.#nodes.filter((node) => !lost.includes(this.#processOf(node)));
    this.#live = this.#live.filter((one) => !lost.includes(one));
    for (const one of lost) one.signal(loss === 'killed' ? 'SIGKILL' : 'SIGSTOP');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#processes.map((one) => one[Symbol.asyncDispose]()));
  }

  async #read(): Promise<Reading> {
    const spent: Spent[] = await Promise.all(this.#live.map((one) => one.tell('spent', {})));
    return {
      at: performance.now(),
      cpuMs: spent.reduce((sum, one) => sum + one.cpuMs, 0),
      requests: spent.reduce((sum, one) => sum + one.requests, 0),
      bytes: this.#isCounted ? await loopbackBytes() : undefined,
    };
  }

  #part(process: WorkerProcess, operation: 'put' | 'get', work: readonly Work[], width: number) {
    return { operation, width, work: work.filter(({ node }) => this.#isOf(process)(node)) };
  }

  #isOf(process: WorkerProcess): (node: number) => boolean {
    return (node) => this.#processOf(node) === process;
  }

  #processOf(node: number): WorkerProcess {
    return this.#processes[node % this.#processes.length]!;
  }
}
