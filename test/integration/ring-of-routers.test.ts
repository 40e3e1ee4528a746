import { createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { Consistency, PutOutcome, RelayOutcome, RingState } from '../../proto/gen/ringwall/chord/v1/chord.ts';
import { RelayedService } from '../../proto/gen/ringwall/peer/v1/peer.ts';
import { type HandleRequest, RelayServiceDefinition } from '../../proto/gen/ringwall/relay/v1/relay.ts';
import { readIdentity } from '../../services/chord-router/adapters/identity/identity-file.ts';
import { NONCES, nodeId } from '../../services/chord-router/adapters/identity/node-identity.ts';
import { farthest } from '../../services/chord-router/core/ring/choose-position.ts';
import type { Id } from '../../services/shared/core/id.ts';
import { type RingRecord, sealRecord } from '../../services/shared/core/record.ts';
import { GrpcServer } from '../../services/shared/runtime/grpc/grpc-server.ts';
import { formatHostPort } from '../../services/shared/runtime/network/host-port.ts';
import { recordCrypto } from '../../services/shared/runtime/record-crypto.ts';
import { eventually } from './eventually.ts';
import { newDataFolder, type RouterProcess, startRouter, stopRouters } from './router-process.ts';

afterEach(stopRouters);

const crypto = recordCrypto;
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const key = createPrivateKey({ key: Buffer.concat([PKCS8, randomBytes(32)]), format: 'der', type: 'pkcs8' });
const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);

function postOf(text: string): RingRecord {
  const draft = {
    kind: 'immutable',
    name: 'post',
    slot: '',
    seq: 0,
    createdAt: Date.now(),
    deleted: false,
    value: Buffer.from(text),
  } as const;
  return sealRecord(draft, publicKey, (message) => sign(null, message, key), crypto);
}

async function whole(routers: readonly RouterProcess[]): Promise<void> {
  for (const router of routers) {
    await eventually(`router ${router.id} knows the ${routers.length - 1} others`, async () => {
      const { state, settled, successors } = await router.chord.getStatus({});
      return state === RingState.MEMBER && settled && successors.length === routers.length - 1;
    });
  }
}

/**
 * Puts records until a majority has all of them for sure: routers that cannot reach enough others, or were too busy to
 * know that they have missed nothing, say so, and want to be asked again.
 */
async function put(router: RouterProcess, records: readonly RingRecord[]) {
  return await eventually('a majority has all records', async () => {
    const { receipts } = await router.chord.put({ records: records.map(({ bytes }) => Buffer.from(bytes)) });
    const isSure = receipts.every(({ acknowledged, replicas }) => acknowledged > replicas / 2);
    return isSure && receipts.every(({ outcome }) => outcome === PutOutcome.STORED) && receipts;
  });
}

/** Whether a router finds a record, or says that nobody has it. */
async function canRead(router: RouterProcess, record: RingRecord): Promise<boolean> {
  const request = { place: record.place, limit: 1, consistency: Consistency.ONE };
  const { records } = await eventually('the router can tell', async () => {
    const answer = await router.chord.get(request);
    return (answer.records.length > 0 || answer.complete) && answer;
  });
  return records.some((bytes) => bytes.equals(record.bytes));
}

