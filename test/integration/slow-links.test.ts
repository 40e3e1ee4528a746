/** Links that are slow and lossy by the phones' own fault rules: what that does to a ring of real processes. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Testnet } from '../../testnet/testnet.ts';
import { eventually } from './eventually.ts';
import { expectPosts } from './expect-post.ts';
import { type PostBody, request, WallClient } from './wall-client.ts';

const SLOW = 3;
const ALL = [1, 2, 3, 4, 5, 6];

let net: Testnet;

beforeAll(async () => {
  net = await Testnet.start({ phones: ALL.length, seed: 5, people: false });
});

afterAll(async () => {
  await net?.[Symbol.asyncDispose]();
});

const apiOf = (n: number): string => net.phone(n).api;

/** Mean time until a reply came, of the next twenty requests of a phone at least, in ms. */
async function roundTripMs(n: number): Promise<number> {
  const NAME = 'ringwall_chord_peer_request_duration_seconds';
  const read = async () => ({ count: await metric(n, `${NAME}_count`), seconds: await metric(n, `${NAME}_sum`) });
  const before = await read();
  const after = await eventually(`phone ${n} asks others`, async () => {
    // A key that nobody asked for before.
    await request(`${apiOf(n)}/v1/network/lookup/${randomUUID()}`);
    const now = await read();
    return now.count >= before.count + 20 && now;
  });
  return (1000 * (after.seconds - before.seconds)) / (after.count - before.count);
}

/** A metric of a phone, over all label sets that hold `labels`. */
async function metric(n: number, name: string, labels = ''): Promise<number> {
  const text = await (await fetch(`${apiOf(n)}/metrics`)).text();
  const lines = text.split('\n').filter((line) => /^\w+/.exec(line)?.[0] === name && line.includes(labels));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

async function metricOfAll(name: string, labels = ''): Promise<number> {
  const values = await Promise.all(ALL.map((n) => metric(n, name, labels)));
  return values.reduce((sum, value) => sum + value, 0);
}

test('a slow phone shows in its round trips', async () => {
  await net.faults.slow([SLOW], { delayMs: [150, 150], jitterMs: 5, loss: 0 });
  // Both ways wait 150 ms: no machine is so fast that less comes out, once what was under way before is answered.
  await eventually('the slow phone is slow', async () => (await roundTripMs(SLOW)) >= 290);
  // However busy the machine is, the others wait for it alike, but not for the delay.
  await eventually('the others stay fast', async () => (await roundTripMs(1)) < (await roundTripMs(SLOW)) - 100);
  expect(await metric(SLOW, 'ringwall_chord_fault_rules')).toBe(1);
  expect(await metric(SLOW, 'ringwall_chord_fault_frames_total', 'delayed')).toBeGreaterThan(0);
  expect(await metric(1, 'ringwall_chord_fault_rules')).toBe(0);
  await net.waitForIdealRing();
});

test('requests and replies lost at both ends of every link lead to retries, not to lost posts', async () => {
  await net.faults.slow(ALL, { delayMs: [1, 10], jitterMs: 2, loss: 0.05 });
  const author = await WallClient.signUp(apiOf(1), 'Patience');
  const acknowledged: PostBody[] = [];
  for (let i = 0; i < 30; i++) {
    acknowledged.push(await author.publish(`through the storm, ${i}`));
  }
  await eventually(
    'frames are lost, and waited for in vain',
    async () =>
      (await metricOfAll('ringwall_chord_fault_frames_total', 'lost')) > 0 &&
      (await metricOfAll('ringwall_chord_peer_requests_total', 'outcome="timeout"')) > 0,
  );
  await expectPosts(ALL.map(apiOf), acknowledged);

  await net.faults.heal();
  await net.waitForIdealRing();
  await expectPosts(ALL.map(apiOf), acknowledged);
});

test('a healed network is as fast as before', async () => {
  // The machine may be busy with the posts' meaning yet: as long as the delay were there, no mean could be as low.
  await eventually('the slow phone is fast again', async () => (await roundTripMs(SLOW)) < 250);
  expect(await metricOfAll('ringwall_chord_fault_rules')).toBe(0);
});

test('a phone that starts again is as slow as it was', async () => {
  await net.faults.slow([SLOW], { delayMs: [50, 50], jitterMs: 0, loss: 0 });
  await net.kill(SLOW);
  await net.restart(SLOW);
  expect(await metric(SLOW, 'ringwall_chord_fault_rules')).toBe(1);
  await net.faults.heal();
});
