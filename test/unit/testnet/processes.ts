/** Which processes of this machine belong to a testnet, told by their environment (Linux). */
import { readdirSync, readFileSync } from 'node:fs';

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Ids of the processes whose environment names the data folder: its phones, in whatever state. */
export function phonesOf(dataDir: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => contentOf(pid, 'environ').includes(`RINGWALL_DATA=${dataDir}/`)).map(Number);
}

/** Ids of the phones that a process started and that have not ended. */
export function phonesStartedBy(parent: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => parentOf(pid) === parent && contentOf(pid, 'cmdline').includes('phone-node')).map(Number);
}

function parentOf(pid: string): number {
  return Number(/^PPid:\s+(\d+)$/m.exec(contentOf(pid, 'status'))?.[1]);
}

function contentOf(pid: string, file: 'status' | 'cmdline' | 'environ'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
