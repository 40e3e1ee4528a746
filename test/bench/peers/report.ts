/** The report of the bench for people: tables with ratios, the bars, and a plot over the sizes. */
import { cpus, totalmem } from 'node:os';
import type { Plot } from '../../experiments/experiment.ts';
import { barsTable, markdownTable } from '../../experiments/page.ts';
import { barsOf, PEER } from './bars.ts';
import { IN_FLIGHT, OPERATIONS, type OperationFigures, operationOf, type SystemFigures } from './figures.ts';
import { titleOf } from './network-plan.ts';
import type { NetworkReport, PeersBenchReport } from './peers-bench.ts';

export function peersMarkdown(report: PeersBenchReport): string {
  const { node, versions, hasNamespace, networks, failures } = report;
  const measured = new Set<string>(networks.flatMap(({ systems }) => systems.map(({ system }) => system)));
  const pinned = Object.entries(versions).filter(([name]) => measured.has(name.replace('@libp2p/kad-dht', 'libp2p')));
  return [
    `${pinned.map((version) => version.join(' ')).join(', ')}; Node ${node}, ${cpus().length} cores, ` +
      `${Math.round(totalmem() / 2 ** 30)} GiB; values of 1 KiB; ` +
      `${hasNamespace ? 'in a network namespace of its own' : 'without a network namespace, so bytes are not counted'}.`,
    ...networks.flatMap(networkSections),
    ...failures.map((failure) => `Came to no end: ${failure}`),
  ].join('\n\n');
}

/** CPU of a get over the sizes whose links are sockets and whose nodes share one process or are too many for that. */
export function peersPlot({ networks }: PeersBenchReport): Plot {
  const plotted = new Map<number, NetworkReport>();
  for (const network of networks) {
    const { delayMs, wires, nodes } = network.plan;
    if (delayMs === 0 && wires === 'sockets' && !plotted.has(nodes)) plotted.set(nodes, network);
  }
  const systems = [...new Set([...plotted.values()].flatMap((network) => network.systems.map(({ system }) => system)))];
  return {
    title: `CPU of a get, both ends, ${IN_FLIGHT} in flight`,
    xLabel: 'nodes',
    yLabel: 'ms',
    xScale: 'log',
    yScale: 'linear',
    series: systems.map((system) => ({
      name: system,
      source: system === 'ringwall' ? 'ours' : 'calibration',
      points: [...plotted].flatMap(([nodes, network]) =>
        network.systems
          .filter((one) => one.system === system)
          .map((one) => [nodes, operationOf(one, OPERATIONS.getWide).cpuMs] as const),
      ),
    })),
  };
}

function networkSections({ plan, runs, systems }: NetworkReport): string[] {
  const peer = systems.find(({ system }) => system === PEER);
  const columns = [
    ...['operation', 'system', 'succeeded', 'p50 ms', 'p99 ms', 'a second', 'CPU ms', `CPU, ${PEER} = 1`],
    ...['requests', 'KB', 'copies'],
  ];
  const rows = systems[0]!.operations.flatMap(({ operation }) =>
    systems.map((system) =>
      operationRow(system, operationOf(system, operation), peer && operationOf(peer, operation), plan.values),
    ),
  );
  return [
    `### ${titleOf(plan)}`,
    `${plan.values} values a row, ${runs === 1 ? 'one run' : `medians of ${runs} runs`}.`,
    markdownTable({ title: '', columns, rows }),
    markdownTable({ title: '', columns: QUIET_COLUMNS, rows: systems.map(quietRow) }),
    barsTable(barsOf(systems, plan.delayMs, plan.nodes)),
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

/** `ofPeer`: undefined while the peer has not been measured. */
function operationRow(
  { system }: SystemFigures,
  figures: OperationFigures,
  ofPeer: OperationFigures | undefined,
  values: number,
): string[] {
  return [
    figures.operation + (figures.count < values ? `, ${figures.count} in the time there was` : ''),
    system,
    `${(figures.succeeded * 100).toFixed(1)} %`,
    figures.p50Ms.toFixed(2),
    figures.p99Ms.toFixed(2),
    figures.perSecond.toFixed(0),
    figures.cpuMs.toFixed(2),
    ofPeer === undefined ? '' : (figures.cpuMs / ofPeer.cpuMs).toFixed(2),
    figures.requests.toFixed(1),
    figures.kilobytes?.toFixed(1) ?? '',
    figures.copies?.toFixed(1) ?? '',
  ];
}
