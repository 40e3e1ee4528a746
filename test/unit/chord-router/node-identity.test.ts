import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadIdentity, readIdentity } from '../../../services/chord-router/adapters/identity-file.ts';
import {
  checkRecord,
  createIdentity,
  farthestNonce,
  generateNodeKey,
  NONCES,
  nodeId,
  nodeKeyFromSeed,
  seedOf,
  verifySignature,
} from '../../../services/chord-router/adapters/node-identity.ts';
import { distance, type Id } from '../../../services/shared/core/id.ts';
import { ConfigurationError } from '../../../services/shared/runtime/environment.ts';

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

  it('can be chosen among eight, farthest from those that are there', () => {
    const candidates = Array.from({ length: NONCES }, (_, nonce) => nodeId(ADDRESS, nonce, KEY.publicKey));
    expect(farthestNonce(ADDRESS, KEY.publicKey, [])).toBe(0);
    const known = [candidates[0]!, candidates[3]!];
    const chosen = farthestNonce(ADDRESS, KEY.publicKey, known);
    const gap = (id: Id): bigint =>
      known.flatMap((other) => [distance(id, other), distance(other, id)]).reduce((a, b) => (a < b ? a : b));
    for (const candidate of candidates) expect(gap(candidates[chosen]!) >= gap(candidate)).toBe(true);
    expect(chosen).not.toBe(0);
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
    expect(sign(7).ok).toBe(true);
    expect(sign(8)).toEqual({ ok: false, fault: 'malformed' });
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

  it('brings a phone back with its id, and renews it where the address or nonce changed', async () => {
    const first = await loadIdentity(folder, ADDRESS, undefined, 1);
    expect(first.renewed).toBe('first-start');
    const again = await loadIdentity(folder, ADDRESS, undefined, 2);
    expect(again.renewed).toBeUndefined();
    expect(again.identity.contact).toEqual(first.identity.contact);
    const moved = await loadIdentity(folder, '203.0.113.9:7401', undefined, 3);
    expect(moved.renewed).toBe('address-changed');
    expect(moved.identity.contact.id).not.toBe(first.identity.contact.id);
    expect(moved.identity.record.publicKey).toEqual(first.identity.record.publicKey);
    const chosen = await loadIdentity(folder, '203.0.113.9:7401', 6, 4);
    expect(chosen.renewed).toBe('nonce-changed');
    expect((await readIdentity(folder))?.nonce).toBe(6);
  });

  it('is readable by its owner alone and leaves no drafts', async () => {
    await loadIdentity(folder, ADDRESS, undefined, 1);
    expect((await stat(join(folder, 'phone.json'))).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['phone.json']);
  });

  it.each(['', '{', '[]', 'null', '{"version":1}', '{"version":2,"address":"1.2.3.4:5","nonce":0}'])(
    'that holds %j stops the phone rather than make a new one of it',
    async (content) => {
      await writeFile(join(folder, 'phone.json'), content);
      await expect(loadIdentity(folder, ADDRESS, undefined, 1)).rejects.toThrow(ConfigurationError);
      expect(await readFile(join(folder, 'phone.json'), 'utf8')).toBe(content);
    },
  );
});
