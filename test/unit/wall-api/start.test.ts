import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseId } from '../../../services/shared/core/id.ts';
import { createWallCrypto } from '../../../services/wall-api/adapters/node-crypto.ts';
import { fetchJson, logIn } from '../../../services/wall-api/client/login-client.ts';
import { type RunningWallApi, startWallApi } from '../../../services/wall-api/start.ts';
import { MemoryRing } from './memory-ring.ts';

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ringwall-start-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function start(dataDir: string, port = 0): Promise<RunningWallApi> {
  const ring = new MemoryRing();
  const wall = await startWallApi({
    chord: ring.service,
    can: ring.meaning.can,
    embedder: ring.meaning.embedder,
    dataDir,
    listen: { host: '127.0.0.1', port },
    phone: { id: parseId(ring.self.id)!, address: ring.self.address },
    logger: pino({ level: 'silent' }),
    registry: new Registry(),
  });
  onTestFinished(() => wall.stop());
  return wall;
}

/** Sends raw bytes and gives back all that comes until the other end closes. */
function sendRaw(url: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString();
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

describe('a wall API that listens', () => {
  it('serves over HTTP with the real key derivation', async () => {
    const { url } = await start(await newFolder());
    const made = await fetchJson(url)('/v1/identity', { name: 'Ada', passphrase: 'correct horse' });
    expect(made.status).toBe(201);
    const person = parseId((made.body as { person: { id: string } }).person.id)!;
    const session = await logIn(person, 'correct horse', fetchJson(url), createWallCrypto());
    const headers = { authorization: `Bearer ${session.token}` };
    expect((await fetch(`${url}/v1/profile`, { headers })).status).toBe(200);
  });

  it.each([
    ['no HTTP', 'HELLO THERE\r\n\r\n', 400, 'bad-request'],
    [
      'headers over their bound',
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers-too-large',
    ],
    ['no Host', 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'bad-request'],
    ['another Host', 'GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n', 421, 'misdirected-request'],
    ['a broken path', 'GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 400, 'bad-request'],
  ])('answers %s with a problem', async (_what, text, status, slug) => {
    const { url } = await start(await newFolder());
    const answer = await sendRaw(url, text);
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    expect(answer.toLowerCase()).toContain('content-type: application/problem+json');
    expect(JSON.parse(answer.split('\r\n\r\n')[1]!)).toMatchObject({ type: `/problems/${slug}`, status });
  });

  it('counts what it refuses before it knows a route', async () => {
    const { url } = await start(await newFolder());
    await sendRaw(url, 'HELLO THERE\r\n\r\n');
    const long = `/v1/people/${'a'.repeat(200)}`;
    for (const path of ['/%zz', long, long, '/nowhere']) {
      const answer = await sendRaw(url, `GET ${path} HTTP/1.0\r\n\r\n`);
      expect(answer).toContain('application/problem+json');
      expect(answer).toContain('nosniff');
    }
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const counted = metrics.match(/^ringwall_wall_requests_total\{route="none".*$/gm);
    expect(counted?.sort()).toEqual([
      'ringwall_wall_requests_total{route="none",method="GET",status="400"} 1',
      'ringwall_wall_requests_total{route="none",method="GET",status="404"} 1',
      'ringwall_wall_requests_total{route="none",method="GET",status="414"} 2',
      'ringwall_wall_requests_total{route="none",method="other",status="400"} 1',
    ]);
  });

  it('answers HTTP/1.0 without Host, under its own name, and where it listens', async () => {
    const { url } = await start(await newFolder());
    for (const head of ['HTTP/1.0', 'HTTP/1.0\r\nHost: localhost', `HTTP/1.0\r\nHost: ${new URL(url).host}`]) {
      expect(await sendRaw(url, `GET /healthz ${head}\r\n\r\n`)).toContain(' 200 ');
    }
  });

  it('stops while connections are open, and its port is free again', async () => {
    const folder = await newFolder();
    const wall = await start(folder);
    await (await fetch(`${wall.url}/healthz`)).json();
    const port = Number(new URL(wall.url).port);
    await wall.stop();
    const again = await start(folder, port);
    expect((await fetch(`${again.url}/healthz`)).status).toBe(200);
  });

  it('does not start where it cannot listen or keep its files', async () => {
    const folder = await newFolder();
    const wall = await start(folder);
    await expect(start(await newFolder(), Number(new URL(wall.url).port))).rejects.toMatchObject({
      name: 'ConfigurationError',
    });
    const file = join(folder, 'a-file');
    await writeFile(file, '');
    await expect(start(join(file, 'data'))).rejects.toThrow(/^cannot make the data folder: ENOTDIR/);
  });
});
