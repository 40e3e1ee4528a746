/** The figures of the bench, and what several runs come to. */
import type { SystemName } from './system.ts';

/** How many operations of the wide rows are under way at once. */
export const IN_FLIGHT = 32;

/** The rows, in the order they are measured. */
export const OPERATIONS = {
  putFirst: 'put, links opened as they are needed',
  getFirst: 'get, links as the puts left them',
  put: 'put',
  putWide: `put, ${IN_FLIGHT} in flight`,
  get: 'get',
  getWide: `get, ${IN_FLIGHT} in flight`,
  getAfterLossWide: `get after the loss, ${IN_FLIGHT} in flight`,
  getAfterLoss: 'get after the loss',
} as const;

export interface OperationFigures {
  readonly operation: string;
  readonly count: number;
  /** Put or read byte for byte as it was put, 0 to 1. */
  readonly succeeded: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly perSecond: number;
  /** Of all processes, both ends of every request. */
  readonly cpuMs: number;
  /** Requests sent by any node, each with its reply. */
  readonly requests: number;
  /** As the kernel counts them; undefined without a network namespace. */
  readonly kilobytes?: number;
  /** Of a put: nodes that acknowledged. */
  readonly copies?: number;
  readonly failures: Readonly<Record<string, number>>;
}

export interface IdleFigures {
  readonly seconds: number;
  readonly cpuMsPerNodeSecond: number;
  readonly requestsPerNodeSecond: number;
  /** What a node adds to its process. */
  readonly megabytesPerNode: number;
}

export interface SystemFigures {
  readonly system: SystemName;
  /** Until every node is settled and knows 20 others, or all there are. */
  readonly convergedSeconds: number;
  /** Undefined when it was not watched. */
  readonly idle?: IdleFigures;
  readonly operations: readonly OperationFigures[];
}

export function operationOf({ operations }: SystemFigures, name: string): OperationFigures {
  return operations.find(({ operation }) => operation === name)!;
}

/** Figure by figure the median of several runs of one system; success is the worst, failures are added up. */
export function medianOf(runs: readonly SystemFigures[]): SystemFigures {
  const first = runs[0]!;
  const idles = runs.flatMap(({ idle }) => idle ?? []);
  return {
    system: first.system,
    convergedSeconds: median(runs.map((run) => run.convergedSeconds)),
    idle: idles[0] && {
      seconds: idles[0].seconds,
      cpuMsPerNodeSecond: median(idles.map((idle) => idle.cpuMsPerNodeSecond)),
      requestsPerNodeSecond: median(idles.map((idle) => idle.requestsPerNodeSecond)),
      megabytesPerNode: median(idles.map((idle) => idle.megabytesPerNode)),
    },
    operations: first.operations.map((_, i) => medianOperation(runs.map((run) => run.operations[i]!))),
  };
}

function medianOperation(runs: readonly OperationFigures[]): OperationFigures {
  const { operation, count, kilobytes, copies } = runs[0]!;
  const of = (figure: (run: OperationFigures) => number): number => median(runs.map(figure));
  return {
    operation,
    count,
    succeeded: Math.min(...runs.map((run) => run.succeeded)),
    p50Ms: of((run) => run.p50Ms),
    p99Ms: of((run) => run.p99Ms),
    perSecond: of((run) => run.perSecond),
    cpuMs: of((run) => run.cpuMs),
    requests: of((run) => run.requests),
    kilobytes: kilobytes === undefined ? undefined : of((run) => run.kilobytes!),
    copies: copies === undefined ? undefined : of((run) => run.copies!),
    failures: addedUp(runs.map(({ failures }) => failures)),
  };
}

/** How often each failure happened in all. */
export function addedUp(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const count of counts)
    for (const [failure, times] of Object.entries(count)) sums[failure] = (sums[failure] ?? 0) + times;
  return sums;
}

/** Of an even number the mean of the two in the middle: by nearest rank, two runs would count as the better one. */
function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}
