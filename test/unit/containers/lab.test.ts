/** The lab's hand in containers, over an engine that is made up: what it asks for, and what it refuses. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ComposedPhones } from '../../../containers/lab/composed-phones.ts';
import { EngineApi } from '../../../containers/lab/engine-api.ts';
import { labPerformer } from '../../../containers/lab/perform.ts';
import { ContainerLab } from '../../../services/gateway/adapters/container-lab.ts';
import { LabRefusal } from '../../../services/gateway/core/lab.ts';
import { CommandServer } from '../../../testnet/control/command-server.ts';

const TOKEN = 'a-token-of-enough-characters';
const PROJECT = 'mine';

interface MadeUpContainer {
  readonly id: string;
  readonly labels: Record<string, string>;
  state: string;
}

let folder: string;
let engine: Server;
let containers: MadeUpContainer[];
let asked: string[];
let created: Record<string, unknown>[];
let server: CommandServer;
let lab: ContainerLab;

function container(id: string, project: string, service: string, n: number, state = 'running'): MadeUpContainer {
  const labels = {
    'com.docker.compose.project': project,
    'com.docker.compose.service': service,
    'com.docker.compose.oneoff': 'False',
    'com.docker.compose.container-number': String(n),
  };
  return { id, labels, state };
}

function answer(method: string, url: URL, body: Record<string, unknown>): [status: number, body: unknown] {
  if (url.pathname === '/v1.41/containers/json') {
    const { label } = JSON.parse(url.searchParams.get('filters')!) as { label: string[] };
    const fits = ({ labels }: MadeUpContainer): boolean =>
      label.every((pair) => labels[pair.split('=')[0]!] === pair.split('=')[1]);
    const listed = containers.filter(fits).map(({ id, labels, state }) => ({
      ...{ Id: id, State: state, Labels: labels },
      NetworkSettings: { Networks: { net: { IPAddress: '' } } },
    }));
    return [200, listed];
  }
  asked.push(`${method} ${url.pathname.replace('/v1.41', '')}`);
  if (url.pathname.endsWith('/create')) {
    created.push({ name: url.searchParams.get('name'), ...body });
    return [409, { message: 'the disk is full' }];
  }
  const found = containers.find(({ id }) => url.pathname.includes(`/${id}/`));
  if (found === undefined) return [404, { message: 'No such container' }];
  const config = { Image: 'ringwall', Hostname: 'old', Labels: found.labels, Env: ['A=1'] };
  const mounts = [{ Type: 'volume', Target: '/data', Source: 'the-data-of-phone-1' }];
  const host = { NetworkMode: 'net', ReadonlyRootfs: true, CapDrop: ['ALL'], Binds: ['x:/data'], Mounts: mounts };
  return method === 'GET' ? [200, { Config: config, HostConfig: host, State: {} }] : [204, undefined];
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-'));
  asked = [];
  created = [];
  containers = [
    container('aaa', PROJECT, 'phone', 1),
    container('bbb', PROJECT, 'phone', 2, 'paused'),
    container('ccc', PROJECT, 'phone', 3, 'exited'),
    container('ddd', PROJECT, 'gateway', 4),
    container('eee', 'another', 'phone', 5),
  ];
  engine = createServer(async (request, response) => {
    const body = request.headers['content-type'] === undefined ? {} : await json(request);
    const [status, said] = answer(request.method!, new URL(request.url!, 'http://engine'), body as object as never);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(said === undefined ? undefined : JSON.stringify(said));
  }).listen(join(folder, 'engine.sock'));
  await once(engine, 'listening');
  const phones = new ComposedPhones(new EngineApi(join(folder, 'engine.sock')), PROJECT, TOKEN);
  server = await CommandServer.start({ host: '127.0.0.1', port: 0, token: TOKEN, perform: labPerformer(phones) });
  lab = new ContainerLab({ host: '127.0.0.1', port: server.port }, TOKEN);
});

afterEach(async () => {
  await server[Symbol.asyncDispose]();
  engine.close();
  engine.closeAllConnections();
  await rm(folder, { recursive: true });
});

test('phones are killed, frozen, thawed and stopped by their numbers', async () => {
  await lab.perform({ command: 'freeze', n: 1 });
  await lab.perform({ command: 'stop', n: 1 });
  await lab.perform({ command: 'kill', n: 1 });
  await lab.perform({ command: 'kill', n: 2 });
  expect(asked).toEqual([
    'POST /containers/aaa/pause',
    'POST /containers/aaa/stop',
    'POST /containers/aaa/kill',
    'POST /containers/bbb/unpause',
    'POST /containers/bbb/kill',
  ]);
});

test.each([
  [{ command: 'kill', n: 3 }, 'phone 3 is exited, not running or paused'],
  [{ command: 'freeze', n: 2 }, 'phone 2 is paused, not running'],
  [{ command: 'thaw', n: 1 }, 'phone 1 is running, not paused'],
  // A gateway and a phone of somebody else: neither is a phone of this project.
  [{ command: 'kill', n: 4 }, 'there is no container of phone 4'],
  [{ command: 'kill', n: 5 }, 'there is no container of phone 5'],
  [{ command: 'cut', phones: [7] }, 'phone 7 does not run'],
  [{ command: 'join', count: 51 }, 'count must be at most 50'],
] as const)('%j is refused, and nothing is done', async (command, why) => {
  await expect(lab.perform(command)).rejects.toEqual(new LabRefusal(why));
  expect(asked).toEqual([]);
});

test('a new phone is like the others, with the next number and data of its own; what the engine refuses is told', async () => {
  await expect(lab.perform({ command: 'join', count: 1 })).rejects.toEqual(new LabRefusal('the disk is full'));
  expect(created).toEqual([
    expect.objectContaining({
      name: 'mine-phone-4',
      Image: 'ringwall',
      Env: ['A=1'],
      Labels: { ...containers[0]!.labels, 'com.docker.compose.container-number': '4' },
      HostConfig: {
        NetworkMode: 'net',
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        Binds: null,
        Mounts: [{ Type: 'volume', Target: '/data' }],
      },
      NetworkingConfig: { EndpointsConfig: { net: { Aliases: ['phone', 'mine-phone-4'] } } },
    }),
  ]);
  expect(created[0]).not.toHaveProperty('Hostname');
});

test('who does not show the token is refused', async () => {
  const stranger = new ContainerLab({ host: '127.0.0.1', port: server.port }, `${TOKEN}0`);
  await expect(stranger.perform({ command: 'kill', n: 1 })).rejects.toBeInstanceOf(LabRefusal);
  expect(asked).toEqual([]);
});

test('an engine or a lab that is gone is told as that', async () => {
  engine.close();
  engine.closeAllConnections();
  await expect(lab.perform({ command: 'kill', n: 1 })).rejects.toThrow(/^the container engine: /);
  await server[Symbol.asyncDispose]();
  await expect(lab.perform({ command: 'kill', n: 1 })).rejects.toThrow('see whether its container runs');
});

test('the project is that of the container it runs in', async () => {
  const api = new EngineApi(join(folder, 'engine.sock'));
  expect(await ComposedPhones.projectOf(api, 'ddd')).toBe(PROJECT);
  await expect(ComposedPhones.projectOf(api, 'fff')).rejects.toThrow('No such container');
});
