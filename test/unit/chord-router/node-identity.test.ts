import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  forgetFormer,
  loadIdentity,
  readIdentity,
} from '../../../services/chord-router/adapters/identity/identity-file.ts';
import {
  checkRecord,
  createIdentity,
  generateNodeKey,
  isIdOf,
  NONCES,
  type NodeKey,
  nodeId,
  nodeKeyFromSeed,
  seedOf,
  verifySignature,
} from '../../../services/chord-router/adapters/identity/node-identity.ts';
import { MOST_FORMER } from '../../../services/chord-router/core/ring/farewell.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import { ConfigurationError } from '../../../services/shared/runtime/program/environment.ts';

const ADDRESS = '203.0.113.9:7400';
const KEY = nodeKeyFromSeed(Buffer.alloc(32, 1));

describe('a node id', () => {
  it('is half a hash of ip, port and nonce, half one of these and the key', () => {
    const place = Buffer.from([203, 0, 113, 9, 7400 >> 8, 7400 & 255, 5]);
    const half = (...parts: Uint8Array[]) => createHash('sha1').update(Buffer.concat(parts)).digest('hex').slice(0, 16);
    expect(nodeId(ADDRESS, 5, KEY.publicKey)).toBe(half(place) + half(place, KEY.publicKey));
  });

  it('keeps its position under another key and changes all of it with the nonce', () => {
    const id = nodeId(ADDRESS, 0, KEY.publicKey);
    const rekeyed = nodeId(ADDRESS, 0, generateNodeKey().publicKey);
    expect(rekeyed.slice(0, 16)).toBe(id.slice(0, 16));
    expect(rekeyed.slice(16)).not.toBe(id.slice(16));
    const ids = Array.from({ length: NONCES }, (_, nonce) => nodeId(ADDRESS, nonce, KEY.publicKey));
    expect(new Set(ids.map((each) => each.slice(0, 16))).size).toBe(NONCES);
    expect(() => nodeId(ADDRESS, NONCES, KEY.publicKey)).toThrow(RangeError);
    expect(() => nodeId('example.org:1', 0, KEY.publicKey)).toThrow(RangeError);
  });

  it('takes in all of an IPv6 address', () => {
    const a = nodeId('[2001:db8::1]:7400', 0, KEY.publicKey);
    const b = nodeId('[2001:db8::1:1]:7400', 0, KEY.publicKey);
    expect(a).not.toBe(b);
  });
});

describe('an id of a key', () => {
  it('is any that it may have at the address, and no other', () => {
    const at = (nonce: number) => ({ id: nodeId(ADDRESS, nonce, KEY.publicKey), address: ADDRESS });
    for (const nonce of [0, 5, NONCES - 1]) expect(isIdOf(at(nonce), KEY.publicKey)).toBe(true);
    expect(isIdOf(at(5), generateNodeKey().publicKey)).toBe(false);
    expect(isIdOf({ ...at(5), address: '203.0.113.9:7401' }, KEY.publicKey)).toBe(false);
    expect(isIdOf({ ...at(5), address: '203.0.113.9:07400' }, KEY.publicKey)).toBe(false);
  });
});

describe('a node record', () => {
  it('proves itself', () => {
    const identity = createIdentity(KEY, ADDRESS, 2, 1_700_000_000_000);
    expect(checkRecord(identity.record)).toEqual({ ok: true, value: identity.contact });
    const message = Buffer.from('hello');
    expect(verifySignature(KEY.publicKey, message, identity.sign(message))).toBe(true);
    expect(verifySignature(KEY.publicKey, Buffer.from('hullo'), identity.sign(message))).toBe(false);
    expect(verifySignature(Buffer.alloc(3), message, identity.sign(message))).toBe(false);
  });

  it('with a nonce beyond the bound is malformed, though its phone signed it', () => {
    const sign = (nonce: number) => {
      const time = Buffer.alloc(8);
      time.writeBigUInt64BE(5n);
      const parts = ['ringwall/node-record/1', KEY.publicKey, time, Buffer.from([nonce]), ADDRESS];
      const bytes = Buffer.concat(parts.map((part) => Buffer.from(part)));
      const signature = createIdentity(KEY, ADDRESS, 0, 1).sign(bytes);
      return checkRecord({ publicKey: KEY.publicKey, address: ADDRESS, nonce, issuedAtMs: 5, signature });
    };
    expect(sign(NONCES - 1).ok).toBe(true);
    expect(sign(NONCES)).toEqual({ ok: false, fault: 'malformed' });
  });

  it('is kept by its seed', () => {
    const key = generateNodeKey();
    expect(nodeKeyFromSeed(seedOf(key)).publicKey).toEqual(key.publicKey);
  });
});

