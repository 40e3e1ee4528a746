/** Phones whose clocks jump by hours, forwards and back: the ring stays whole and posts stay readable. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Testnet } from '../../testnet/testnet.ts';
import { eventually } from './eventually.ts';
import { expectPost } from './expect-post.ts';
import { type PostBody, WallClient } from './wall-client.ts';

const PRELOAD = join(import.meta.dirname, 'clock-shift.ts');

test.each([
  ['forwards', 6 * 3_600_000],
  ['back', -6 * 3_600_000],
])('clocks that jump six hours %s break nothing', async (_, shiftMs) => {
  await using net = await Testnet.start({
    phones: 5,
    people: false,
    environment: { NODE_OPTIONS: `--import=${PRELOAD}`, CLOCK_SHIFT_MS: String(shiftMs) },
  });
  const jump = (): void => {
    for (const n of [2, 4]) process.kill(net.phone(n).pid!, 'SIGUSR2');
  };
  const author = await WallClient.signUp(net.phone(2).api, 'Time traveller');
  const posts: PostBody[] = [];
  const post = async (text: string): Promise<void> => {
    posts.push(await author.publish(text));
  };
  const expectAllEverywhere = async (): Promise<void> => {
    for (const { api } of net.running) {
      for (const post of posts) await expectPost(api, post);
    }
  };
  await post('before the jump');
  jump();
  await eventually('the clock of the author’s phone has jumped', async () => {
    await post('after the jump');
    return Math.abs(Date.parse(posts.at(-1)!.createdAt) - Date.now()) > Math.abs(shiftMs) / 2;
  });
  await expectAllEverywhere();
  await net.waitForIdealRing();
  jump();
  await post('after the jump back');
  await expectAllEverywhere();
  await net.waitForIdealRing();
  expect(net.running).toHaveLength(5);
});
