import { createServer } from 'node:net';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  chooseNonce,
  type FirstPositionOptions,
} from '../../../services/chord-router/adapters/identity/first-position.ts';
import { generateNodeKey, NONCES, nodeId } from '../../../services/chord-router/adapters/identity/node-identity.ts';
import { clockwise, distance, type Id } from '../../../services/shared/core/id.ts';
import { NETWORK, startToyPhone, stopToyPhones, type ToyPhone, until } from './toy-phone.ts';

afterEach(stopToyPhones);

const key = generateNodeKey();
const ADDRESS = '127.0.0.1:9';
const candidates = Array.from({ length: NONCES }, (_, nonce) => nodeId(ADDRESS, nonce, key.publicKey));

/** A seed that knows a phone right beside every candidate but the one of this nonce. */
function seedWithRoomAt(nonce: number): Promise<ToyPhone> {
  const beside = (id: Id) => ({ id: clockwise(id, 1n), address: '127.0.0.1:10' });
  const taken = candidates.filter((_, index) => index !== nonce).map(beside);
  return startToyPhone({
    serve: (_from, request, answer) => {
      if (request.type !== 'list-contacts') return answer({ refusal: { code: 14, message: 'not here' } });
      const onward = (id: Id): bigint => distance(request.after, id);
      const contacts = taken.toSorted((a, b) => (onward(a.id) < onward(b.id) ? -1 : 1)).slice(0, request.limit);
      answer({ reply: { type: 'contacts', contacts } });
    },
  });
}

function choose(seeds: readonly string[], changes: Partial<FirstPositionOptions> = {}): Promise<number> {
  return chooseNonce(key, ADDRESS, {
    handshake: { network: NETWORK, verifyAddress: true },
    seeds,
    crashed: (error) => expect.unreachable(String(error)),
    ...changes,
  });
}

describe('a phone new at its address', () => {
  it('asks a seed and takes the id with the most room', async () => {
    const seed = await seedWithRoomAt(6);
    expect(await choose([seed.contact.address])).toBe(6);
  });

  it('leaves no link and no suspicion behind', async () => {
    const seed = await seedWithRoomAt(2);
    await choose([seed.contact.address]);
    await until(() => seed.pool.size === 0);
    expect(seed.opened.length).toBe(1);
    expect(seed.lost).toEqual([]);
    expect(seed.refusals).toEqual([]);
  });

  it('takes the first id when it is alone, or its seeds are itself', async () => {
    expect(await choose([])).toBe(0);
    expect(await choose([ADDRESS])).toBe(0);
  });

  it('takes the first id at once when nothing listens at its seeds, and in time when something there is mute', async () => {
    const mute = createServer(() => {});
    await new Promise<void>((resolve) => {
      mute.listen(0, '127.0.0.1', resolve);
    });
    onTestFinished(() => void mute.close());
    const { port } = mute.address() as { port: number };
    expect(await choose(['127.0.0.1:1'], { timeoutMs: 60_000 })).toBe(0);
    expect(await choose([`127.0.0.1:${port}`, '127.0.0.1:1'], { timeoutMs: 50 })).toBe(0);
  });

  it('takes the first id when all seeds refuse it', async () => {
    const seed = await seedWithRoomAt(6);
    const handshake = { network: 'another', verifyAddress: true };
    expect(await choose([seed.contact.address], { handshake, timeoutMs: 60_000 })).toBe(0);
    expect(seed.refusals).toEqual(['other-network']);
  });
});
