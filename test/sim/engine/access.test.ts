/** Ways into the network: what a link class makes of messages. */
import { beforeEach, expect, test } from 'vitest';
import type { LinkClass } from '../../../services/shared/scenario/link-class.ts';
import type { SimPhone } from '../ring/phone.ts';
import { ringWorld, type World } from '../ring/world.ts';
import { Access } from './access.ts';

const KIND = 1;
const FAST: LinkClass = {
  name: 'fast',
  latencyMs: [10, 10],
  jitterMs: 0,
  loss: 0,
  upBitsPerSecond: undefined,
  downBitsPerSecond: undefined,
};

let world: World;
let a: SimPhone;
let b: SimPhone;
let c: SimPhone;

beforeEach(() => {
  world = ringWorld({ seed: 1, network: { latencyMs: [5, 5], jitterMs: 0 } });
  world.network.weigh = ({ type }) => Number(type);
  world.network.access = new Access(world.engine);
  [a, b, c] = [world.addPhone(), world.addPhone(), world.addPhone()];
  for (const phone of [a, b, c]) phone.start([]);
});

function attach(changes: Partial<LinkClass>, ...phones: readonly SimPhone[]): void {
  for (const phone of phones) world.network.access!.attach(phone, { ...FAST, ...changes });
}

/** Sends messages of so many bytes at once; gives when each arrived, ms later. */
function sendAll(messages: readonly (readonly [from: SimPhone, to: SimPhone, bytes: number])[]): number[] {
  const startedMs = world.engine.nowMs;
  const arrived: number[] = messages.map(() => Number.NaN);
  for (const [i, [from, to, bytes]] of messages.entries()) {
    world.network.send(from, to, KIND, {
      content: { type: String(bytes) },
      arrive: () => (arrived[i] = Math.round(world.engine.nowMs - startedMs)),
    });
  }
  world.runFor(60_000);
  return arrived;
}

test('a link is as slow as both ends and the core together', () => {
  attach({}, a);
  attach({ latencyMs: [250, 250] }, b);
  expect(sendAll([[a, b, 100]])).toEqual([265]);
  expect(world.network.rttMs(a, b)).toBe(530);
  expect(world.network.rttMs(a, c)).toBe(30);
});

test('one thing is sent after the other, and one received after the other', () => {
  attach({ upBitsPerSecond: 8_000 }, a);
  attach({}, b);
  attach({ downBitsPerSecond: 8_000 }, c);
  expect(
    sendAll([
      [a, b, 100],
      [a, b, 100],
    ]),
  ).toEqual([125, 225]);
  expect(
    sendAll([
      [b, c, 100],
      [b, c, 50],
    ]),
  ).toEqual([125, 175]);
  expect(world.network.sentBytes).toBe(350);
});

test('a lost packet is sent again, holds up what follows, and nothing else', () => {
  attach({ loss: 0.5 }, a);
  attach({}, b, c);
  const times = sendAll(Array.from({ length: 40 }, () => [a, b, 100] as const));
  const there = times.filter((ms) => !Number.isNaN(ms));
  expect(there).toEqual([...there].sort((x, y) => x - y));
  expect(there.at(-1)).toBeGreaterThan(200);
  expect(sendAll([[b, c, 100]])).toEqual([25]);
});

test('what is lost again and again never comes', () => {
  attach({ loss: 1 }, a);
  attach({}, b);
  expect(sendAll([[a, b, 100]])).toEqual([Number.NaN]);
});

test('jitter delays, and never lets one message overtake another', () => {
  attach({ jitterMs: 50 }, a);
  attach({}, b);
  const times = sendAll(Array.from({ length: 100 }, () => [a, b, 10] as const));
  expect(times).toEqual([...times].sort((x, y) => x - y));
  expect(times.at(-1)! - times[0]!).toBeGreaterThan(50);
});

test('phones of an ideal ring know what their ways into the network take: none is late', () => {
  const slow = ringWorld({ seed: 1, network: { latencyMs: [5, 5], jitterMs: 0 } });
  slow.network.access = new Access(slow.engine);
  const phones = slow.ideal(30, (phone) => {
    slow.network.access!.attach(phone, { ...FAST, latencyMs: [100, 120] });
  });
  const outcomes = phones.flatMap((phone) => slow.lookup(phone, slow.randomId()).hops);
  expect(outcomes.length).toBeGreaterThan(15);
  expect(outcomes.filter(({ outcome }) => outcome !== 'owner' && outcome !== 'closer')).toEqual([]);
});
