/** Chord routers in processes of their own, for tests to start, ask, kill and freeze. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChordServiceDefinition } from '../../proto/gen/ringwall/chord/v1/chord.ts';
import { grpcClient } from '../../services/shared/runtime/grpc/grpc-client.ts';
import type { Service } from '../../services/shared/runtime/grpc/rpc.ts';

export interface RouterProcess {
  readonly id: string;
  /** host:port of its peer API. */
  readonly peer: string;
  /** host:port of its metrics; undefined when they were not asked for. */
  readonly metrics: string | undefined;
  readonly pid: number;
  readonly chord: Service<typeof ChordServiceDefinition>;
  /** What it logged so far. */
  log(): string;
  kill(signal: NodeJS.Signals): void;
  /** Resolves with its exit code, null after a signal, once it has ended and all of its log is here. */
  readonly exited: Promise<number | null>;
}

const MAIN = join(import.meta.dirname, '../../services/chord-router/main.ts');
const running: { readonly child: ChildProcess; close?: () => void }[] = [];
const folders: string[] = [];

export async function newDataFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ringwall-router-'));
  folders.push(folder);
  return folder;
}

/** Starts a router and waits until it is a member of the ring. `listen` hears its log meanwhile. */
export async function startRouter(
  dataFolder: string,
  seeds: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  listen: (chunk: string) => void = () => {},
): Promise<RouterProcess> {
  const child = fork(MAIN, [], {
    silent: true,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: {
      ...process.env,
      RINGWALL_DATA: dataFolder,
      RINGWALL_PEER_LISTEN: '127.0.0.1:0',
      RINGWALL_CHORD_LISTEN: '127.0.0.1:0',
      RINGWALL_SEEDS: seeds.join(','),
      RINGWALL_EXIT_WITH_PARENT: 'true',
      ...environment,
    },
  });
  const entry: (typeof running)[number] = { child };
  running.push(entry);
  let log = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      listen(chunk.toString());
    });
  }
  // Closed, not ended: then all that it logged is here.
  const exited = once(child, 'close').then(([code]) => code as number | null);
  const [message] = await Promise.race([
    once(child, 'message'),
    exited.then((code): never => {
      throw new Error(`the router ended with ${code} before it was ready:\n${log}`);
    }),
  ]);
  const ready = message as { id: string; peer: string; chord: string; metrics?: string };
  const { id, peer, chord: address, metrics } = ready;
  const client = grpcClient(ChordServiceDefinition, address);
  entry.close = () => client.close();
  const kill = (signal: NodeJS.Signals): boolean => child.kill(signal);
  return { id, peer, metrics, pid: child.pid!, chord: client.service, log: () => log, kill, exited };
}

/** Ends all routers that still run and removes their data. */
export async function stopRouters(): Promise<void> {
  for (const { child, close } of running.splice(0)) {
    close?.();
    const exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    child.kill('SIGKILL');
    await exited;
  }
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
}
