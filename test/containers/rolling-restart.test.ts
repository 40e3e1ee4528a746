/** Phones come and go on purpose, one after the other, while people write and read: nobody notices. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PhoneNetwork } from './phone-network.ts';
import { WallTraffic } from './wall-traffic.ts';

/** Dozens of starts and leaves, of which a busy machine does one in seconds. */
const TIMEOUT_MS = 900_000;
const PHONES = 8;
const GROWN = 32;

let net: PhoneNetwork;

beforeAll(async () => {
  net = await PhoneNetwork.start({ phones: PHONES, seed: 11 });
});

afterAll(async () => {
  await net?.[Symbol.asyncDispose]();
});

it('no acknowledged post is lost and no read fails while every phone is restarted', {
  timeout: TIMEOUT_MS,
}, async () => {
  await using traffic = new WallTraffic({ seed: 1, phones: () => net.running });
  await traffic.begin();
  for (const phone of net.running) {
    await traffic.avoid(phone);
    await net.restart(phone.n);
    traffic.useAgain(phone);
  }
  expect(await traffic.end()).toEqual([]);
  expect(traffic.failedReads).toEqual([]);
  expect(traffic.reads).toBeGreaterThan(PHONES);
  expect(traffic.acknowledged.length).toBeGreaterThan(PHONES);
  await net.waitForIdealRing();
});

it(`nothing is lost from ${PHONES} phones to ${GROWN} and back`, { timeout: TIMEOUT_MS }, async () => {
  await using traffic = new WallTraffic({ seed: 2, phones: () => net.running.slice(0, PHONES) });
  await traffic.begin();
  await net.scale(GROWN);
  await net.waitForIdealRing();
  await net.scale(PHONES);
  await net.waitForIdealRing();
  expect(await traffic.end()).toEqual([]);
  expect(traffic.failedReads).toEqual([]);
  expect(traffic.acknowledged.length).toBeGreaterThan(PHONES);
});
