/** One testnet a data folder: DATA/lock names the process that runs it. */
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startTicks } from './phones/process-figures.ts';
import { systemCode, TestnetError } from './testnet-error.ts';

interface Holder {
  readonly pid: number;
  /** When the process started, in the kernel's ticks: tells it from a later one with the same pid. */
  readonly ticks: number | undefined;
}

const ATTEMPTS = 5;
const FREE_TIMEOUT_MS = 30_000;
const FREE_POLL_MS = 50;

export class FolderLock implements AsyncDisposable {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Throws a TestnetError while another live process has the folder; a dead one's lock is taken over. */
  static async take(folder: string): Promise<FolderLock> {
    const path = join(folder, 'lock');
    const draft = `${path}.${process.pid}`;
    const holder: Holder = { pid: process.pid, ticks: await startTicks(process.pid) };
    try {
      await writeFile(draft, JSON.stringify(holder));
    } catch (error) {
      throw new TestnetError(`${folder} cannot be written to (${systemCode(error)}): choose another --data`);
    }
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        // A link is made whole or not at all, and never over an existing name.
        if (await linked(draft, path)) return new FolderLock(path);
        const other = await readHolder(path);
        if (other !== undefined && (await isAlive(other))) throw inUse(folder, other.pid);
        await rename(path, `${draft}.stale`).catch(() => undefined);
      }
      throw new TestnetError(`${folder} is being started by several processes at once: try again`);
    } finally {
      await rm(draft, { force: true });
      await rm(`${draft}.stale`, { force: true });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#path, { force: true });
  }
}

/** The process that runs a testnet in this folder; undefined when none does. */
export async function holderOf(folder: string): Promise<number | undefined> {
  const holder = await readHolder(join(folder, 'lock'));
  return holder !== undefined && (await isAlive(holder)) ? holder.pid : undefined;
}

function inUse(folder: string, pid: number): TestnetError {
  return new TestnetError(
    `${folder} is in use by a running testnet (process ${pid}): ` +
      `end it with \`npm run testnet -- down --data ${folder}\`, or start with another --data`,
  );
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const holder = JSON.parse(await readFile(path, 'utf8')) as Holder;
    return Number.isInteger(holder.pid) ? holder : undefined;
  } catch {
    return undefined;
  }
}

async function isAlive(holder: Holder): Promise<boolean> {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // Somebody else's process is alive, too.
    if (systemCode(error) !== 'EPERM') return false;
  }
  return (await startTicks(holder.pid)) === holder.ticks;
}

/** Waits until no testnet runs in the folder. Throws a TestnetError when one still does after half a minute. */
export async function waitUntilFree(dataDir: string): Promise<void> {
  const folder = resolve(dataDir);
  const deadline = performance.now() + FREE_TIMEOUT_MS;
  while ((await holderOf(folder)) !== undefined) {
    if (performance.now() > deadline) throw new TestnetError(`the testnet in ${folder} does not end: see its terminal`);
    await pause(FREE_POLL_MS);
  }
}
