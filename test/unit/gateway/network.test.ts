/** The network as a whole, as a gateway tells it of fake phones. */
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { eventually } from '../../integration/eventually.ts';
import { request } from '../../integration/wall-client.ts';
import { type FakePhone, sendJson } from './fake-phone.ts';
import { type GatewayFixture, startFixture } from './gateway-fixture.ts';

interface Listed {
  readonly items: readonly { readonly n: number; readonly state: string }[];
}

async function allAlive({ url, phones }: GatewayFixture): Promise<void> {
  await eventually('all phones are alive', async () => {
    const { items } = (await request<Listed>(`${url}/v1/phones`)).body;
    return items.length === phones.length && items.every(({ state }) => state === 'alive');
  });
}

/** Knows all phones, a round trip of ten times the other's number away. */
function ringOf(phones: readonly FakePhone[]): unknown {
  const other = (n: number) => ({ id: phones[n - 1]!.id, address: 'x:1' });
  return {
    self: other(1),
    ...{ successors: [other(2), other(3)], predecessors: [other(3)], fingers: [other(2)] },
    known: phones.map((_, i) => ({ ...other(i + 1), state: 'alive', rttMilliseconds: 10 * (i + 1) })),
  };
}

test('phones are listed with what they say of themselves', async () => {
  const net = await startFixture(2);
  await allAlive(net);
  const { body } = await request<{ items: unknown[] }>(`${net.url}/v1/phones`);
  expect(body.items).toMatchObject([
    { n: 1, id: net.phones[0]!.id, api: net.phones[0]!.api, records: 10, settled: true },
    { n: 2, id: net.phones[1]!.id, peer: '127.0.0.1:7402', recordBytes: 2000 },
  ]);
});

test('a phone that dies is seen dead, in lists and in events', async () => {
  const net = await startFixture(3);
  await allAlive(net);
  const call = httpRequest(`${net.url}/v1/events`, { agent: false });
  call.end();
  const [stream] = (await once(call, 'response')) as [IncomingMessage];
  let heard = '';
  stream.setEncoding('utf8').on('data', (text: string) => (heard += text));
  await eventually('the snapshot came', async () => heard.includes('event: snapshot'));
  await net.phones[1]!.stop();
  await eventually('an event tells of it', async () => /event: phones\ndata: .*"n":2,[^}]*"state":"dead"/.test(heard));
  await eventually('the pulse counts it', async () => /event: pulse\ndata: .*"dead":1,/.test(heard));
  const last = /id: (\S+)\nevent: snapshot/.exec(heard)![1]!;
  const again = httpRequest(`${net.url}/v1/events`, { agent: false, headers: { 'last-event-id': last } });
  again.end();
  const [resumed] = (await once(again, 'response')) as [IncomingMessage];
  let told = '';
  resumed.setEncoding('utf8').on('data', (text: string) => (told += text));
  await eventually('what was missed is told', async () =>
    /event: phones\ndata: .*"n":2,[^}]*"state":"dead"/.test(told),
  );
  expect(told).not.toContain('event: snapshot');
  call.destroy();
  again.destroy();
  await eventually('the others are alive', async () => {
    const { body } = await request<{ phones: { alive: number; dead: number } }>(`${net.url}/v1/network/pulse`);
    return body.phones.alive === 2 && body.phones.dead === 1;
  });
});

test('the snapshot of as many phones as there may be is told whole, and the stream goes on', async () => {
  const apis = Array.from({ length: 2_000 }, (_, i) => `240.0.0.1:${i + 1}`);
  const net = await startFixture(0, { source: { kind: 'list', apis } });
  const call = httpRequest(`${net.url}/v1/events`, { agent: false });
  call.end();
  const [stream] = (await once(call, 'response')) as [IncomingMessage];
  let heard = '';
  stream.setEncoding('utf8').on('data', (text: string) => (heard += text));
  await eventually('a pulse came after it', async () => heard.includes('event: pulse'));
  expect(heard).not.toContain('consumer-too-slow');
  const snapshot = JSON.parse(/event: snapshot\ndata: (.*)\n/.exec(heard)![1]!) as { phones: unknown[] };
  expect(snapshot.phones).toHaveLength(2_000);
  call.destroy();
});

test('a phone that others suspect is asked at once, and is alive when it answers', async () => {
  const net = await startFixture(3);
  const asked = () => net.phones[2]!.requests.filter(({ url }) => url === '/v1/network/self').length;
  const suspicious = JSON.stringify(ringOf(net.phones)).replace(
    `"id":"${net.phones[2]!.id}","address":"x:1","state":"alive"`,
    `"id":"${net.phones[2]!.id}","address":"x:1","state":"suspected"`,
  );
  for (const phone of net.phones) phone.answer = (_request, response) => sendJson(response, JSON.parse(suspicious));
  await allAlive(net);
  const before = asked();
  await eventually('it is suspected, and alive', async () => {
    const { body } = await request<{ phones: { n: number; state: string; suspectedBy: number }[] }>(
      `${net.url}/v1/network/ring`,
    );
    return body.phones.some(({ n, suspectedBy, state }) => n === 3 && suspectedBy > 0 && state === 'alive');
  });
  await eventually('it is asked', async () => asked() > before);
});

