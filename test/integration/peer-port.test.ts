import { createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Frame, PutPurpose, RecordVerdict } from '../../proto/gen/ringwall/peer/v1/peer.ts';
import { createIdentity, generateNodeKey } from '../../services/chord-router/adapters/identity/node-identity.ts';
import { type RecordDraft, type RingRecord, sealRecord } from '../../services/shared/core/record.ts';
import { recordCrypto } from '../../services/shared/runtime/record-crypto.ts';
import {
  callAndProve,
  callAsStranger,
  helloFrame,
  pingFrame,
  type Stranger,
  strangerIdentity,
} from '../unit/chord-router/stranger.ts';
import { newDataFolder, type RouterProcess, startRouter, stopRouters } from './router-process.ts';

const crypto = recordCrypto;
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const key = createPrivateKey({ key: Buffer.concat([PKCS8, randomBytes(32)]), format: 'der', type: 'pkcs8' });
const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);

let router: RouterProcess;
const strangers: Stranger[] = [];

beforeAll(async () => {
  router = await startRouter(await newDataFolder(), [], {
    RINGWALL_NETWORK: 'test',
    RINGWALL_METRICS_LISTEN: '127.0.0.1:0',
  });
});
afterEach(() => {
  for (const stranger of strangers.splice(0)) stranger.close();
});
afterAll(stopRouters);

function call(): Stranger {
  const stranger = callAsStranger(router.peer);
  strangers.push(stranger);
  return stranger;
}

async function callProved(): Promise<Stranger> {
  const stranger = await callAndProve(router.peer);
  strangers.push(stranger);
  return stranger;
}

function record(changes: Partial<RecordDraft>): RingRecord {
  const draft = {
    ...{ kind: 'mutable', name: 'profile', slot: '', seq: 1, createdAt: Date.now(), deleted: false },
    value: Buffer.from('{}'),
    ...changes,
  } as RecordDraft;
  return sealRecord(draft, publicKey, (message) => sign(null, message, key), crypto);
}

function putFrame(requestId: number, records: readonly Uint8Array[]): Frame {
  const value = { records: records.map((bytes) => Buffer.from(bytes)), purpose: PutPurpose.WRITE };
  return { requestId, body: { $case: 'request', value: { body: { $case: 'putRecords', value } } } };
}

/** What a proved stranger is told of records it puts. */
async function putAsStranger(records: readonly Uint8Array[]): Promise<readonly RecordVerdict[]> {
  const stranger = await callProved();
  stranger.send(putFrame(1, records));
  const { body } = await stranger.frame(2);
  if (body?.$case !== 'reply' || body.value.body?.$case !== 'putOutcome') throw new Error(JSON.stringify(body));
  return body.value.body.value.verdicts;
}

async function refusals(reason: string): Promise<number> {
  const text = await (await fetch(`http://${router.metrics}/metrics`)).text();
  const match = new RegExp(`ringwall_chord_peer_refusals_total\\{reason="${reason}"\\} (\\d+)`).exec(text);
  return Number(match?.[1] ?? 0);
}

describe('the peer port of a running phone', () => {
  it('takes nothing from who has not proved who it is', async () => {
    const before = await router.chord.getStatus({});
    const requests: Frame[] = [
      pingFrame(1),
      putFrame(1, [record({}).bytes]),
      {
        requestId: 1,
        body: {
          $case: 'request',
          value: { body: { $case: 'leaving', value: { predecessor: Buffer.alloc(22, 1), successors: [] } } },
        },
      },
    ];
    for (const request of requests) {
      const stranger = call();
      stranger.send(request);
      expect((await stranger.ended).code).toBe(status.UNAUTHENTICATED);
    }
    expect(await refusals('no-hello')).toBe(requests.length);
    expect(await router.chord.getStatus({})).toEqual(before);
  });

  it('refuses a node record whose id does not match its address', async () => {
    const claimed = call();
    claimed.send(helloFrame(createIdentity(generateNodeKey(), '198.51.100.7:7400', 0, Date.now()).record));
    expect((await claimed.ended).code).toBe(status.PERMISSION_DENIED);
    const altered = call();
    altered.send(helloFrame({ ...strangerIdentity().record, address: '127.0.0.1:7' }));
    expect((await altered.ended).code).toBe(status.UNAUTHENTICATED);
    expect(await refusals('wrong-address')).toBe(1);
    expect(await refusals('bad-hello')).toBe(1);
  });

  it('keeps no forged, misplaced or malformed record', async () => {
    const good = record({ name: 'other' });
    const forged = Buffer.from(good.bytes);
    forged[forged.length - 1]! ^= 1;
    const misplaced = Buffer.from(good.bytes);
    misplaced[5]! ^= 1;
    const { records } = await router.chord.getStatus({});
    expect(await putAsStranger([forged, misplaced, Buffer.from('no record')])).toEqual([
      RecordVerdict.INVALID,
      RecordVerdict.INVALID,
      RecordVerdict.INVALID,
    ]);
    expect((await router.chord.getStatus({})).records).toBe(records);
  });

  it('lets no stale version replace a newer one', async () => {
    const [older, newer] = [record({ seq: 1 }), record({ seq: 2 })];
    expect(await putAsStranger([newer.bytes])).toEqual([RecordVerdict.STORED]);
    expect(await putAsStranger([older.bytes])).toEqual([RecordVerdict.SUPERSEDED]);
    const answer = await router.chord.get({ place: newer.place, limit: 5, consistency: 1 });
    expect(answer.records.map((bytes) => bytes.equals(newer.bytes))).toEqual([true]);
  });

  it('cuts off who sends what is no message, or too much of one', async () => {
    const garbled = await callProved();
    garbled.sendBytes(Buffer.from([10, 255, 255, 255, 15]));
    expect((await garbled.ended).code).toBe(status.INVALID_ARGUMENT);
    for (const bytes of [1.5, 12]) {
      const bulky = await callProved();
      bulky.sendBytes(Buffer.alloc(bytes * 1024 * 1024));
      expect((await bulky.ended).code).toBe(status.RESOURCE_EXHAUSTED);
    }
    expect(await refusals('malformed')).toBe(1);
    expect(await refusals('too-large')).toBe(1);
  });

  it('does not trip over a flood', async () => {
    const flooding = await callProved();
    flooding.send(...Array.from({ length: 4_000 }, (_, n) => pingFrame(n + 1)));
    const [status] = await Promise.all([router.chord.getStatus({}), flooding.frame(4_000)]);
    expect(status.records).toBeGreaterThan(0);
  });

  it('still runs after all that', async () => {
    const friend = await startRouter(await newDataFolder(), [router.peer], { RINGWALL_NETWORK: 'test' });
    expect((await friend.chord.getStatus({})).successors.map(({ id }) => id)).toContain(router.id);
    expect(router.log()).not.toContain('crashed');
  });
});
