import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import type { Frame, NodeRecord } from '../../../proto/gen/ringwall/peer/v1/peer.ts';
import {
  createIdentity,
  generateNodeKey,
  nodeKeyFromSeed,
} from '../../../services/chord-router/adapters/identity/node-identity.ts';
import { Handshake, PROTOCOL } from '../../../services/chord-router/adapters/links/handshake.ts';
import type { PeerRequest } from '../../../services/chord-router/core/message.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import { SeededRandom } from '../../../services/shared/core/random.ts';
import { callAndProve, callAsStranger, helloFrame, pingFrame, type Stranger, strangerIdentity } from './stranger.ts';
import { NETWORK, startToyPhone, stopToyPhones, type ToyPhone, type ToyPhoneOptions, until } from './toy-phone.ts';

const strangers: Stranger[] = [];
afterEach(async () => {
  for (const stranger of strangers.splice(0)) stranger.close();
  await stopToyPhones();
});

interface Victim extends ToyPhone {
  /** What reached the core. */
  readonly served: PeerRequest[];
}

async function startVictim(options: ToyPhoneOptions = {}): Promise<Victim> {
  const served: PeerRequest[] = [];
  const phone = await startToyPhone({
    serve: (_from, request, answer) => {
      served.push(request);
      answer({ reply: { type: 'done' } });
    },
    ...options,
  });
  return { ...phone, served };
}

function call(victim: Victim): Stranger {
  const stranger = callAsStranger(victim.contact.address);
  strangers.push(stranger);
  return stranger;
}

async function callProved(victim: Victim): Promise<Stranger> {
  const stranger = await callAndProve(victim.contact.address);
  strangers.push(stranger);
  return stranger;
}

/** The victim ended the stream with this code, counted the reason, handed nothing to its core and still serves. */
async function expectRefused(victim: Victim, stranger: Stranger, code: number, reason: string): Promise<void> {
  expect((await stranger.ended).code).toBe(code);
  expect(victim.refusals).toContain(reason);
  expect(victim.served).toEqual([]);
  await expectServing(victim);
}

async function expectServing(victim: Victim): Promise<void> {
  const friend = await startToyPhone();
  expect(await friend.ask(victim.contact, { type: 'ping' })).toMatchObject({ ok: true });
  expect(victim.crashes).toEqual([]);
}

describe('a caller without a proof', () => {
  it('is refused when it asks before a hello', async () => {
    const victim = await startVictim();
    const stranger = call(victim);
    const leaving = { predecessor: Buffer.alloc(22, 1), successors: [] };
    stranger.send({ requestId: 1, body: { $case: 'request', value: { body: { $case: 'leaving', value: leaving } } } });
    await expectRefused(victim, stranger, status.UNAUTHENTICATED, 'no-hello');
  });

  it('is refused when it asks instead of proving', async () => {
    const victim = await startVictim();
    const stranger = call(victim);
    stranger.send(helloFrame(strangerIdentity().record), pingFrame(1));
    await expectRefused(victim, stranger, status.UNAUTHENTICATED, 'bad-proof');
  });

  it('is refused with a proof recorded from an earlier link', async () => {
    const victim = await startVictim();
    const identity = strangerIdentity();
    const settings = { identity, network: NETWORK, verifyAddress: false };
    const handshake = new Handshake(settings, { role: 'responder', dialled: '', expected: undefined });
    const first = call(victim);
    const [hello] = handshake.start();
    first.send(hello!);
    handshake.receive(await first.frame(0));
    const [proof] = handshake.receive(await first.frame(1)).send;
    first.send(proof!);
    await until(() => victim.opened.length === 1);
    const replay = call(victim);
    replay.send(hello!, proof!);
    await expectRefused(victim, replay, status.UNAUTHENTICATED, 'bad-proof');
  });

  it("is refused with the victim's own proof sent back", async () => {
    const victim = await startVictim();
    const stranger = call(victim);
    stranger.send(helloFrame(strangerIdentity().record));
    stranger.send(await stranger.frame(1));
    await expectRefused(victim, stranger, status.UNAUTHENTICATED, 'bad-proof');
  });

  it('is refused with the key of another phone', async () => {
    const victim = await startVictim();
    const other = strangerIdentity();
    const thief = { ...other, sign: createIdentity(generateNodeKey(), '127.0.0.1:9', 0, 1).sign };
    const stranger = await callAndProve(victim.contact.address, thief);
    strangers.push(stranger);
    await expectRefused(victim, stranger, status.UNAUTHENTICATED, 'bad-proof');
  });

  it('is refused when it says nothing', async () => {
    const victim = await startVictim({ limits: { handshakes: 1, handshakeMs: 200 } });
    const silent = call(victim);
    silent.send(helloFrame(strangerIdentity().record));
    await silent.frame(0);
    const second = call(victim);
    second.send(helloFrame(strangerIdentity().record));
    expect((await second.ended).code).toBe(status.RESOURCE_EXHAUSTED);
    await expectRefused(victim, silent, status.UNAUTHENTICATED, 'handshake-timeout');
  });
});