test('the ring has every phone on its place, and the view of one on demand', async () => {
  const net = await startFixture(3);
  net.phones[0]!.answer = (_request, response) => sendJson(response, ringOf(net.phones));
  await allAlive(net);
  const { body } = await request(`${net.url}/v1/network/ring?of=1`);
  const of = (n: number) => ({ n, id: net.phones[n - 1]!.id });
  expect(body).toMatchObject({
    phones: [{ ...of(1), state: 'alive' }, of(2), of(3)],
    of: { n: 1, successors: [of(2), of(3)], predecessors: [of(3)], fingers: [of(2)] },
  });
  expect(await request(`${net.url}/v1/network/ring?of=9`)).toMatchObject({ status: 404 });
  expect(await request(`${net.url}/v1/network/ring?of=x`)).toMatchObject({ status: 400 });
});

test('distances come from what phones measured themselves', async () => {
  const net = await startFixture(3);
  for (const phone of net.phones.slice(0, 2)) {
    phone.answer = (_request, response) => sendJson(response, ringOf(net.phones));
  }
  await allAlive(net);
  const { body } = await request(`${net.url}/v1/network/latency`);
  expect(body).toMatchObject({
    of: 3,
    milliseconds: [
      [null, 20, 30],
      [10, null, 30],
      [null, null, null],
    ],
    measured: 4,
  });
});

test('a map of the zones is made of what some phones say', async () => {
  const net = await startFixture(2);
  const box = (from: number, to: number) => ({ low: [from, 0], high: [to, 1] });
  for (const [i, phone] of net.phones.entries()) {
    const other = net.phones[1 - i]!;
    phone.answer = (_request, response) =>
      sendJson(response, {
        ...{ self: { id: phone.id }, axes: 2, zones: [box(i / 2, (i + 1) / 2)], ownedEntries: 10 + i },
        neighbours: [{ id: other.id, zones: [box((1 - i) / 2, (2 - i) / 2)], load: 10 + (1 - i) }],
        posts: [{ id: '0d4f7a52-61c3-8b1e-9f0a-5b7c2d9e8f10', point: [0.1, 0.2] }],
      });
  }
  await allAlive(net);
  const { body } = await request<{ phones: { n: number; entries: number }[]; asked: number; posts: unknown[] }>(
    `${net.url}/v1/network/zones`,
  );
  expect(body).toMatchObject({ axes: 2, volume: 1 });
  expect(new Map(body.phones.map(({ n, entries }) => [n, entries]))).toEqual(
    new Map([
      [1, 10],
      [2, 11],
    ]),
  );
  expect(body.posts).toHaveLength(body.asked);
});

test('a lookup is made by the phone that was named, and its hops have numbers', async () => {
  const net = await startFixture(2);
  const key = '0d4f7a5261c38b1e9f0a5b7c2d9e8f10';
  const [one, two] = net.phones;
  two!.answer = (asked, response) =>
    sendJson(response, {
      ...{ key: asked.url!.split('/').at(-1), found: true, owner: { id: one!.id }, milliseconds: 12.5 },
      replicas: [{ id: one!.id }, { id: '0'.repeat(31) + 'f' }],
      hops: [{ id: one!.id, milliseconds: 3, outcome: 'owner' }],
    });
  await allAlive(net);
  expect((await request(`${net.url}/v1/network/lookup/${key}?from=2`)).body).toEqual({
    ...{ key, from: { n: 2, id: two!.id }, found: true, owner: { n: 1, id: one!.id }, milliseconds: 12.5 },
    replicas: [
      { n: 1, id: one!.id },
      { n: null, id: '0'.repeat(31) + 'f' },
    ],
    hops: [{ n: 1, id: one!.id, milliseconds: 3, outcome: 'owner' }],
  });
  await one!.stop();
  expect(await request(`${net.url}/v1/network/lookup/${key}?from=1`)).toMatchObject({
    status: 502,
    body: { type: '/problems/phone-unreachable' },
  });
});

test('without a phone that lives the gateway is not ready, and says so', async () => {
  const net = await startFixture(1);
  await net.phones[0]!.stop();
  await eventually(
    'it is seen',
    async () => (await request<Listed>(`${net.url}/v1/phones`)).body.items[0]?.state !== 'alive',
  );
  const ready = await request(`${net.url}/readyz`);
  expect(ready).toMatchObject({ status: 503, body: { type: '/problems/no-phones' } });
  expect(await request(`${net.url}/healthz`)).toMatchObject({ status: 200 });
  const page = await fetch(net.url);
  expect(page.headers.get('content-security-policy')).not.toContain('unsafe-inline');
  expect(await page.text()).toContain('0 of 1 phones are alive');
});
