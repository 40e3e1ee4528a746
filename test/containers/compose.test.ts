/** What docker-compose.yml starts, seen from where its users stand: behind one published port. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ProgramError, run } from '../../containers/program.ts';
import { eventually } from '../integration/eventually.ts';
import { request, WallClient } from '../integration/wall-client.ts';
import { ComposedTestnet, freePort, PATIENCE_MS } from './composed-testnet.ts';

const PHONES = 5;

let net: ComposedTestnet;

beforeAll(async () => {
  net = await ComposedTestnet.start({ phones: PHONES });
});

afterAll(async () => {
  await net?.[Symbol.asyncDispose]();
});

it(
  'all phones are up behind the gateway, with people on them, and it is said where to look',
  async () => {
    await net.waitForPeople();
    expect(await net.compose('logs', '--no-log-prefix', 'people')).toContain(`a person's wall  http://localhost:`);
    const all = Array.from({ length: PHONES }, (_, i) => `${i + 1} alive`).join();
    await eventually('the gateway sees all of them alive', async () => {
      return (await net.phones()).map(({ n, state }) => `${n} ${state}`).join() === all;
    });
  },
  2 * PATIENCE_MS,
);

it('a post made through the gateway appears in the feed of another phone', async () => {
  const ada = await WallClient.signUp(`${net.door}/phones/1`, 'Ada of the gateway');
  const post = await ada.publish('Through one door, to everybody.');
  await eventually('the post is in the feed', async () => {
    type Feed = { items: { post: { id: string } }[] };
    const { body } = await request<Feed>(`${net.door}/phones/4/v1/feed?strategy=recent`);
    return body.items.some((item) => item.post.id === post.id);
  });
});

it('the wall of a phone is served through the gateway', async () => {
  const page = await fetch(`${net.door}/phones/2/`);
  expect({ status: page.status, type: page.headers.get('content-type') }).toEqual({
    status: 200,
    type: expect.stringContaining('text/html'),
  });
});

it('the churn lab is off, and it is said how to switch it on', async () => {
  expect((await request(`${net.door}/v1/lab`)).body).toMatchObject({ enabled: false, driver: 'none', actions: [] });
  const { status, body } = await request<{ detail: string }>(`${net.door}/v1/lab/phones/1/kill`, { method: 'POST' });
  expect({ status, says: body.detail.includes('docker-compose.lab.yml') }).toEqual({ status: 403, says: true });
});

it('phones that are stopped leave the ring, with exit code 0', async () => {
  await net.compose('stop', 'phone');
  const codes = await net.compose('ps', '--all', '--format', '{{.ExitCode}}', 'phone');
  expect(codes.trim().split('\n')).toEqual(Array.from({ length: PHONES }, () => '0'));
});

it('wrong settings are told a line each, before anything starts', async () => {
  const parameters = ['--import', './require-node.mjs', 'containers/main.ts', 'up', '--profile', 'minimal'];
  const environment = {
    RINGWALL_REPLICATION: '99',
    RINGWALL_LOG_LEVEL: 'loud',
    COMPOSE_PROJECT_NAME: `${net.project}-2`,
  };
  const complaint = await run(process.execPath, [...parameters, '--port', String(await freePort())], {
    environment,
  }).then(
    () => '',
    (error: ProgramError) => error.message,
  );
  expect(complaint).toMatch(/^RINGWALL_REPLICATION must be .*\nRINGWALL_LOG_LEVEL must be [^\n]*$/m);
  const label = `label=com.docker.compose.project=${net.project}-2`;
  expect(await run('docker', ['ps', '--all', '--quiet', '--filter', label])).toBe('');
});

it('a phone with a wrong environment lists all faults at once and ends with 78', async () => {
  const wrong = ['RINGWALL_SEEDS=nowhere', 'RINGWALL_REPLICATION=99', 'RINGWALL_LOG_LEVEL=loud'];
  const name = `${net.project}-wrong`;
  const parameters = [
    'run',
    '--name',
    name,
    ...wrong.flatMap((setting) => ['--env', setting]),
    process.env['RINGWALL_TEST_IMAGE']!,
  ];
  try {
    const complaint = await run('docker', parameters).then(
      () => '',
      (error: ProgramError) => error.message,
    );
    for (const variable of ['RINGWALL_SEEDS', 'RINGWALL_REPLICATION', 'RINGWALL_LOG_LEVEL']) {
      expect.soft(complaint).toMatch(new RegExp(`^${variable} must be `, 'm'));
    }
    expect((await run('docker', ['inspect', '--format', '{{.State.ExitCode}}', name])).trim()).toBe('78');
  } finally {
    await run('docker', ['rm', '--force', '--volumes', name]);
  }
});