describe('a hello', () => {
  const refusedHello = async (hello: Frame, code: number, reason: string, options = {}): Promise<string> => {
    const victim = await startVictim(options);
    const stranger = call(victim);
    stranger.send(hello);
    await expectRefused(victim, stranger, code, reason);
    expect(stranger.received).toEqual([]);
    return (await stranger.ended).details;
  };
  const changed = (changes: Partial<NodeRecord>): Frame => helloFrame({ ...strangerIdentity().record, ...changes });

  it('without a record is refused', () => refusedHello(helloFrame(undefined), status.UNAUTHENTICATED, 'bad-hello'));

  it.each([
    ['another nonce', { nonce: 3 }],
    ['a nonce beyond the bound', { nonce: 8 }],
    ['another port', { address: '127.0.0.1:10' }],
    ['an address that is none', { address: 'example.org:80' }],
    ['another key', { publicKey: generateNodeKey().publicKey }],
    ['a key that is none', { publicKey: Buffer.alloc(32, 255) }],
    ['a short key', { publicKey: Buffer.alloc(31) }],
    ['no signature', { signature: Buffer.alloc(0) }],
    ['a later date', { issuedAtMs: Date.now() + 5 }],
    ['no date', { issuedAtMs: 0 }],
  ])('whose record has %s is refused', async (_name, changes) => {
    await refusedHello(changed(changes), status.UNAUTHENTICATED, 'bad-hello');
  });

  it('of an address that is not the caller’s is refused', async () => {
    const elsewhere = createIdentity(generateNodeKey(), '192.0.2.7:7400', 0, Date.now());
    await refusedHello(helloFrame(elsewhere.record), status.PERMISSION_DENIED, 'wrong-address');
  });

  it('of another network or protocol is refused, naming both', async () => {
    const { record } = strangerIdentity();
    const network = helloFrame(record, { network: 'elsewhere/r=3' });
    const details = await refusedHello(network, status.FAILED_PRECONDITION, 'other-network');
    expect(details).toContain('elsewhere/r=3');
    expect(details).toContain(NETWORK);
    const parameters = helloFrame(record, { parameters: 'bag-of-words 1, projection 1, 00ff' });
    expect(await refusedHello(parameters, status.FAILED_PRECONDITION, 'other-parameters')).toMatch(
      /need the same model and projection: this phone has "", not "bag-of-words 1, projection 1, 00ff"/,
    );
    const protocol = helloFrame(record, { protocol: PROTOCOL + 1 });
    expect(await refusedHello(protocol, status.FAILED_PRECONDITION, 'other-protocol')).toMatch(
      new RegExp(`${PROTOCOL}.*${PROTOCOL + 1}`),
    );
  });

  it('of the victim itself is refused', async () => {
    const key = nodeKeyFromSeed(randomBytes(32));
    const victim = await startVictim({ key });
    const stranger = call(victim);
    stranger.send(helloFrame(victim.identity.record));
    await expectRefused(victim, stranger, status.PERMISSION_DENIED, 'other-phone');
  });
});

