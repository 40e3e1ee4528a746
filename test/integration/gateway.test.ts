/** A gateway before real phones: everything of a phone through one door, the network as a whole, and the churn lab. */
import { randomFillSync } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { performer } from '../../testnet/perform.ts';
import { GatewayProcess } from '../../testnet/phones/gateway-process.ts';
import { Testnet } from '../../testnet/testnet.ts';
import { eventually } from './eventually.ts';
import { request, requestUntilTold, WallClient } from './wall-client.ts';

const PHONES = 4;

let net: Testnet;
let gateway: GatewayProcess;
const phone = (n: number): string => `${gateway.url}/phones/${n}`;

beforeAll(async () => {
  net = await Testnet.start({ phones: PHONES, people: false });
  const perform = performer(net, () => undefined);
  gateway = await GatewayProcess.start({ net, perform, onCrash: () => undefined });
});

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await net?.[Symbol.asyncDispose]();
});

interface Listed {
  readonly items: readonly { readonly n: number; readonly id: string; readonly state: string }[];
}

async function stateOf(n: number): Promise<string | undefined> {
  const { items } = (await request<Listed>(`${gateway.url}/v1/phones`)).body;
  return items.find((item) => item.n === n)?.state;
}

/** What an event stream has sent so far; `close` hangs up. */
async function listen(url: string, token?: string) {
  const hangUp = new AbortController();
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url, { headers, signal: hangUp.signal });
  const stream = { status: response.status, heard: '', close: () => hangUp.abort() };
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const read = async (): Promise<void> => {
    const { done, value } = await reader.read();
    stream.heard += value ?? '';
    if (!done) await read();
  };
  read().catch(() => undefined);
  return stream;
}

test('a person lives on one phone and is read on another, all through the gateway', async () => {
  const author = await WallClient.signUp(phone(1), 'Ada');
  const posted = await eventually('it is acknowledged', async () => {
    const answer = await author.post('Through one door');
    return answer.status === 201 && answer;
  });
  expect(posted.headers.get('location')).toBe(`/phones/1/v1/posts/${posted.body.id}`);
  const read = await requestUntilTold(
    `${gateway.url}${posted.headers.get('location')!.replace('/phones/1/', '/phones/3/')}`,
  );
  expect(read).toMatchObject({ status: 200, body: { text: 'Through one door' } });

  const events = await listen(`${phone(1)}/v1/events`, author.token);
  expect(events.status).toBe(200);
  const reader = await WallClient.signUp(phone(2), 'Bo');
  await reader.publish('I came by another', { inReplyTo: posted.body.id });
  await eventually('the author is told of the reply', async () => events.heard.includes('event: notification'));
  events.close();
});

