/**
 * Cuts between containers, in the machine's own packet filter: what is sent across vanishes without an answer, as when a
 * network falls apart. Needs root on the machine of the engine.
 */
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

/** The engine asks this chain before it lets packets pass between containers. */
const HOOK = 'DOCKER-USER';
/** Chains of processes that are gone are removed by their names. */
const CHAIN = /^-N (RINGWALL-(\d+)-[0-9a-f]{4})$/gm;

export class Partition {
  readonly #chain = `RINGWALL-${process.pid}-${randomBytes(2).toString('hex')}`;
  #isHooked = false;

  /** From now on addresses hear nothing of those in other groups; addresses in none hear, and are heard by, all. */
  async split(groups: readonly (readonly string[])[]): Promise<void> {
    const rules = groups.flatMap((from, i) =>
      groups.flatMap((to, j) =>
        i === j ? [] : from.flatMap((a) => to.map((b) => `-A ${this.#chain} -s ${a}/32 -d ${b}/32 -j DROP`)),
      ),
    );
    if (!this.#isHooked) await this.#hook();
    await restore([`-F ${this.#chain}`, ...rules]);
  }

  async heal(): Promise<void> {
    if (this.#isHooked) await restore([`-F ${this.#chain}`]);
  }

  async remove(): Promise<void> {
    if (this.#isHooked) await removeChain(this.#chain);
    this.#isHooked = false;
  }

  async #hook(): Promise<void> {
    await removeStaleChains();
    await restore([`-N ${this.#chain}`, `-I ${HOOK} -j ${this.#chain}`]);
    this.#isHooked = true;
  }
}

async function removeStaleChains(): Promise<void> {
  const { stdout } = await promisify(execFile)('iptables', ['-S']);
  for (const [, chain, pid] of stdout.matchAll(CHAIN)) if (!isRunning(Number(pid))) await removeChain(chain!);
}

async function removeChain(chain: string): Promise<void> {
  await restore([`-F ${chain}`, `-D ${HOOK} -j ${chain}`, `-X ${chain}`]);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** All of the rules, or none. */
async function restore(rules: readonly string[]): Promise<void> {
  const child = spawn('iptables-restore', ['--noflush', '--wait'], { stdio: ['pipe', 'ignore', 'pipe'] });
  child.stdin.end(`*filter\n${rules.join('\n')}\nCOMMIT\n`);
  const [complaint, [code]] = await Promise.all([text(child.stderr), once(child, 'close') as Promise<[number | null]>]);
  if (code !== 0) throw new Error(`iptables-restore, which cuts networks, failed: ${complaint.trim()}`);
}