describe('a phone that proved itself and then misbehaves', () => {
  it('is cut off for bytes that are no message', async () => {
    const victim = await startVictim();
    const stranger = await callProved(victim);
    stranger.sendBytes(Buffer.from([10, 255, 255, 3, 1, 2]));
    await expectRefused(victim, stranger, status.INVALID_ARGUMENT, 'malformed');
  });

  it('is cut off for a message over the bound', async () => {
    const victim = await startVictim();
    const stranger = await callProved(victim);
    stranger.sendBytes(Buffer.alloc(1024 * 1024 + 1));
    await expectRefused(victim, stranger, status.RESOURCE_EXHAUSTED, 'too-large');
  });

  it('is cut off before a huge message is in memory', async () => {
    const victim = await startVictim();
    const stranger = await callProved(victim);
    stranger.sendBytes(Buffer.alloc(8 * 1024 * 1024));
    expect((await stranger.ended).code).toBe(status.RESOURCE_EXHAUSTED);
    await until(() => victim.pool.size === 0);
    expect(victim.served).toEqual([]);
    await expectServing(victim);
  });

  it('is cut off for a second hello', async () => {
    const victim = await startVictim();
    const stranger = await callProved(victim);
    stranger.send(helloFrame(strangerIdentity().record));
    await expectRefused(victim, stranger, status.INVALID_ARGUMENT, 'malformed');
  });

  it('gets INVALID_ARGUMENT for a request that lacks its parts, and may go on', async () => {
    const victim = await startVictim();
    const stranger = await callProved(victim);
    const requests: Frame['body'][] = [
      { $case: 'request', value: { body: undefined } },
      { $case: 'request', value: { body: { $case: 'findSuccessor', value: { key: Buffer.alloc(15) } } } },
      { $case: 'request', value: { body: { $case: 'compareNeighbours', value: { known: Buffer.alloc(0) } } } },
      { $case: 'request', value: { body: { $case: 'probeFor', value: { target: Buffer.alloc(0) } } } },
      { $case: 'request', value: { body: { $case: 'putRecords', value: { records: [], purpose: 0 } } } },
      { $case: 'request', value: { body: { $case: 'getRecords', value: { query: undefined, digestOnly: false } } } },
    ];
    stranger.send(...requests.map((body, at) => ({ requestId: at + 1, body })), pingFrame(99));
    for (let n = 0; n < requests.length; n++) {
      const frame = await stranger.frame(2 + n);
      expect(frame.body).toMatchObject({ $case: 'refusal', value: { code: status.INVALID_ARGUMENT } });
    }
    expect((await stranger.frame(2 + requests.length)).body).toMatchObject({ $case: 'reply' });
    expect(victim.served).toEqual([{ type: 'ping' }]);
    expect(victim.refusals).toEqual(requests.map(() => 'invalid-request'));
  });

  it('gets RESOURCE_EXHAUSTED for more requests at once than it may have', async () => {
    const held: (() => void)[] = [];
    const victim = await startVictim({
      linkLimits: { servedRequests: 10 },
      serve: (_from, _request, answer) => held.push(() => answer({ reply: { type: 'done' } })),
    });
    const stranger = await callProved(victim);
    stranger.send(...Array.from({ length: 15 }, (_, n) => pingFrame(n + 1)));
    for (let n = 0; n < 5; n++) {
      const frame = await stranger.frame(2 + n);
      expect(frame.body).toMatchObject({ $case: 'refusal', value: { code: status.RESOURCE_EXHAUSTED } });
    }
    for (const answer of held.splice(0)) answer();
    expect((await stranger.frame(16)).body).toMatchObject({ $case: 'reply' });
  });

  it('is cut off when it floods', async () => {
    const victim = await startVictim({ linkLimits: { requestsPerSecond: 50, refusedRequests: 100 } });
    const stranger = await callProved(victim);
    stranger.send(...Array.from({ length: 1_000 }, (_, n) => pingFrame(n + 1)));
    expect((await stranger.ended).code).toBe(status.RESOURCE_EXHAUSTED);
    expect(victim.refusals).toContain('too-fast');
    expect(victim.served.length).toBeLessThanOrEqual(60);
    await expectServing(victim);
  });

  it('is cut off when it asks and does not read', async () => {
    const victim = await startVictim({
      linkLimits: { unsentHighBytes: 10_000_000, unsentMaxBytes: 1_000_000 },
      serve: (_from, request, answer) => {
        if (request.type === 'ping') answer({ reply: { type: 'done' } });
        else answer({ reply: { type: 'fetched-records', records: [new Uint8Array(60_000)] } });
      },
    });
    const stranger = await callProved(victim);
    const fetch: Frame['body'] = {
      $case: 'request',
      value: { body: { $case: 'fetchRecords', value: { wanted: [] } } },
    };
    stranger.send(...Array.from({ length: 500 }, (_, n) => ({ requestId: n + 1, body: fetch })));
    await until(() => victim.refusals.includes('too-slow'));
    await until(() => victim.pool.size === 0);
    await expectServing({ ...victim, served: [] });
  });

  it('cannot answer what it was not asked', async () => {
    const victim = await startVictim();
    const stranger = await callProved(victim);
    stranger.send(
      { requestId: 7, body: { $case: 'reply', value: { body: { $case: 'done', value: {} } } } },
      pingFrame(1),
    );
    expect((await stranger.frame(2)).body).toMatchObject({ $case: 'reply' });
  });
});

