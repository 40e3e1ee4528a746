/** Two halves that cannot hear each other, each with a life of its own, and their meeting again. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Testnet } from '../../testnet/testnet.ts';
import { eventually } from './eventually.ts';
import { expectPost } from './expect-post.ts';
import { type PostBody, request, WallClient } from './wall-client.ts';

const LEFT = [1, 2, 3, 4, 5];
const RIGHT = [6, 7, 8, 9, 10];

let net: Testnet;

beforeAll(async () => {
  net = await Testnet.start({ phones: 10, seed: 3, people: false });
});

afterAll(async () => {
  await net?.[Symbol.asyncDispose]();
});

const apiOf = (n: number): string => net.phone(n).api;

/** Addresses of the phones that one takes for its successors. */
async function neighboursOf(n: number): Promise<Set<string>> {
  const { body } = await request<{ successors: { address: string }[] }>(`${apiOf(n)}/v1/network/ring`);
  return new Set(body.successors.map(({ address }) => address));
}

function isAmong(addresses: ReadonlySet<string>, phones: readonly number[]): boolean {
  const peers = new Set(phones.map((n) => net.phone(n).peer));
  return [...addresses].every((address) => peers.has(address));
}

/** How many of the phones still have a phone of the other half among their neighbours. */
async function neighboursAcross(phones: readonly number[], others: readonly number[]): Promise<number> {
  const addresses = new Set(others.map((n) => net.phone(n).peer));
  const across = await Promise.all(
    phones.map(async (n) => [...(await neighboursOf(n))].some((address) => addresses.has(address))),
  );
  return across.filter(Boolean).length;
}

async function expectReadable(post: PostBody, phones: readonly number[]): Promise<void> {
  for (const n of phones) await expectPost(apiOf(n), post);
}

test('two halves go on apart and become one ring when they hear each other again', async () => {
  const left = await WallClient.signUp(apiOf(1), 'Leftmost');
  // Written before anything else, so that it is on both sides when the cut comes.
  const before = await left.publish('written before the cut');
  const right = await WallClient.signUp(apiOf(10), 'Rightmost');

  await net.faults.cut(LEFT);
  await eventually('both halves are rings of their own', async () => {
    const across = (await neighboursAcross(LEFT, RIGHT)) + (await neighboursAcross(RIGHT, LEFT));
    return across === 0;
  });
  const onLeft = await left.publish('written on the left');
  const onRight = await right.publish('written on the right');
  // How many should hold it is what a phone believes, and one of the other half may still be believed in; to say it has
  // it, it must have heard.
  expect(onLeft.custody.acknowledged).toBeLessThanOrEqual(LEFT.length);
  await expectReadable(onLeft, LEFT);
  await expectReadable(onRight, RIGHT);
  await expectReadable(before, [...LEFT, ...RIGHT]);
  const unheard = await request(`${apiOf(7)}/v1/posts/${onLeft.id}`);
  expect(unheard.status).not.toBe(200);

  // Who starts while the network is cut finds those of its own side, and nobody else finds it.
  await net.kill(2);
  await net.restart(2);
  const [newcomer] = await net.join();
  await eventually('they are in the ring of their side', async () => {
    const [left, right] = await Promise.all([neighboursOf(2), neighboursOf(newcomer!.n)]);
    return left.size === LEFT.length - 1 && right.size === RIGHT.length && isAmong(left, LEFT) && isAmong(right, RIGHT);
  });
  await expectReadable(onLeft, [2]);
  await expectReadable(onRight, [newcomer!.n]);

  await net.faults.heal();
  await net.waitForIdealRing();
  await expectReadable(onLeft, RIGHT);
  await expectReadable(onRight, LEFT);
});