describe('the identity file', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ringwall-identity-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('brings a phone back with its id, and chooses another where its address changed', async () => {
    const asked: string[] = [];
    const choose = async (key: NodeKey, address: string): Promise<number> => {
      asked.push(`${key.publicKey.toString('hex')} at ${address}`);
      return 4 + asked.length;
    };
    const first = await loadIdentity(folder, ADDRESS, 1, { chooseNonce: choose });
    expect(first.renewed).toBe('first-start');
    expect(first.identity.record.nonce).toBe(5);
    const again = await loadIdentity(folder, ADDRESS, 2, { chooseNonce: choose });
    expect(again.renewed).toBeUndefined();
    expect(again.identity.contact).toEqual(first.identity.contact);
    const moved = await loadIdentity(folder, '203.0.113.9:7401', 3, { chooseNonce: choose });
    expect(moved.renewed).toBe('address-changed');
    expect(moved.identity.record).toMatchObject({ nonce: 6, publicKey: first.identity.record.publicKey });
    expect((await readIdentity(folder))?.nonce).toBe(6);
    const key = first.identity.record.publicKey.toString('hex');
    expect(asked).toEqual([`${key} at ${ADDRESS}`, `${key} at 203.0.113.9:7401`]);
  });

  it('notes what a phone was at other addresses until it has said goodbye for it', async () => {
    const addresses = [1, 2, 3].map((port) => `203.0.113.9:${port}`);
    const contacts = [];
    for (const address of addresses) contacts.push((await loadIdentity(folder, address, 1)).identity.contact);
    const [first, second, third] = contacts as [Contact, Contact, Contact];
    expect((await loadIdentity(folder, third.address, 2)).former).toEqual([first, second]);
    await forgetFormer(folder, first);
    expect((await readIdentity(folder))?.former).toEqual([second]);
    expect((await loadIdentity(folder, third.address, 3)).identity.contact).toEqual(third);
    expect((await loadIdentity(folder, second.address, 4)).former).toEqual([third]); // it is there again
  });

  it('notes the last of them where it moved often, and believes in none that is not of its key', async () => {
    for (let port = 1; port <= MOST_FORMER + 3; port++) await loadIdentity(folder, `203.0.113.9:${port}`, 1);
    const { former } = (await readIdentity(folder))!;
    expect(former.map(({ address }) => address)).toEqual(
      Array.from({ length: MOST_FORMER }, (_, i) => `203.0.113.9:${3 + i}`),
    );
    const path = join(folder, 'phone.json');
    const content = JSON.parse(await readFile(path, 'utf8'));
    const foreign = { id: nodeId(ADDRESS, 0, generateNodeKey().publicKey), address: ADDRESS };
    await writeFile(path, JSON.stringify({ ...content, former: [foreign, 'nobody', null, former[0]] }));
    expect((await readIdentity(folder))?.former).toEqual([former[0]]);
    await writeFile(path, JSON.stringify({ ...content, former: undefined })); // as older versions wrote it
    expect((await readIdentity(folder))?.former).toEqual([]);
  });

  it('takes the first id where nobody chooses, and is not written when choosing fails', async () => {
    const failing = loadIdentity(folder, ADDRESS, 1, { chooseNonce: () => Promise.reject(new Error('no')) });
    await expect(failing).rejects.toThrow('no');
    expect(await readdir(folder)).toEqual([]);
    expect((await loadIdentity(folder, ADDRESS, 1)).identity.record.nonce).toBe(0);
  });

  it('is readable by its owner alone and leaves no drafts', async () => {
    await loadIdentity(folder, ADDRESS, 1);
    expect((await stat(join(folder, 'phone.json'))).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['phone.json']);
  });

  it.each(['', '{', '[]', 'null', '{"version":1}', '{"version":2,"address":"1.2.3.4:5","nonce":0}'])(
    'that holds %j stops the phone rather than make a new one of it',
    async (content) => {
      await writeFile(join(folder, 'phone.json'), content);
      await expect(loadIdentity(folder, ADDRESS, 1)).rejects.toThrow(ConfigurationError);
      expect(await readFile(join(folder, 'phone.json'), 'utf8')).toBe(content);
    },
  );
});
