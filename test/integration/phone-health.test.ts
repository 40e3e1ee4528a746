/** What the probes of an orchestrator see of a phone: that it lives, that it has started, that it can serve. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { grpcClient } from '../../services/shared/runtime/grpc/grpc-client.ts';
import { HEALTH_STATUS, healthDefinition } from '../../services/shared/runtime/metrics/health.ts';
import { eventually } from './eventually.ts';

const MAIN = join(import.meta.dirname, '../../services/phone-node/main.ts');
const { SERVING, NOT_SERVING } = HEALTH_STATUS;

interface Probed {
  readonly child: ChildProcess;
  check(service: string): Promise<number>;
}

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

/** Starts a phone and gives it back as soon as its health is served. */
async function startProbed(environment: Readonly<Record<string, string>>): Promise<Probed> {
  const folder = await mkdtemp(join(tmpdir(), 'ringwall-health-'));
  const child = fork(MAIN, [], {
    silent: true,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: {
      ...process.env,
      RINGWALL_DATA: folder,
      RINGWALL_PEER_LISTEN: '127.0.0.1:0',
      RINGWALL_API_LISTEN: '127.0.0.1:0',
      RINGWALL_HEALTH_LISTEN: '127.0.0.1:0',
      RINGWALL_EXIT_WITH_PARENT: 'true',
      ...environment,
    },
  });
  let log = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
  }
  const address = await eventually('health is served', async () => /"health":"([^"]+)"/.exec(log)?.[1]);
  const client = grpcClient(healthDefinition, address);
  endings.push(async () => {
    client.close();
    const exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    child.kill('SIGKILL');
    await exited;
    await rm(folder, { recursive: true, force: true });
  });
  return { child, check: async (service) => (await client.service.check({ service })).status };
}

it('a phone that waits for its ring lives and has started, but is not ready', async () => {
  const nobody = { RINGWALL_SEEDS: '127.0.0.1:1' };
  const { child, check } = await startProbed(nobody);
  await eventually('it has started', async () => (await check('startup')) === SERVING);
  expect(await check('liveness')).toBe(SERVING);
  expect(await check('readiness')).toBe(NOT_SERVING);
  expect(await check('')).toBe(NOT_SERVING);
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});

it('a phone on its ring is ready', async () => {
  const { child, check } = await startProbed({});
  await eventually('it is ready', async () => (await check('readiness')) === SERVING);
  expect(await check('')).toBe(SERVING);
  await expect(check('another')).rejects.toThrow('no service another here');
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});
