import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import type { LinkOwner } from '../../../services/chord-router/adapters/links/peer-link.ts';
import { Relays, type RelayTarget } from '../../../services/chord-router/adapters/relays.ts';
import { MAX_PAYLOAD_BYTES } from '../../../services/chord-router/core/relay.ts';
import { RpcError } from '../../../services/shared/runtime/grpc/rpc.ts';
import { startToyPhone, stopToyPhones } from './toy-phone.ts';

afterEach(stopToyPhones);

const crashes: unknown[] = [];

/** A phone whose router hands relayed requests on. */
async function phoneWith(target: RelayTarget | undefined) {
  const relays = new Relays((error) => crashes.push(error));
  if (target !== undefined) relays.serve('can-index', target);
  const serve: LinkOwner['serve'] = (from, request, answer) => {
    if (request.type === 'relay') relays.handle(from, request, answer);
  };
  return await startToyPhone({ serve });
}

async function relayTo(target: RelayTarget | undefined, payload = Buffer.from('who owns (1, 2)?')) {
  const [here, there] = [await startToyPhone(), await phoneWith(target)];
  const outcome = await here.ask(there.contact, { type: 'relay', service: 'can-index', payload });
  return { outcome, here, there };
}

describe('a relayed request', () => {
  it('reaches the service with the proven id of the phone that asks, and its answer comes back', async () => {
    const echo: RelayTarget = {
      handle: async ({ fromId, fromAddress, payload }) => ({
        payload: Buffer.from(`${fromId} ${fromAddress} ${payload.toString()}`),
      }),
    };
    const { outcome, here } = await relayTo(echo);
    const answer = `${here.contact.id} ${here.contact.address} who owns (1, 2)?`;
    expect(outcome).toMatchObject({ ok: true, reply: { type: 'relayed', payload: Buffer.from(answer) } });
  });

  it('may be as long as the bound says, both ways', async () => {
    const echo: RelayTarget = { handle: async ({ payload }) => ({ payload }) };
    const { outcome } = await relayTo(echo, Buffer.alloc(MAX_PAYLOAD_BYTES, 7));
    expect(outcome).toMatchObject({ ok: true });
  });

  const fails = (error: Error): RelayTarget => ({
    handle: async () => {
      throw error;
    },
  });
  it.each<[string, RelayTarget | undefined]>([
    ['where the service does not run', undefined],
    ['where the service refuses', fails(new RpcError(status.INVALID_ARGUMENT, 'no such point'))],
    ['where the service cannot be reached', fails(new RpcError(status.DEADLINE_EXCEEDED, 'no answer'))],
    ['where the answer is too long', { handle: async () => ({ payload: Buffer.alloc(MAX_PAYLOAD_BYTES + 1) }) }],
  ])('is refused %s', async (_where, target) => {
    const { outcome } = await relayTo(target);
    expect(outcome).toMatchObject({ ok: false, failure: 'refused' });
    expect(crashes).toEqual([]);
  });

  it('is refused where the service breaks, which is told of', async () => {
    const { outcome } = await relayTo(fails(new Error('a defect')));
    expect(outcome).toMatchObject({ ok: false, failure: 'refused' });
    expect(crashes.splice(0)).toHaveLength(1);
  });
});
