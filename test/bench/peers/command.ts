/** What `npm run bench -- peers` does with its options. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawPlot } from '../../experiments/plot.ts';
import { PEERS } from './installed-packages.ts';
import { canEnterNamespace, isInNamespace, runAgainInNamespace } from './network-namespace.ts';
import { type NetworkPlan, PEERS_AND_OURS, WHOLE_TABLE } from './network-plan.ts';
import { benchPeers, type PeersBenchReport } from './peers-bench.ts';
import { peersMarkdown, peersPlot } from './report.ts';
import { RunJournal } from './run-journal.ts';

export interface PeersCommandOptions {
  /** The table of docs/benchmarks; then the options that make a network are not looked at. */
  readonly whole?: true;
  readonly nodes: readonly number[];
  readonly processes: number;
  /** Takes some hundred times the processor of the others, so it is there when it is asked for. */
  readonly libp2p?: true;
  readonly freeze?: true;
  /** Ours by itself, its links in memory. */
  readonly memory?: true;
  readonly values: number;
  readonly idle: number;
  readonly runs: number;
  readonly delay: number;
  readonly out?: string;
  /** Goes on with what `out` has. */
  readonly resume?: true;
  readonly json?: true;
}

/** Signals end whole processes: with fewer than these, none is a quarter. */
const PROCESSES_FOR_SIGNALS = 4;
/** Where links are in memory, nothing but the processor keeps nodes from joining together. */
const JOINING_IN_MEMORY = 16;

export async function runPeers(options: PeersCommandOptions): Promise<void> {
  const onProgress = (step: string): void => console.error(`· ${step}`);
  // The network namespace has no way to the registry.
  await PEERS.install(onProgress);
  if (!isInNamespace && canEnterNamespace()) {
    process.exitCode = await runAgainInNamespace();
    return;
  }
  const { out } = options;
  const versions = { node: process.versions.node, ...PEERS.versions };
  const journal = new RunJournal(out && join(out, 'runs.jsonl'), versions, options.resume === true);
  const onReport = (report: PeersBenchReport): void => {
    if (out !== undefined) writeReport(out, report);
  };
  const networks = options.whole ? WHOLE_TABLE : options.nodes.map((nodes) => planOf(nodes, options));
  const report = await benchPeers({ networks, journal, onProgress, onReport });
  console.log(options.json ? JSON.stringify(report, null, 2) : peersMarkdown(report));
}

function planOf(nodes: number, options: PeersCommandOptions): NetworkPlan {
  const { processes, freeze, values, idle: idleSeconds, runs, delay: delayMs, memory, libp2p } = options;
  const peersToo = libp2p ? ([...PEERS_AND_OURS, 'libp2p'] as const) : PEERS_AND_OURS;
  return {
    ...{ nodes, values, idleSeconds, runs, delayMs },
    processes: memory ? 1 : processes,
    loss: memory || processes < PROCESSES_FOR_SIGNALS ? 'closed' : freeze ? 'frozen' : 'killed',
    systems: memory ? ['ringwall'] : peersToo,
    wires: memory ? 'memory' : 'sockets',
    joining: memory ? JOINING_IN_MEMORY : 1,
  };
}

/** As it stands after every run: what comes to no end has not been for nothing. */
function writeReport(folder: string, report: PeersBenchReport): void {
  writeFileSync(join(folder, 'peers.json'), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(folder, 'peers.svg'), drawPlot(peersPlot(report)));
  writeFileSync(join(folder, 'README.md'), `# Ours beside the peers\n\n${peersMarkdown(report)}\n`);
}
