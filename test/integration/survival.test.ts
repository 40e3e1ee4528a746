/**
 * The promise of the whole: what was acknowledged can be read on another phone, whatever happened to a quarter of
 * them. Real processes, real gRPC, real disks.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseId } from '../../services/shared/core/id.ts';
import { Testnet } from '../../testnet/testnet.ts';
import { eventually } from './eventually.ts';
import { expectPosts } from './expect-post.ts';
import { type PostBody, request, WallClient } from './wall-client.ts';

const PHONES = 12;

describe('a testnet of processes', () => {
  let net: Testnet;
  const acknowledged: PostBody[] = [];

  beforeAll(async () => {
    net = await Testnet.start({ phones: PHONES, seed: 7, people: false });
  });

  afterAll(async () => {
    await net?.[Symbol.asyncDispose]();
  });

  const apiOf = (n: number): string => net.phones.find((phone) => phone.n === n)!.api;

  const expectReadable = (posts: readonly PostBody[], phones: readonly number[]): Promise<void> =>
    expectPosts(phones.map(apiOf), posts);

  test('posts made on three phones are read on all others', async () => {
    for (const n of [1, 2, 3]) {
      const author = await WallClient.signUp(apiOf(n), `Author ${n}`);
      for (let i = 0; i < 20; i++) {
        const post = await author.publish(`post ${i} of author ${n}`);
        // A phone that could not tell for seconds whether it missed something counts for none: less than a majority may do.
        expect(post.custody.acknowledged).toBeGreaterThan(0);
        acknowledged.push(post);
      }
    }
    await expectReadable(acknowledged, [4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  test('kill -9 of a quarter at once loses no acknowledged post', async () => {
    await Promise.all([10, 11, 12].map((n) => net.kill(n)));
    await expectReadable(acknowledged, [4, 5, 6, 7, 8, 9]);
  });

  test('the survivors become an ideal ring again and go on taking posts', async () => {
    await net.waitForIdealRing();
    const author = await WallClient.signUp(apiOf(5), 'After the storm');
    const post = await author.publish('still here');
    acknowledged.push(post);
    await expectReadable([post], [2]);
  });

  test('phones that crashed come back with their id, their data and their place', async () => {
    const before = net.phones.find((phone) => phone.n === 11)!.id;
    await Promise.all([10, 11, 12].map((n) => net.restart(n)));
    await net.waitForIdealRing();
    expect(net.phones.find((phone) => phone.n === 11)!.id).toBe(before);
    await expectReadable(acknowledged, [10, 11, 12]);
  });

  test('a frozen phone does not hold up reads, and finds back when it thaws', async () => {
    const before = net.phones.find((phone) => phone.n === 6)!.id;
    await net.freeze(6);
    try {
      await expectReadable(acknowledged, [1, 2, 3, 4, 5]);
      await eventually('the frozen phone is dropped', async () => {
        const ring = await request<{ known: { id: string }[] }>(`${apiOf(1)}/v1/network/ring`);
        const seen = ring.body.known.filter((phone) => parseId(phone.id) === before);
        if (seen.length > 0) throw new Error(`phone 1 still has it: ${JSON.stringify(seen)}`);
        return true;
      });
    } finally {
      await net.thaw(6);
    }
    await net.waitForIdealRing();
    await expectReadable(acknowledged.slice(0, 10), [6]);
  });

  test('a graceful leave hands over, and the phone may come back', async () => {
    await net.stop(4);
    await net.waitForIdealRing();
    await expectReadable(acknowledged, [1, 2, 3, 5]);
    await net.restart(4);
    await net.waitForIdealRing();
    await expectReadable(acknowledged.slice(0, 10), [4]);
  });

  test('phones that join at once find their places', async () => {
    await net.join(6);
    await net.waitForIdealRing();
    expect(net.phones.filter((phone) => phone.state === 'running')).toHaveLength(PHONES + 6);
    await expectReadable(acknowledged, [13, 14, 15, 16, 17, 18]);
  });

  test('all phones restarted at once continue where they stopped', async () => {
    const all = net.phones.map((phone) => phone.n);
    await Promise.all(all.map((n) => net.kill(n)));
    await Promise.all(all.map((n) => net.restart(n)));
    await net.waitForIdealRing();
    await expectReadable(acknowledged, all);
  });
});
