/** What `npm run bench -- peers` does with its options. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawPlot } from '../../experiments/plot.ts';
import { PEERS } from './installed-packages.ts';
import { canEnterNamespace, isInNamespace, runAgainInNamespace } from './network-namespace.ts';
import { benchPeers } from './peers-bench.ts';
import { peersMarkdown, peersPlot } from './report.ts';
import type { SystemName } from './system.ts';

export interface PeersCommandOptions {
  readonly nodes: readonly number[];
  readonly processes: number;
  /** Takes some hundred times the processor of the others, so it is there when it is asked for. */
  readonly libp2p?: true;
  readonly freeze?: true;
  readonly values: number;
  readonly idle: number;
  readonly runs: number;
  readonly delay: number;
  readonly out?: string;
  readonly json?: true;
}

/** Signals end whole processes: with fewer than these, none is a quarter. */
const PROCESSES_FOR_SIGNALS = 4;

export async function runPeers(options: PeersCommandOptions): Promise<void> {
  const onProgress = (step: string): void => console.error(`· ${step}`);
  // The network namespace has no way to the registry.
  await PEERS.install(onProgress);
  if (!isInNamespace && canEnterNamespace()) {
    process.exitCode = await runAgainInNamespace();
    return;
  }
  const { nodes, processes, freeze, values, idle: idleSeconds, runs, delay: delayMs } = options;
  const loss = processes < PROCESSES_FOR_SIGNALS ? 'closed' : freeze ? 'frozen' : 'killed';
  const systems: SystemName[] = [
    'ringwall',
    'hyperdht',
    'bittorrent-dht',
    ...(options.libp2p ? ['libp2p' as const] : []),
  ];
  const report = await benchPeers({ nodes, systems, processes, loss, values, idleSeconds, runs, delayMs, onProgress });
  const figures = JSON.stringify(report, null, 2);
  if (options.out !== undefined) {
    await mkdir(options.out, { recursive: true });
    await writeFile(join(options.out, 'peers.json'), `${figures}\n`);
    await writeFile(join(options.out, 'peers.svg'), drawPlot(peersPlot(report)));
  }
  console.log(options.json ? figures : peersMarkdown(report));
}