describe('five routers', () => {
  it('form a ring, keep what was written, and keep it when one is killed', async () => {
    const first = await startRouter(await newDataFolder(), []);
    const others = await Promise.all(
      Array.from({ length: 4 }, async () => startRouter(await newDataFolder(), [first.peer])),
    );
    const routers = [first, ...others];
    await whole(routers);

    const posts = Array.from({ length: 20 }, (_, n) => postOf(`post ${n}`));
    const receipts = await put(routers[1]!, posts);
    for (const receipt of receipts) {
      expect(receipt.replicas).toBe(5);
      expect(receipt.acknowledged).toBeGreaterThanOrEqual(3);
    }
    for (const post of posts) expect(await canRead(routers[4]!, post)).toBe(true);

    routers[2]!.kill('SIGKILL');
    await routers[2]!.exited;
    const survivors = routers.filter((router) => router !== routers[2]);
    for (const router of survivors) {
      for (const post of posts) expect(await canRead(router, post)).toBe(true);
    }
    await whole(survivors);
    const [later] = await put(survivors[0]!, [postOf('after the crash')]);
    // The one that was killed may only be cut off, so whoever found it silent counts it.
    expect([4, 5]).toContain(later!.replicas);
    expect(later!.acknowledged).toBeGreaterThanOrEqual(3);
  });

  it('let one leave gracefully, and take one back with its id after a crash', async () => {
    const first = await startRouter(await newDataFolder(), []);
    const folder = await newDataFolder();
    const crashing = await startRouter(folder, [first.peer]);
    const leaving = await startRouter(await newDataFolder(), [first.peer]);
    await whole([first, crashing, leaving]);
    leaving.kill('SIGTERM');
    expect(await leaving.exited).toBe(0);
    expect(leaving.log()).toContain('left the ring');
    await whole([first, crashing]);
    const post = postOf('before the crash');
    await put(first, [post]);
    crashing.kill('SIGKILL');
    await crashing.exited;
    // No seed: it comes back through the phones it remembers.
    const back = await startRouter(folder, []);
    expect([back.id, back.peer]).toEqual([crashing.id, crashing.peer]);
    await whole([first, back]);
    expect(await canRead(back, post)).toBe(true);
  });

  it('count one that moved once: it says goodbye for the id it had, and has brought over what it kept', async () => {
    const first = await startRouter(await newDataFolder(), []);
    const folder = await newDataFolder();
    const moving = await startRouter(folder, [first.peer]);
    await whole([first, moving]);
    const post = postOf('on the way');
    await put(first, [post]);
    moving.kill('SIGKILL');
    await moving.exited;
    const moved = await startRouter(folder, [first.peer], { RINGWALL_PEER_LISTEN: '127.0.0.2:0' });
    expect(moved.id).not.toBe(moving.id);
    await eventually('it has said goodbye', async () => (await readIdentity(folder))?.former.length === 0);
    expect(moved.log()).toContain('said goodbye for what this phone was at another address');
    expect(first.log()).toMatch(new RegExp(`"${moving.id}".*"reason":"left"`));
    await whole([first, moved]);
    const [receipt] = await put(moved, [postOf('at the new address')]);
    expect(receipt).toMatchObject({ replicas: 2 });
    expect(await canRead(moved, post)).toBe(true);
  });

  it('survive one that freezes and wakes up again', async () => {
    const first = await startRouter(await newDataFolder(), []);
    const frozen = await startRouter(await newDataFolder(), [first.peer]);
    const third = await startRouter(await newDataFolder(), [first.peer]);
    await whole([first, frozen, third]);
    const post = postOf('before the frost');
    await put(first, [post]);
    frozen.kill('SIGSTOP');
    await whole([first, third]);
    expect(await canRead(third, post)).toBe(true);
    const during = postOf('during the frost');
    await put(third, [during]);
    frozen.kill('SIGCONT');
    await whole([first, frozen, third]);
    expect(await canRead(frozen, during)).toBe(true);
  });

  it('stand apart: each newcomer takes the one of its places that is farthest from the others', async () => {
    const first = await startRouter(await newDataFolder(), []);
    const folders = [await newDataFolder(), await newDataFolder()] as const;
    const chosen = await startRouter(folders[0], [first.peer]);
    const given = await startRouter(folders[1], [first.peer], { RINGWALL_BALANCE_ID: 'false' });
    const { key, address, nonce } = (await readIdentity(folders[0]))!;
    const candidates = Array.from({ length: NONCES }, (_, each) => nodeId(address, each, key.publicKey));
    expect(nonce).toBe(farthest(candidates, [first.id as Id]));
    expect(chosen.id).toBe(candidates[nonce]);
    expect((await readIdentity(folders[1]))?.nonce).toBe(0);
    await whole([first, chosen, given]);
  });

  it('encrypt their links when they are told to', async () => {
    const secured = { RINGWALL_PEER_TLS: 'true' };
    const first = await startRouter(await newDataFolder(), [], secured);
    const folder = await newDataFolder();
    const others = [
      await startRouter(folder, [first.peer], secured),
      await startRouter(await newDataFolder(), [first.peer], secured),
    ];
    await whole([first, ...others]);
    const post = postOf('for nobody on the way');
    expect(await put(first, [post])).toMatchObject([{ replicas: 3 }]);
    expect(await canRead(others[1]!, post)).toBe(true);
    others[0]!.kill('SIGKILL');
    await others[0]!.exited;
    const back = await startRouter(folder, [first.peer], secured);
    expect(back.id).toBe(others[0]!.id);
    await whole([first, back, others[1]!]);
  });

  it('refuse a router of another network', async () => {
    const first = await startRouter(await newDataFolder(), []);
    const stranger = startRouter(await newDataFolder(), [first.peer], { RINGWALL_NETWORK: 'elsewhere' });
    stranger.catch(() => {}); // it never becomes ready: stopRouters ends it
    await eventually('it is refused', async () => first.log().includes('other-network'));
    expect((await first.chord.getStatus({})).successors).toEqual([]);
  });
});

describe('a service beside a router', () => {
  it('speaks with its like on another phone over the link of the routers', async () => {
    const asked: HandleRequest[] = [];
    const siblings = new GrpcServer({ crashed: (error) => expect.unreachable(String(error)) });
    siblings.add(RelayServiceDefinition, {
      handle: async (request) => {
        asked.push(request);
        return { payload: Buffer.concat([Buffer.from('re: '), request.payload]) };
      },
    });
    const address = formatHostPort(await siblings.listen({ host: '127.0.0.1', port: 0 }));
    onTestFinished(() => siblings.stop(0));
    const there = await startRouter(await newDataFolder(), [], { RINGWALL_CAN_ADDRESS: address });
    const here = await startRouter(await newDataFolder(), [there.peer]);
    const request = { service: RelayedService.CAN_INDEX, payload: Buffer.from('hello'), timeoutMilliseconds: 5_000 };
    const answer = await here.chord.relay({ ...request, to: { id: there.id, address: there.peer } });
    expect(answer).toMatchObject({ outcome: RelayOutcome.ANSWERED, payload: Buffer.from('re: hello') });
    expect(asked).toMatchObject([{ fromId: here.id, fromAddress: here.peer }]);
    const back = await there.chord.relay({ ...request, to: { id: here.id, address: here.peer } });
    expect(back.outcome).toBe(RelayOutcome.REFUSED);
  });
});
