/** The wall API in a process of its own, over gRPC to a router. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CanServiceDefinition } from '../../proto/gen/ringwall/can/v1/can.ts';
import { ChordServiceDefinition } from '../../proto/gen/ringwall/chord/v1/chord.ts';
import { EmbedderServiceDefinition } from '../../proto/gen/ringwall/embedder/v1/embedder.ts';
import { GrpcServer } from '../../services/shared/runtime/grpc/grpc-server.ts';
import { formatHostPort } from '../../services/shared/runtime/network/host-port.ts';
import { MemoryRing } from '../unit/wall-api/memory-ring.ts';

const MAIN = join(import.meta.dirname, '../../services/wall-api/main.ts');

function startWall(variables: Readonly<Record<string, string>>): ChildProcess {
  const wall = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN], {
    env: { PATH: process.env['PATH'], RINGWALL_LOG_LEVEL: 'error', ...variables },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  onTestFinished(async () => {
    if (wall.exitCode !== null || wall.signalCode !== null) return;
    wall.kill('SIGKILL');
    await once(wall, 'exit');
  });
  return wall;
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ringwall-alone-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

describe('a wall API alone', () => {
  it('waits for its router, serves over it, and leaves on SIGTERM', async () => {
    const ring = new MemoryRing();
    const router = new GrpcServer({ crashed: (error) => expect.unreachable(String(error)) });
    router.add(ChordServiceDefinition, ring.service);
    router.add(CanServiceDefinition, ring.meaning.can);
    router.add(EmbedderServiceDefinition, ring.meaning.embedder);
    const first = await router.listen({ host: '127.0.0.1', port: 0 });
    onTestFinished(() => router.stop(0));
    const wall = startWall({
      RINGWALL_DATA: await newFolder(),
      RINGWALL_API_LISTEN: '127.0.0.1:0',
      RINGWALL_CHORD_ADDRESS: formatHostPort(first),
      RINGWALL_CAN_ADDRESS: formatHostPort(first),
      RINGWALL_EMBEDDER_ADDRESS: formatHostPort(first),
    });
    const [ready] = (await once(wall, 'message')) as [{ type: string; id: string; api: string }];
    expect(ready).toMatchObject({ type: 'ready', id: ring.self.id });
    expect(await (await fetch(`${ready.api}/readyz`)).json()).toEqual({ status: 'ready', settled: true });
    const made = await fetch(`${ready.api}/v1/identity`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Ada', passphrase: 'correct horse' }),
    });
    expect(made.status).toBe(201);
    expect(ring.records().map(({ name }) => name)).toEqual(['profile']);
    wall.kill('SIGTERM');
    expect(await once(wall, 'exit')).toEqual([0, null]);
  });

  it('lists all that is wrong with its environment', async () => {
    const wall = startWall({ RINGWALL_API_LISTEN: 'nowhere', RINGWALL_API_ORIGINS: 'https://a.example/path' });
    const [told, [code]] = await Promise.all([text(wall.stderr!), once(wall, 'exit')]);
    expect(code).toBe(78);
    for (const name of ['RINGWALL_DATA', 'RINGWALL_CHORD_ADDRESS', 'RINGWALL_API_LISTEN', 'RINGWALL_API_ORIGINS']) {
      expect(told).toContain(name);
    }
  });
});
