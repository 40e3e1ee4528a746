/**
 * A phone whose disk is full: it says so, refuses what it cannot keep, serves what it has, and takes part again when
 * there is room. The disk is a real one, of two megabytes, which takes root and Linux to make.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Testnet } from '../../testnet/testnet.ts';
import { eventually } from './eventually.ts';
import { expectPost } from './expect-post.ts';
import { type PostBody, request, WallClient } from './wall-client.ts';

const run = promisify(execFile);
const FULL_PHONE = 3;
const DISK_MEGABYTES = 2;

const canMount = process.platform === 'linux' && process.getuid?.() === 0;
if (!canMount) console.warn('disk-full: skipped, for only root on Linux can make a small disk');

describe.runIf(canMount)('a phone whose disk is full', () => {
  let dataDir: string;
  let disk: string;
  let net: Testnet;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'ringwall-disk-full-'));
    disk = join(dataDir, 'phones', String(FULL_PHONE), 'data');
    await mkdir(disk, { recursive: true });
    await run('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MEGABYTES}m`, 'tmpfs', disk]);
    net = await Testnet.start({ phones: 4, people: false, dataDir });
  });

  afterAll(async () => {
    await net?.[Symbol.asyncDispose]();
    await run('umount', [disk]);
    await rm(dataDir, { recursive: true, force: true });
  });

  const faultsOf = async (n: number): Promise<number> => {
    const text = await (await fetch(`${net.phone(n).api}/metrics`)).text();
    return Number(/^ringwall_chord_disk_faults_total (\d+)$/m.exec(text)?.[1] ?? 0);
  };

  const recordsOf = async (n: number): Promise<number> =>
    (await request<{ records: number }>(`${net.phone(n).api}/v1/network/self`)).body.records;

  test('it keeps serving, loses nothing acknowledged, and recovers when there is room', async () => {
    const author = await WallClient.signUp(net.phone(1).api, 'Prolific');
    const posts: PostBody[] = [await author.publish('before the disk was full')];

    const filler = join(disk, 'filler');
    await writeFile(filler, Buffer.alloc(DISK_MEGABYTES * 2 ** 20)).catch(() => undefined); // takes what room there is
    await eventually('the disk fault is counted, and not all is kept', async () => {
      posts.push(await author.publish('x'.repeat(9_000))); // the other three are a majority
      const faults = await faultsOf(FULL_PHONE);
      return faults > 0 && (await recordsOf(FULL_PHONE)) < (await recordsOf(1));
    });
    expect(net.phone(FULL_PHONE).state).toBe('running');
    for (const post of posts) await expectPost(net.phone(FULL_PHONE).api, post);

    await rm(filler);
    // In a ring of four each phone keeps everything: what was missed comes by repair.
    await eventually('it has caught up', async () => (await recordsOf(FULL_PHONE)) === (await recordsOf(1)));
  });
});
