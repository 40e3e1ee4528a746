/** What the kernel tells of a process, from Linux's /proc; undefined elsewhere and for a process that is gone. */
import { readFile } from 'node:fs/promises';

/** USER_HZ: the unit of times in /proc, the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

export interface ProcessFigures {
  /** Memory that only this process uses, in bytes: what one more phone costs. */
  readonly privateBytes: number;
  /** CPU time used since its start, user and system. */
  readonly cpuSeconds: number;
}

export async function processFigures(pid: number): Promise<ProcessFigures | undefined> {
  const [stat, rollup] = await Promise.all([statFields(pid), read(`/proc/${pid}/smaps_rollup`)]);
  if (stat === undefined || rollup === undefined) return undefined;
  let privateKilobytes = 0;
  for (const match of rollup.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB$/gm)) privateKilobytes += Number(match[1]);
  const ticks = Number(stat[11]) + Number(stat[12]);
  return { privateBytes: privateKilobytes * 1024, cpuSeconds: ticks / TICKS_PER_SECOND };
}

/** When a process started, in ticks since the machine did. */
export async function startTicks(pid: number): Promise<number | undefined> {
  const fields = await statFields(pid);
  return fields === undefined ? undefined : Number(fields[19]);
}

/** The fields of /proc/PID/stat from the third (state) on; the name before them may hold spaces and brackets. */
async function statFields(pid: number): Promise<string[] | undefined> {
  const text = await read(`/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ');
}

async function read(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch(() => undefined);
}