describe('random bytes', () => {
  const random = new SeededRandom(42);
  const noise = (): Buffer => Buffer.from(Array.from({ length: random.below(200) }, () => random.below(256)));

  it('in messages never bring a phone down', async () => {
    const victim = await startVictim({ limits: { handshakes: 1_000 } });
    for (let n = 0; n < 30; n++) {
      const stranger = n % 2 === 0 ? call(victim) : await callProved(victim);
      stranger.sendBytes(noise());
      stranger.close();
    }
    await expectServing({ ...victim, served: [] });
  });

  it('in place of HTTP/2 never bring a phone down', async () => {
    const victim = await startVictim();
    const port = Number(victim.contact.address.split(':')[1]);
    for (let n = 0; n < 20; n++) {
      await new Promise<void>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => socket.end(noise()));
        socket.on('error', () => {});
        socket.on('close', () => resolve());
        socket.resume();
      });
    }
    await expectServing(victim);
  });
});

describe('a phone that is called', () => {
  it('is not believed to be another one', async () => {
    const caller = await startToyPhone();
    const impostor = await startToyPhone({ verifyAddress: false });
    const claimed = createIdentity(generateNodeKey(), impostor.contact.address, 0, Date.now()).contact;
    expect(await caller.ask(claimed, { type: 'ping' })).toMatchObject({ ok: false, failure: 'unreachable' });
  });

  it('of another network is refused, and refuses', async () => {
    const caller = await startToyPhone();
    const other = await startToyPhone({ network: 'elsewhere' });
    expect(await caller.ask(other.contact, { type: 'ping' })).toMatchObject({ ok: false, failure: 'refused' });
    expect(await caller.identify(other.contact.address)).toBeUndefined();
    expect(other.refusals).toEqual(['other-network', 'other-network']);
  });

  it('whose embedder has another model is refused, and refuses', async () => {
    const caller = await startToyPhone({ parameters: 'use-lite-en 1' });
    const other = await startToyPhone({ parameters: 'use-lite-en 2' });
    expect(await caller.ask(other.contact, { type: 'ping' })).toMatchObject({ ok: false, failure: 'refused' });
    expect(other.refusals).toEqual(['other-parameters']);
    expect(caller.turnedAway).toEqual([
      `${other.contact.address}: all phones of network "${NETWORK}" need the same model and projection: ` +
        'this phone has "use-lite-en 2", not "use-lite-en 1"',
    ]);
    const same = await startToyPhone({ parameters: 'use-lite-en 1' });
    expect(await caller.ask(same.contact, { type: 'ping' })).toMatchObject({ ok: true });
  });
});

describe('a phone that says it was another one', () => {
  const key = generateNodeKey();
  const at = (port: number, owner = key): Contact => createIdentity(owner, `127.0.0.1:${port}`, 7, 1).contact;

  it('is heard about an id of its own key', async () => {
    const victim = await startVictim();
    const phone = await startToyPhone({ key });
    const moved = { type: 'moved', former: at(9) } as const;
    expect(await phone.ask(victim.contact, moved)).toMatchObject({ ok: true });
    expect(victim.served).toEqual([moved]);
  });

  it.each([
    ['of another key', () => at(9, generateNodeKey())],
    ['at another address', () => ({ ...at(9), address: '127.0.0.1:10' })],
    ['that nobody could have', () => ({ ...at(9), id: strangerIdentity().contact.id })],
  ])('is refused about an id %s', async (_, former) => {
    const victim = await startVictim();
    const phone = await startToyPhone({ key });
    const outcome = await phone.ask(victim.contact, { type: 'moved', former: former() });
    expect(outcome).toMatchObject({ ok: false, failure: 'refused' });
    expect([victim.served, victim.refusals]).toEqual([[], ['invalid-request']]);
    await expectServing(victim);
  });
});