test('a picture goes up and comes down, in ranges', async () => {
  const author = await WallClient.signUp(phone(2), 'Cy');
  const side = 256;
  const noise = randomFillSync(Buffer.alloc(3 * side * side));
  const picture = await sharp(noise, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer();
  expect(picture.length).toBeGreaterThan(100_000);
  const uploaded = await eventually('it is kept', async () => {
    const answer = await fetch(`${phone(2)}/v1/media?alt=Noise`, {
      method: 'POST',
      headers: { authorization: `Bearer ${author.token}`, 'content-type': 'image/png' },
      body: new Uint8Array(picture),
    });
    return answer.status === 201 && answer;
  });
  const { id } = (await uploaded.json()) as { id: string };
  expect(uploaded.headers.get('location')).toBe(`/phones/2/v1/media/${id}`);
  const read = (n: number, headers: Record<string, string>): Promise<Response> =>
    eventually(`phone ${n} gives it`, async () => {
      const answer = await fetch(`${phone(n)}/v1/media/${id}`, { headers });
      return answer.ok && answer;
    });
  const whole = new Uint8Array(await (await read(4, {})).arrayBuffer());
  const part = await read(3, { range: 'bytes=100-199' });
  expect(part.status).toBe(206);
  expect(part.headers.get('content-range')).toBe(`bytes 100-199/${whole.length}`);
  expect(new Uint8Array(await part.arrayBuffer())).toEqual(whole.slice(100, 200));
});

test('the network as a whole is told', async () => {
  interface Ring {
    readonly phones: readonly { readonly n: number; readonly id: string; readonly successor: { n: number } | null }[];
  }
  const ring = await eventually('the ring is whole', async () => {
    const { phones } = (await request<Ring>(`${gateway.url}/v1/network/ring`)).body;
    const rightly = phones.every(({ successor }, i) => successor?.n === phones[(i + 1) % phones.length]!.n);
    return phones.length === PHONES && rightly ? phones : undefined;
  });
  expect(new Set(ring.map(({ id }) => id))).toEqual(new Set(net.phones.map(({ id }) => id)));

  const key = ring[2]!.id;
  const lookup = await eventually('the owner is found', async () => {
    const { body } = await request(`${gateway.url}/v1/network/lookup/${key}?from=${ring[0]!.n}`);
    return body['found'] === true && body;
  });
  expect(lookup).toMatchObject({ from: { n: ring[0]!.n }, owner: { n: ring[2]!.n, id: key } });
  await eventually('the first phone sees the others in their order', async () => {
    type View = { of: { n: number; successors: { n: number }[] } };
    const { of } = (await request<View>(`${gateway.url}/v1/network/ring?of=${ring[0]!.n}`)).body;
    return [of, ...of.successors].map(({ n }) => n).join() === ring.map(({ n }) => n).join();
  });
  await eventually('phones have measured each other', async () => {
    const { measured } = (await request<{ measured: number }>(`${gateway.url}/v1/network/latency`)).body;
    return measured > 0;
  });
  await eventually('the zones fill the space', async () => {
    const { volume, phones } = (await request<{ volume: number; phones: unknown[] }>(`${gateway.url}/v1/network/zones`))
      .body;
    return volume === 1 && phones.length === PHONES;
  });
  await eventually('the pulse has the figures of all phones, and of one ring', async () => {
    const pulse = (await request<{ sampled: number; rings: number }>(`${gateway.url}/v1/network/pulse`)).body;
    return pulse.sampled === PHONES && Math.abs(pulse.rings - 1) < 0.01;
  });
});

test('the churn lab breaks the network for who shows the token, and everybody sees it', async () => {
  const events = await listen(`${gateway.url}/v1/events`);
  await eventually('the events begin', async () => events.heard.includes('event: snapshot'));
  const lab = (path: string, token: string | undefined, body?: unknown) =>
    request(`${gateway.url}/v1/lab/${path}`, {
      method: 'POST',
      body,
      timeoutMs: 90_000,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
  expect(await lab('phones/3/kill', undefined)).toMatchObject({ status: 401 });
  expect(await lab('phones/3/kill', `${net.adminToken}x`)).toMatchObject({ status: 401 });
  expect(net.phone(3).state).toBe('running');

  expect(await lab('phones/3/kill', net.adminToken)).toMatchObject({
    status: 200,
    body: { done: { state: 'killed' } },
  });
  expect(net.phone(3).state).toBe('killed');
  await eventually('an event tells of the dead phone', async () =>
    /event: phones\ndata: .*"n":3,[^}]*"state":"dead"/.test(events.heard),
  );
  const gone = await request(`${phone(3)}/v1/network/self`);
  expect(gone).toMatchObject({ status: 502, body: { type: '/problems/phone-unreachable' } });
  expect(await lab('phones/3/freeze', net.adminToken)).toMatchObject({ status: 409 });

  const joined = await lab('join', net.adminToken, { count: 1 });
  expect(joined).toMatchObject({ status: 200, body: { done: [{ n: PHONES + 1 }] } });
  await eventually('the newcomer is alive', async () => (await stateOf(PHONES + 1)) === 'alive');
  expect(await requestUntilTold(`${phone(PHONES + 1)}/v1/network/self`)).toMatchObject({ status: 200 });

  expect(await lab('phones/2/stop', net.adminToken)).toMatchObject({ status: 200 });
  await eventually('it has left', async () => (await stateOf(2)) === 'left');
  expect(await lab('phones/3/restart', net.adminToken)).toMatchObject({ status: 200 });
  await eventually('the dead phone lives again', async () => (await stateOf(3)) === 'alive');
  await eventually('an event tells who did it', async () =>
    events.heard.includes('event: lab\ndata: {"command":"kill","n":3}'),
  );
  events.close();
});
