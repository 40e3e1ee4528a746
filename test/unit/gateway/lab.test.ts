/** The churn lab: who may, what is done, and what is said where it cannot be. */
import { describe, expect, test } from 'vitest';
import { SupervisorLab } from '../../../services/gateway/adapters/supervisor-lab.ts';
import type { LabRequest } from '../../../services/gateway/client/supervisor-protocol.ts';
import { type LabDriver, LabRefusal } from '../../../services/gateway/core/lab.ts';
import { eventually } from '../../integration/eventually.ts';
import { request } from '../../integration/wall-client.ts';
import { FakeLab } from './fake-lab.ts';
import { startFixture } from './gateway-fixture.ts';

const TOKEN = 'a-token-of-enough-characters';

async function startLab(more: { lab?: LabDriver; adminToken?: string | undefined } = {}) {
  const lab = new FakeLab();
  const net = await startFixture(4, { lab, adminToken: TOKEN, ...more });
  const post = (path: string, body?: unknown, token: string | undefined = TOKEN) =>
    request(`${net.url}/v1/lab/${path}`, {
      method: 'POST',
      body,
      headers: token === '' ? {} : { authorization: `Bearer ${token}` },
    });
  return { ...net, lab, post };
}

describe('who may', () => {
  test('is who shows the token', async () => {
    const { post, lab } = await startLab();
    expect(await post('phones/1/kill', undefined, '')).toMatchObject({
      status: 401,
      body: { type: '/problems/admin-token-required' },
    });
    const wrong = await post('phones/1/kill', undefined, `${TOKEN}x`);
    expect(wrong).toMatchObject({ status: 401, body: { type: '/problems/admin-token-wrong' } });
    expect(wrong.headers.get('www-authenticate')).toContain('Bearer');
    expect(lab.done).toEqual([]);
    expect(await post('phones/1/kill')).toMatchObject({ status: 200, body: { done: { ok: 'kill' } } });
    expect(lab.done).toEqual([{ command: 'kill', n: 1 }]);
  });

  test('is nobody where there is no token', async () => {
    const { post, lab, url } = await startLab({ adminToken: undefined });
    expect(await post('heal')).toMatchObject({ status: 403, body: { type: '/problems/lab-off' } });
    expect(lab.done).toEqual([]);
    expect((await request(`${url}/v1/lab`)).body).toMatchObject({ enabled: false, driver: 'processes' });
  });

  test('is checked on every route that changes something', async () => {
    const { url } = await startLab();
    const { paths } = (await request<{ paths: Record<string, object> }>(`${url}/openapi.json`)).body;
    const changing = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).flatMap((method) => (method === 'get' ? [] : [[method, path] as const])),
    );
    expect(changing.length).toBeGreaterThanOrEqual(11);
    for (const [method, path] of changing) {
      const target = url + path.replace('{n}', '1').replace('{name}', 'churn');
      expect([path, (await request(target, { method: method.toUpperCase() })).status]).toEqual([path, 401]);
    }
  });
});

describe('what is done', () => {
  test('is what was asked for', async () => {
    const { post, lab } = await startLab();
    await post('cut', { phones: [1, 2], oneWay: true });
    await post('slow', { phones: [3], delayMs: [10, 20], loss: 0.1 });
    await post('heal');
    await post('join', { count: 2 });
    expect(lab.done).toEqual([
      { command: 'cut', phones: [1, 2], oneWay: true },
      { command: 'slow', phones: [3], delayMs: [10, 20], jitterMs: 0, loss: 0.1, packetLoss: 0 },
      { command: 'heal' },
      { command: 'join', count: 2 },
    ]);
  });

  test('is seen at once, though nobody has asked the phone since', async () => {
    const { post, url, lab, phones } = await startLab();
    lab.mortal = phones;
    const stateOf = async (n: number): Promise<string | undefined> =>
      (await request<{ items: { n: number; state: string }[] }>(`${url}/v1/phones`)).body.items.find(
        (phone) => phone.n === n,
      )?.state;
    await eventually('they are alive', async () => (await stateOf(1)) === 'alive' && (await stateOf(3)) === 'alive');
    await post('phones/1/kill');
    expect(await stateOf(1)).toBe('dead');
    await post('phones/3/stop');
    expect(await stateOf(3)).toBe('left');
  });

  test.each([
    ['cut', { phones: [] }, 400],
    ['cut', { phones: ['1'] }, 400],
    ['cut', {}, 400],
    ['slow', { phones: [1], loss: 2 }, 400],
    ['slow', { phones: [1], delayMs: [5] }, 400],
    ['slow', { phones: [1], delayMs: [5, 1] }, 409],
    ['join', { count: 0 }, 400],
    ['join', { count: 51 }, 400],
    ['phones/9/kill', undefined, 404],
    ['phones/x/kill', undefined, 400],
    ['phones/1/dance', undefined, 404],
    ['phones/1/freeze', undefined, 409],
    ['scenarios/doom', undefined, 404],
  ])('%s %j is refused, and nothing is done', async (path, body, status) => {
    const { post, lab } = await startLab();
    expect(await post(path, body)).toMatchObject({ status });
    expect(lab.done).toEqual([]);
  });

  test('is said not to be available where the driver cannot', async () => {
    const { post, url } = await startLab({ lab: new FakeLab(['cut', 'heal']) });
    expect(await post('phones/1/kill')).toMatchObject({
      status: 501,
      body: {
        type: '/problems/not-available-here',
        detail: 'Not available here: kill. What can be done to these phones is cut, heal.',
      },
    });
    expect(await post('scenarios/churn')).toMatchObject({ status: 501 });
    const { scenarios } = (await request<{ scenarios: { available: boolean }[] }>(`${url}/v1/lab`)).body;
    expect(scenarios.length).toBeGreaterThan(5);
    expect(scenarios.filter(({ available }) => available)).toEqual([]);
  });
});

describe('over a supervisor', () => {
  test('requests and replies belong together', async () => {
    const sent: LabRequest[] = [];
    let reply: (message: unknown) => void = () => undefined;
    const lab = new SupervisorLab({
      send: (message) => void sent.push(message),
      listen: (listener) => {
        reply = listener;
        return () => undefined;
      },
    });
    const kill = lab.perform({ command: 'kill', n: 1 });
    const freeze = lab.perform({ command: 'freeze', n: 2 });
    const refused = freeze.catch((error: unknown) => error);
    expect(sent.map(({ type, command }) => [type, command])).toEqual([
      ['lab', { command: 'kill', n: 1 }],
      ['lab', { command: 'freeze', n: 2 }],
    ]);
    reply(null);
    reply({ type: 'phones', phones: [] });
    reply({ type: 'lab-refused', id: sent[1]!.id, error: 'phone 2 is killed' });
    reply({ type: 'lab-done', id: sent[0]!.id, result: { n: 1 } });
    expect(await refused).toEqual(new LabRefusal('phone 2 is killed'));
    expect(await kill).toEqual({ n: 1 });
  });
});
