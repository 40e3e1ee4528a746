/** What docker-compose.yml starts, seen from where its users stand: behind one published port. */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ProgramError, run } from '../../containers/program.ts';
import { eventually } from '../integration/eventually.ts';
import { request, WallClient } from '../integration/wall-client.ts';

const PHONES = 5;
/** A busy machine makes keys and signs posts slowly; on a quiet one all of it takes well below a minute. */
const PATIENCE_MS = 600_000;
const project = `ringwall-compose-${randomBytes(3).toString('hex')}`;
let door: string;
let environment: Record<string, string>;

interface PhoneBody {
  readonly n: number;
  readonly state: string;
}

function compose(...parameters: readonly string[]): Promise<string> {
  return run('docker', ['compose', '--project-name', project, '--profile', 'minimal', ...parameters], { environment });
}

beforeAll(async () => {
  const port = await freePort();
  door = `http://127.0.0.1:${port}`;
  environment = { RINGWALL_PORT: String(port), RINGWALL_IMAGE: process.env['RINGWALL_TEST_IMAGE']! };
  await compose('up', '--detach', '--no-build', '--scale', `phone=${PHONES}`);
});

afterAll(async () => {
  await compose('down', '--volumes', '--remove-orphans', '--timeout', '1');
});

it(
  'all phones are up behind the gateway, with people on them, and it is said where to look',
  async () => {
    await eventually(
      'people and posts are there',
      async () => {
        const state = await compose('ps', '--all', '--format', '{{.State}} {{.ExitCode}}', 'people');
        if (/^exited [1-9]/m.test(state)) throw new Error(await compose('logs', 'people'));
        return /^exited 0/m.test(state);
      },
      PATIENCE_MS,
    );
    expect(await compose('logs', '--no-log-prefix', 'people')).toContain(`a person's wall  http://localhost:`);
    const { body } = await request<{ items: PhoneBody[] }>(`${door}/v1/phones`);
    expect(body.items.map(({ n, state }) => `${n} ${state}`)).toEqual(
      Array.from({ length: PHONES }, (_, i) => `${i + 1} alive`),
    );
  },
  2 * PATIENCE_MS,
);

it('a post made through the gateway appears in the feed of another phone', async () => {
  const ada = await WallClient.signUp(`${door}/phones/1`, 'Ada of the gateway');
  const { body: post } = await ada.post('Through one door, to everybody.');
  await eventually('the post is in the feed', async () => {
    type Feed = { items: { post: { id: string } }[] };
    const { body } = await request<Feed>(`${door}/phones/4/v1/feed?strategy=recent`);
    return body.items.some((item) => item.post.id === post.id);
  });
});

it('the wall of a phone is served through the gateway', async () => {
  const page = await fetch(`${door}/phones/2/`);
  expect({ status: page.status, type: page.headers.get('content-type') }).toEqual({
    status: 200,
    type: expect.stringContaining('text/html'),
  });
});

it('phones that are stopped leave the ring, with exit code 0', async () => {
  await compose('stop', 'phone');
  const codes = await compose('ps', '--all', '--format', '{{.ExitCode}}', 'phone');
  expect(codes.trim().split('\n')).toEqual(Array.from({ length: PHONES }, () => '0'));
});

it('a phone with a wrong environment lists all faults at once and ends with 78', async () => {
  const wrong = ['RINGWALL_SEEDS=nowhere', 'RINGWALL_REPLICATION=99', 'RINGWALL_LOG_LEVEL=loud'];
  const name = `${project}-wrong`;
  const parameters = [
    'run',
    '--name',
    name,
    ...wrong.flatMap((setting) => ['--env', setting]),
    environment['RINGWALL_IMAGE']!,
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

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
