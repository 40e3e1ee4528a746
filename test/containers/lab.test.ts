/** The churn lab of a testnet in containers: what the console's buttons do to them, and what they cannot touch. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../containers/program.ts';
import { eventually } from '../integration/eventually.ts';
import { request } from '../integration/wall-client.ts';
import { ComposedTestnet } from './composed-testnet.ts';

const PHONES = 5;
const TOKEN = randomBytes(16).toString('hex');

let net: ComposedTestnet;

beforeAll(async () => {
  net = await ComposedTestnet.start({ phones: PHONES, labToken: TOKEN });
  await allAlive(PHONES);
});

afterAll(async () => {
  await net?.[Symbol.asyncDispose]();
});

async function lab(path: string, body?: unknown, token = TOKEN): Promise<number> {
  const answer = await request(`${net.door}/v1/lab/${path}`, { method: 'POST', body, token, timeoutMs: 120_000 });
  return answer.status;
}

async function stateOf(n: number): Promise<string | undefined> {
  return (await net.phones()).find((phone) => phone.n === n)?.state;
}

async function allAlive(count: number): Promise<void> {
  await eventually(`${count} phones are alive`, async () => {
    const alive = (await net.phones()).filter(({ state }) => state === 'alive');
    return alive.length === count;
  });
}

async function containerState(n: number): Promise<string> {
  return (await run('docker', ['inspect', '--format', '{{.State.Status}}', `${net.project}-phone-${n}`])).trim();
}

/** Phones that phone n takes for its neighbours. */
async function neighboursOf(n: number): Promise<number> {
  const { body } = await request<{ successors: unknown[] }>(`${net.door}/phones/${n}/v1/network/ring`);
  return body.successors.length;
}

it('the console is told what can be done', async () => {
  const { body } = await request<{ driver: string; enabled: boolean; actions: string[] }>(`${net.door}/v1/lab`);
  expect(body).toMatchObject({ driver: 'containers', enabled: true });
  expect(body.actions.toSorted()).toEqual(
    ['cut', 'freeze', 'heal', 'join', 'kill', 'restart', 'slow', 'stop', 'thaw'].toSorted(),
  );
});

it('nobody does anything without the token', async () => {
  expect(await lab('phones/2/kill', undefined, `${TOKEN}0`)).toBe(401);
  expect(await containerState(2)).toBe('running');
});

it('a phone is killed, shows as dead, and comes back', async () => {
  expect(await lab('phones/2/kill')).toBe(200);
  expect(await containerState(2)).toBe('exited');
  await eventually('the gateway sees it', async () => (await stateOf(2)) === 'dead');
  expect(await lab('phones/2/freeze')).toBe(409);
  expect(await lab('phones/2/restart')).toBe(200);
  await allAlive(PHONES);
});

it('a phone is frozen and thawed', async () => {
  expect(await lab('phones/3/freeze')).toBe(200);
  expect(await containerState(3)).toBe('paused');
  await eventually('the gateway sees it', async () => ['suspected', 'dead'].includes((await stateOf(3)) ?? ''));
  expect(await lab('phones/3/thaw')).toBe(200);
  await allAlive(PHONES);
});

it('phones that are cut off form a ring of their own until the cut is healed', async () => {
  expect(await lab('cut', { phones: [1, 2] })).toBe(200);
  await eventually('each side knows its own alone', async () => {
    return (await neighboursOf(1)) === 1 && (await neighboursOf(4)) === 2;
  });
  expect(await lab('heal')).toBe(200);
  await eventually('all know all', async () => (await neighboursOf(1)) === PHONES - 1);
});

it('a phone joins, and is one of the project that compose ends', async () => {
  expect(await lab('join', { count: 1 })).toBe(200);
  await allAlive(PHONES + 1);
  const listed = await net.compose('ps', '--format', '{{.Name}}', 'phone');
  expect(listed.trim().split('\n')).toContain(`${net.project}-phone-${PHONES + 1}`);
});

it('a phone that is stopped leaves with exit code 0', async () => {
  expect(await lab(`phones/${PHONES + 1}/stop`)).toBe(200);
  const format = '{{.State.ExitCode}}';
  expect((await run('docker', ['inspect', '--format', format, `${net.project}-phone-${PHONES + 1}`])).trim()).toBe('0');
});

it('nothing but the phones of the project can be named, and the socket is where nobody reaches it from outside', async () => {
  expect(await lab('phones/99/kill')).toBe(404);
  const ports = await run('docker', [
    'inspect',
    '--format',
    '{{json .HostConfig.PortBindings}}',
    `${net.project}-lab-1`,
  ]);
  expect(ports.trim()).toBe('{}');
  const mounts = await run('docker', ['inspect', '--format', '{{json .Mounts}}', `${net.project}-gateway-1`]);
  expect(mounts).not.toContain('docker.sock');
});
