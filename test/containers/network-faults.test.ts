/** What can be wrong with a network of containers: frozen phones, two halves, slow and lossy links, strangers. */
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PROTOCOL } from '../../services/chord-router/adapters/links/handshake.ts';
import { eventually } from '../integration/eventually.ts';
import { expectPost } from '../integration/expect-post.ts';
import { type PostBody, request, WallClient } from '../integration/wall-client.ts';
import { buildNextVersion } from './engine/next-version.ts';
import type { PhoneContainer } from './phone-container.ts';
import { PhoneNetwork } from './phone-network.ts';

const LEFT = [1, 2, 3, 4];
const RIGHT = [5, 6, 7, 8, 9];
const FROZEN = [2, 7];
const NEXT_IMAGE = 'ringwall-test-next';

let net: PhoneNetwork;

beforeAll(async () => {
  net = await PhoneNetwork.start({ phones: LEFT.length + RIGHT.length, seed: 5 });
});

afterAll(async () => {
  await net?.[Symbol.asyncDispose]();
});

const awake = (): readonly PhoneContainer[] => net.running;

async function expectReadable(posts: readonly PostBody[], phones = awake()): Promise<void> {
  for (const { api } of phones) for (const post of posts) await expectPost(api, post);
}

/** Addresses of the phones that one takes for its neighbours. */
async function neighboursOf({ api }: PhoneContainer): Promise<readonly string[]> {
  const { body } = await request<{ successors: { address: string }[] }>(`${api}/v1/network/ring`);
  return body.successors.map(({ address }) => address);
}

async function metric({ api }: PhoneContainer, name: string, labels = ''): Promise<number> {
  const text = await (await fetch(`${api}/metrics`)).text();
  const lines = text.split('\n').filter((line) => /^\w+/.exec(line)?.[0] === name && line.includes(labels));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** It is told why it is refused, and some of the others say so, too, in their logs. */
async function expectToldWhy(phone: PhoneContainer, why: string): Promise<void> {
  await eventually('it is told why', async () => (await phone.logs(100)).includes(why));
  await eventually('the others say why', async () => {
    const logs = await Promise.all(awake().map((other) => other.logs(200)));
    return logs.some((log) => log.includes(why));
  });
}

it('phones that are paused are missed by nobody, and know what was written when they go on', async () => {
  const author = await WallClient.signUp(net.phone(1).api, 'Wakeful');
  const before = await author.publish('before the others froze');
  await net.pause(...FROZEN);
  const meanwhile = [before];
  for (let i = 0; i < 5; i++) meanwhile.push(await author.publish(`while they were frozen, ${i}`));
  await expectReadable(meanwhile);
  await net.waitForIdealRing();
  await net.unpause(...FROZEN);
  await net.waitForIdealRing();
  await expectReadable(
    meanwhile,
    FROZEN.map((n) => net.phone(n)),
  );
});

it('two halves go on apart and become one ring, with what was written on either side', async () => {
  const left = await WallClient.signUp(net.phone(LEFT[0]!).api, 'Leftmost');
  // Written before anything else, so that it is on both sides when the cut comes.
  const before = await left.publish('written before the cut');
  const right = await WallClient.signUp(net.phone(RIGHT[0]!).api, 'Rightmost');
  await net.cut(...LEFT);
  for (const side of [LEFT, RIGHT]) {
    const addresses = new Set(side.map((n) => net.phone(n).address));
    await eventually('each side is a ring of its own', async () => {
      const known = await Promise.all(side.map((n) => neighboursOf(net.phone(n))));
      return known.flat().every((address) => addresses.has(address.split(':')[0]!));
    });
  }
  const onLeft = await left.publish('written on the left');
  const onRight = await right.publish('written on the right');
  await expectReadable(
    [before, onLeft],
    LEFT.map((n) => net.phone(n)),
  );
  await expectReadable(
    [before, onRight],
    RIGHT.map((n) => net.phone(n)),
  );
  await net.heal();
  await net.waitForIdealRing();
  await expectReadable([before, onLeft, onRight]);
});

it('faults of links are taken from who shows the token, and from nobody else', async () => {
  const rules = [{ delayMs: [20, 60], jitterMs: 5, loss: 0.05 }] as const;
  const phone = net.phone(3);
  await expect(phone.setFaults({ seed: 1, rules }, 'another-token-than-its-own')).rejects.toMatchObject({
    code: status.UNAUTHENTICATED,
  });
  expect(await metric(phone, 'ringwall_chord_fault_rules')).toBe(0);
});

it('slow and lossy links lead to retries, not to lost posts', async () => {
  await net.setFaults([{ delayMs: [20, 60], jitterMs: 5, loss: 0.05 }]);
  const author = await WallClient.signUp(net.phone(4).api, 'Patience');
  const posts: PostBody[] = [];
  for (let i = 0; i < 10; i++) posts.push(await author.publish(`through the storm, ${i}`));
  await expectReadable(posts, [net.phone(8)]);
  await eventually('frames are lost', async () => {
    const lost = await Promise.all(awake().map((phone) => metric(phone, 'ringwall_chord_fault_frames_total', 'lost')));
    return lost.some((frames) => frames > 0);
  });
  await net.setFaults([]);
  await net.waitForIdealRing();
  await expectReadable(posts);
});

it('a phone of another version joins no ring, both sides say why, and nobody minds', async () => {
  const author = await WallClient.signUp(net.phone(1).api, 'Old hand');
  const post = await author.publish('before the next version came');
  const before = await neighboursOf(net.phone(1));
  await buildNextVersion(NEXT_IMAGE);
  const [next] = net.place(1, { image: NEXT_IMAGE });
  const starting = next!.start().catch((error: unknown) => error as Error);
  await expectToldWhy(next!, `this phone speaks protocol ${PROTOCOL}, not ${PROTOCOL + 1}`);
  expect((await request(`${next!.api}/readyz`).catch(() => undefined))?.status).not.toBe(200);
  await expectReadable([post]);
  await net.waitForIdealRing();
  expect(await neighboursOf(net.phone(1))).toEqual(before);
  await next!.remove();
  expect(await starting).toBeInstanceOf(Error);
});

it('a phone with other parameters joins no ring, and both sides say why', async () => {
  const before = await neighboursOf(net.phone(1));
  const [other] = net.place(1, { environment: { RINGWALL_REPLICATION: '3' } });
  const starting = other!.start().catch((error: unknown) => error as Error);
  await expectToldWhy(other!, 'this phone is of network \\"ringwall/r=7\\", not \\"ringwall/r=3\\"');
  expect((await request(`${other!.api}/readyz`).catch(() => undefined))?.status).not.toBe(200);
  await net.waitForIdealRing();
  expect(await neighboursOf(net.phone(1))).toEqual(before);
  await other!.remove();
  expect(await starting).toBeInstanceOf(Error);
});
