import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { PortSlot } from '../../../testnet/phones/port-slot.ts';
import { Testnet } from '../../../testnet/testnet.ts';
import { TestnetError } from '../../../testnet/testnet-error.ts';
import type { TestnetOptions } from '../../../testnet/testnet-options.ts';
import { isAlive, phonesOf } from './processes.ts';

const program = join(import.meta.dirname, 'fake-phone.ts');
const folders: string[] = [];
const slots: PortSlot[] = [];

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ringwall-testnet-test-'));
  folders.push(folder);
  return folder;
}

async function start(options: TestnetOptions = {}): Promise<Testnet> {
  const basePort = options.basePort ?? (await freshBase());
  return await Testnet.start({ phones: 3, people: false, program, ...options, basePort });
}

/** Ports for a testnet that no other has which is tested at the same time. */
async function freshBase(): Promise<number> {
  const slot = await PortSlot.take();
  slots.push(slot);
  return slot.basePort;
}

afterEach(async () => {
  for (const slot of slots.splice(0)) await slot[Symbol.asyncDispose]();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('a testnet', () => {
  test('starts its phones on the ports that follow from the base, and ends all of them', async () => {
    const basePort = await freshBase();
    const net = await start({ basePort });
    const pids = net.phones.map((phone) => phone.pid!);
    expect(new Set(phonesOf(net.dataDir))).toEqual(new Set(pids));
    expect(net.phones.map((phone) => phone.api)).toEqual([1, 2, 3].map((n) => `http://127.0.0.1:${basePort + n}`));
    expect(pids.every(isAlive)).toBe(true);
    await net[Symbol.asyncDispose]();
    expect(pids.some(isAlive)).toBe(false);
    expect(() => readFileSync(net.dataDir)).toThrow('ENOENT');
  });

  test('continues in its data folder with the same phones', async () => {
    const dataDir = temporaryFolder();
    const first = await start({ dataDir, phones: 2 });
    const ids = first.phones.map((phone) => phone.id);
    await first[Symbol.asyncDispose]();
    await using second = await start({ dataDir, phones: 3 });
    expect(second.phones.slice(0, 2).map((phone) => phone.id)).toEqual(ids);
    expect(second.phones).toHaveLength(3);
  });

  test('does not drop phones that hold records', async () => {
    const dataDir = temporaryFolder();
    await (await start({ dataDir, phones: 3 }))[Symbol.asyncDispose]();
    await expect(start({ dataDir, phones: 2 })).rejects.toThrow('holds 3 phones with their records');
  });

  test('kills, restarts, stops, freezes, thaws and adds phones', async () => {
    await using net = await start();
    await net.kill(2);
    expect(net.phone(2)).toMatchObject({ state: 'killed', pid: undefined });
    await net.waitForIdealRing();
    await net.restart(2);
    expect(net.phone(2).state).toBe('running');

    await net.stop(3);
    expect(net.phone(3).state).toBe('stopped');
    await net.restart(3);

    await net.freeze(1);
    expect(net.running.map((phone) => phone.n)).toEqual([2, 3]);
    await net.waitForIdealRing();
    await expect(net.freeze(1)).rejects.toThrow('phone 1 is frozen');
    await net.thaw(1);

    const added = await net.join(2);
    expect(added.map((phone) => phone.n)).toEqual([4, 5]);
    await net.waitForIdealRing();
    await expect(net.kill(9)).rejects.toThrow('there is no phone 9: the phones are 1 to 5');
  });

  test('phones that all start at once join one ring: one founds it, the others wait for it', async () => {
    await using net = await start();
    const all = net.phones.map((phone) => phone.n);
    await Promise.all(all.map((n) => net.kill(n)));
    await Promise.all(all.map((n) => net.restart(n)));
    const seeds = all.map((n) => readFileSync(join(net.dataDir, `phones/${n}/data/seeds`), 'utf8'));
    expect(seeds.filter((seed) => seed === '')).toHaveLength(1);
    const peers = net.phones.map((phone) => phone.peer);
    for (const seed of seeds.join(',').split(',').filter(Boolean)) expect(peers).toContain(seed);
  });

  test('gives places to phones that start later, and other addresses to phones that move', async () => {
    await using net = await start({ phones: 2 });
    await net.place(2);
    expect(net.phones.map(({ n, state }) => `${n} ${state}`)).toEqual([
      '1 running',
      '2 running',
      '3 stopped',
      '4 stopped',
    ]);
    await net.restart(4);
    await expect(net.move(4)).rejects.toThrow('phone 4 is running: only one that is gone moves');
    const before = net.phone(4);
    await net.kill(4);
    const moved = await net.move(4);
    expect(net.phone(4)).toBe(moved);
    expect(moved.peer).not.toBe(before.peer);
    await net.restart(4);
    expect(moved.id).not.toBe(before.id);
    await net.waitForIdealRing();
    await net.kill(4);
    expect((await net.move(4)).peer).not.toBe(moved.peer);
  });

  test('joins that overlap take numbers of their own', async () => {
    await using net = await start({ phones: 1 });
    await Promise.all([net.join(1), net.join(2), net.join(1)]);
    expect(net.phones.map((phone) => phone.n)).toEqual([1, 2, 3, 4, 5]);
  });

  test('ends frozen phones, too', async () => {
    const net = await start();
    const pid = net.phone(2).pid!;
    await net.freeze(2);
    await net[Symbol.asyncDispose]();
    expect(isAlive(pid)).toBe(false);
  });

  test('kills phones that do not end when they are told to', async () => {
    const net = await start({ environment: { FAKE_PHONE_FAULT: 'stubborn' }, stopTimeoutMs: 100 });
    const pids = net.phones.map((phone) => phone.pid!);
    await net.stop(1);
    expect(isAlive(pids[0]!)).toBe(false);
    await net[Symbol.asyncDispose]();
    expect(pids.some(isAlive)).toBe(false);
  });

  test('tells of a phone that ends by itself', async () => {
    const crash = Promise.withResolvers<string>();
    await using net = await start({ onCrash: (phone, how) => crash.resolve(`${phone.n}: ${how}`) });
    process.kill(net.phone(2).pid!, 'SIGKILL');
    expect(await crash.promise).toBe('2: SIGKILL');
    expect(net.phone(2).state).toBe('crashed');
  });

  test('a phone that dies at its start shows the end of its log and takes the others with it', async () => {
    const dataDir = temporaryFolder();
    const failing = start({ dataDir, environment: { FAKE_PHONE_FAULT: 'die' } });
    await expect(failing).rejects.toThrow(/phone 1 ended at its start.*\n {2}RINGWALL_PEER_LISTEN is not to my taste/);
    await using again = await start({ dataDir });
    expect(again.running).toHaveLength(3);
  });

  test('an aborted start leaves no process and frees the folder', async () => {
    const dataDir = temporaryFolder();
    const controller = new AbortController();
    const starting = start({
      dataDir,
      environment: { FAKE_PHONE_FAULT: 'mute' },
      signal: controller.signal,
      onProgress: () => setImmediate(() => controller.abort(new Error('enough'))),
    });
    await expect(starting).rejects.toThrow('enough');
    expect(phonesOf(dataDir)).toEqual([]);
    await using again = await start({ dataDir });
    expect(again.running).toHaveLength(3);
  });
});

describe('what a testnet refuses in one line', () => {
  test('a folder that a running testnet has', async () => {
    const dataDir = temporaryFolder();
    await using _net = await start({ dataDir });
    const error = await start({ dataDir }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TestnetError);
    expect((error as Error).message).toBe(
      `${dataDir} is in use by a running testnet (process ${process.pid}): ` +
        `end it with \`npm run testnet -- down --data ${dataDir}\`, or start with another --data`,
    );
  });

  test('a lock whose process is gone is taken over', async () => {
    const dataDir = temporaryFolder();
    writeFileSync(join(dataDir, 'lock'), JSON.stringify({ pid: process.pid, ticks: 1 }));
    await using net = await start({ dataDir });
    expect(net.running).toHaveLength(3);
  });

  test('a port that is taken', async () => {
    const basePort = await freshBase();
    const other = createServer().listen(basePort + 2, '127.0.0.1');
    try {
      await expect(start({ basePort })).rejects.toThrow(`ports ${basePort + 2} and ${basePort + 1002} of phone 2`);
    } finally {
      other.close();
    }
  });

  test('ports of a testnet whose phones are all gone are given to no other', async () => {
    await using one = await Testnet.start({ phones: 2, people: false, program });
    await Promise.all(one.phones.map(({ n }) => one.kill(n)));
    const places = await Promise.all(Array.from({ length: 20 }, () => PortSlot.take()));
    slots.push(...places);
    const bases = [one.basePort, ...places.map(({ basePort }) => basePort)];
    expect(new Set(bases).size).toBe(bases.length);
    await Promise.all(one.phones.map(({ n }) => one.restart(n)));
    expect(one.running).toHaveLength(2);
  });

  test('a remembered port that is taken', async () => {
    const dataDir = temporaryFolder();
    const basePort = await freshBase();
    await (await start({ dataDir, basePort }))[Symbol.asyncDispose]();
    const other = createServer().listen(basePort + 1003, '127.0.0.1');
    try {
      await expect(start({ dataDir })).rejects.toThrow(`port ${basePort + 1003}, which phone 3 had before, is taken`);
    } finally {
      other.close();
    }
  });

  test('a folder that is a file, and a state that is none', async () => {
    const dataDir = temporaryFolder();
    const file = join(dataDir, 'testnet.json');
    writeFileSync(file, '{"version":1}');
    await expect(start({ dataDir: file })).rejects.toThrow(`${file} cannot be made (EEXIST)`);
    await expect(start({ dataDir })).rejects.toThrow('is not the state of a testnet');
    expect(readFileSync(file, 'utf8')).toBe('{"version":1}');
  });
});
