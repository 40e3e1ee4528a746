/**
 * A network namespace of the bench's own, with nothing in it but a loopback: no packet leaves the machine, and what the
 * kernel counts there is the bench's alone.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';

/** Set for the process that runs inside. */
const INSIDE = 'RINGWALL_BENCH_NAMESPACE';
const ENTER = ['--net', '--', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];

export const isInNamespace = process.env[INSIDE] !== undefined;

/** It takes Linux and root. */
export function canEnterNamespace(): boolean {
  return spawnSync('unshare', [...ENTER, 'true'], { stdio: 'ignore' }).status === 0;
}

/** Runs this very command again, inside. Resolves with its exit code. */
export async function runAgainInNamespace(): Promise<number> {
  const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const again = spawn('unshare', [...ENTER, ...command], { stdio: 'inherit', env: { ...process.env, [INSIDE]: '1' } });
  const [code] = (await once(again, 'exit')) as [number | null];
  return code ?? 1;
}

/** Bytes sent over the loopback, headers of all protocols included; undefined outside, where others use it, too. */
export async function loopbackBytes(): Promise<number | undefined> {
  if (!isInNamespace) return undefined;
  const devices = await readFile('/proc/self/net/dev', 'utf8');
  return Number(/^\s*lo:\s*(\d+)/m.exec(devices)![1]);
}
