/** What a person writes on one phone others read on theirs, each in a container of its own. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../integration/eventually.ts';
import { expectPost } from '../integration/expect-post.ts';
import { request, WallClient } from '../integration/wall-client.ts';
import { PhoneNetwork } from './phone-network.ts';

interface FeedBody {
  readonly items: readonly { readonly post: { readonly id: string; readonly text: string } }[];
}

let net: PhoneNetwork;

beforeAll(async () => {
  net = await PhoneNetwork.start({ phones: 12, seed: 7 });
});

afterAll(async () => {
  await net?.[Symbol.asyncDispose]();
});

it('a post written on one phone is read on every other, and stands in their feeds', async () => {
  const ada = await WallClient.signUp(net.phone(1).api, 'Ada');
  const post = await ada.publish('The first broad beans came up overnight.');
  // A phone that could not tell for seconds whether it missed something counts for none: less than a majority may do.
  expect(post.custody.acknowledged).toBeGreaterThan(0);
  for (const { n, api } of net.phones) {
    await expectPost(api, post);
    await eventually(`the post is in the feed of phone ${n}`, async () => {
      const { body } = await request<FeedBody>(`${api}/v1/feed?strategy=recent`);
      return body.items.some((item) => item.post.id === post.id);
    });
  }
});

it('a post is found on another phone through the index of meanings', async () => {
  const milo = await WallClient.signUp(net.phone(2).api, 'Milo');
  const post = await milo.publish('Saturn and its rings through the backyard telescope tonight.');
  await eventually('a search finds it', async () => {
    const { body } = await request<FeedBody>(`${net.phone(9).api}/v1/search?q=${encodeURIComponent(post.text)}`);
    return body.items[0]?.post.id === post.id;
  });
});

it('nothing acknowledged is lost when a quarter of the containers is killed at once', async () => {
  const ines = await WallClient.signUp(net.phone(4).api, 'Ines');
  const posts = [];
  for (let i = 0; i < 20; i++) posts.push(await ines.publish(`Supper for six, evening ${i}.`));
  await net.kill(3, 7, 11);
  for (const { api } of net.running) for (const post of posts) await expectPost(api, post);
  await net.waitForIdealRing();
});

it('killed containers come back with the ids they had', async () => {
  const ids = new Map([3, 7, 11].map((n) => [n, net.phone(n).id]));
  await net.restart(3, 7, 11);
  expect(new Map([3, 7, 11].map((n) => [n, net.phone(n).id]))).toEqual(ids);
  await net.waitForIdealRing();
});

it('a container that is stopped leaves the ring with exit code 0', async () => {
  expect(await net.phone(5).stop()).toBe(0);
  await net.waitForIdealRing();
  expect(await net.phone(5).logs()).toContain('left the ring');
});
