/** The report of the bench for people: tables with ratios, the bars, and a plot over the sizes. */
import { cpus, totalmem } from 'node:os';
import type { Plot } from '../../experiments/experiment.ts';
import { barsTable, markdownTable } from '../../experiments/page.ts';
import { barsOf, PEER } from './bars.ts';
import { OPERATIONS, type OperationFigures, operationOf, type SystemFigures } from './figures.ts';
import type { NetworkReport, PeersBenchReport } from './peers-bench.ts';

export function peersMarkdown(report: PeersBenchReport): string {
  const { node, versions, runs, values, loss, processes, delayMs, hasNamespace } = report;
  const measured = new Set<string>(report.networks[0]!.systems.map(({ system }) => system));
  const pinned = Object.entries(versions).filter(([name]) => measured.has(name.replace('@libp2p/kad-dht', 'libp2p')));
  return [
    `${pinned.map((version) => version.join(' ')).join(', ')}; Node ${node}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB; nodes in ` +
      `${processes === 1 ? 'one process' : `${processes} processes`}; ${values} values of 1 KiB a row, medians of ` +
      `${runs} ${runs === 1 ? 'run' : 'runs'}; a quarter of the nodes is ${loss}; ` +
      (delayMs === 0 ? '' : `all that nodes send is kept back for ${delayMs} ms; `) +
      `${hasNamespace ? 'in a network namespace of its own' : 'without a network namespace, so bytes are not counted'}.`,
    ...report.networks.flatMap((network) => networkSections(network, report.delayMs)),
  ].join('\n\n');
}

/** CPU of a get over the sizes. */
export function peersPlot({ networks }: PeersBenchReport): Plot {
  const { getWide } = OPERATIONS;
  return {
    title: `CPU of a get, both ends, 32 in flight`,
    xLabel: 'nodes',
    yLabel: 'ms',
    xScale: 'log',
    yScale: 'linear',
    series: networks[0]!.systems.map(({ system }, i) => ({
      name: system,
      source: system === 'ringwall' ? 'ours' : 'calibration',
      points: networks.map(({ nodes, systems }) => [nodes, operationOf(systems[i]!, getWide).cpuMs] as const),
    })),
  };
}

function networkSections({ nodes, systems }: NetworkReport, delayMs: number): string[] {
  const peer = systems.find(({ system }) => system === PEER)!;
  const columns = [
    ...['operation', 'system', 'succeeded', 'p50 ms', 'p99 ms', 'a second', 'CPU ms', `CPU, ${PEER} = 1`],
    ...['requests', 'KB', 'copies'],
  ];
  const rows = peer.operations.flatMap((ofPeer) =>
    systems.map((system) => operationRow(system, operationOf(system, ofPeer.operation), ofPeer)),
  );
  return [
    `### ${nodes} nodes`,
    markdownTable({ title: '', columns, rows }),
    markdownTable({ title: '', columns: QUIET_COLUMNS, rows: systems.map(quietRow) }),
    barsTable(barsOf(systems, delayMs)),
  ];
}

const QUIET_COLUMNS = ['system', 'converged in s', 'idle CPU ms a node and second', 'requests', 'MB a node'];

function quietRow({ system, convergedSeconds, idle }: SystemFigures): string[] {
  const figures = idle && [idle.cpuMsPerNodeSecond.toFixed(3), idle.requestsPerNodeSecond.toFixed(3)];
  return [
    system,
    convergedSeconds.toFixed(2),
    ...(figures ?? ['not watched', 'not watched']),
    idle?.megabytesPerNode.toFixed(2) ?? 'not watched',
  ];
}

function operationRow({ system }: SystemFigures, figures: OperationFigures, ofPeer: OperationFigures): string[] {
  return [
    figures.operation,
    system,
    `${(figures.succeeded * 100).toFixed(1)} %`,
    figures.p50Ms.toFixed(2),
    figures.p99Ms.toFixed(2),
    figures.perSecond.toFixed(0),
    figures.cpuMs.toFixed(2),
    (figures.cpuMs / ofPeer.cpuMs).toFixed(2),
    figures.requests.toFixed(1),
    figures.kilobytes?.toFixed(1) ?? '',
    figures.copies?.toFixed(1) ?? '',
  ];
}
