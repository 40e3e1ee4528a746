/** Adds up what a fleet of phones has spent: CPU time, messages and bytes, before and after something happens. */
import { type ProcessFigures, processFigures } from '../../testnet/phones/process-figures.ts';

/** One process of the fleet and where its metrics are. */
export interface Member {
  readonly pid: number;
  readonly metricsUrl: string;
}

export interface Spent {
  readonly cpuSeconds: number;
  /** Frames sent over peer links, requests and replies alike. */
  readonly messages: number;
  readonly bytes: number;
}

/** What the fleet has spent since its processes started. */
export async function spentBy(members: readonly Member[]): Promise<Spent> {
  const figures = await Promise.all(members.map(spentByOne));
  return figures.reduce(
    (sum, one) => ({
      cpuSeconds: sum.cpuSeconds + one.cpuSeconds,
      messages: sum.messages + one.messages,
      bytes: sum.bytes + one.bytes,
    }),
    { cpuSeconds: 0, messages: 0, bytes: 0 },
  );
}

/** CPU time that the members' processes have used since they started, in s. */
export async function cpuSecondsOf(members: readonly Member[]): Promise<number> {
  const figures = await Promise.all(members.map(({ pid }) => figuresOf(pid)));
  return figures.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
}

export function difference(after: Spent, before: Spent): Spent {
  return {
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    messages: after.messages - before.messages,
    bytes: after.bytes - before.bytes,
  };
}

/** Memory that only the process uses, in MB, one figure a member. */
export async function privateMegabytes(members: readonly Member[]): Promise<number[]> {
  const all = await Promise.all(members.map((member) => figuresOf(member.pid)));
  return all.map((figures) => figures.privateBytes / 2 ** 20);
}

async function spentByOne(member: Member): Promise<Spent> {
  // Memory and CPU first: the scrape itself costs some.
  const { cpuSeconds } = await figuresOf(member.pid);
  const text = await (await fetch(member.metricsUrl)).text();
  return {
    cpuSeconds,
    messages: sumOf(text, 'ringwall_chord_peer_sent_frames_total'),
    bytes: sumOf(text, 'ringwall_chord_peer_sent_bytes_total'),
  };
}

async function figuresOf(pid: number): Promise<ProcessFigures> {
  const figures = await processFigures(pid);
  if (figures === undefined) throw new Error(`process ${pid} is gone, or this is no Linux: there is no /proc to read`);
  return figures;
}

/** Sum of a metric over its labels, from Prometheus text format. */
function sumOf(text: string, name: string): number {
  let sum = 0;
  for (const line of text.split('\n')) {
    if (line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      sum += Number(line.slice(line.lastIndexOf(' ') + 1));
  }
  return sum;
}
