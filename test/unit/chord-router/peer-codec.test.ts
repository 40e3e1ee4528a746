import { BinaryWriter } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../proto/gen/ringwall/peer/v1/peer.ts';
import {
  decodeFrames,
  encodeFrame,
  frameRequest,
  joinFrames,
} from '../../../services/chord-router/adapters/links/frame-codec.ts';
import { LinkFault } from '../../../services/chord-router/adapters/links/link-fault.ts';
import { replyFromWire, replyToWire } from '../../../services/chord-router/adapters/messages/reply-codec.ts';
import {
  encodeRequest,
  requestFromWire,
  requestToWire,
} from '../../../services/chord-router/adapters/messages/request-codec.ts';
import { BOUNDS, contactTo } from '../../../services/chord-router/adapters/messages/wire-fields.ts';
import type { PeerReply, PeerRequest } from '../../../services/chord-router/core/message.ts';
import type { Id } from '../../../services/shared/core/id.ts';
import { MalformedMessage } from '../../../services/shared/runtime/grpc/wire-value.ts';
import { canonicalIp, formatHostPort } from '../../../services/shared/runtime/network/host-port.ts';

/** LinkRequest.frames: field 1, length-delimited. */
const LINK_FRAMES_TAG = 10;

const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((value) => Buffer.from(value).toString('hex'));
const id = hex(16).map((text) => text as Id);
const address = fc
  .tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 1, max: 65_535 }))
  .map(([host, port]) => formatHostPort({ host: canonicalIp(host)!, port }));
const contact = fc.record({ id, address });
const contacts = fc.array(contact, { maxLength: 12 });
const gone = fc.array(id, { maxLength: 12 });
const lists = fc.option(fc.record({ predecessor: contact, successors: contacts }), { nil: undefined });
const bytes = fc.uint8Array({ maxLength: 300 });
const records = fc.array(bytes, { maxLength: 5 });
const name = fc.string({ maxLength: 20 });
const limit = fc.integer({ min: 1, max: 200 });
const cursor = fc.option(name, { nil: undefined });
const summary = fc.record({ place: id, key: name, seq: fc.maxSafeNat(), hash: hex(32) });

const tagged = <Type extends string, Rest>(type: Type, rest: { [Key in keyof Rest]: fc.Arbitrary<Rest[Key]> }) =>
  fc.record({ type: fc.constant(type), ...rest });

const request = fc.oneof(
  tagged('ping', {}),
  tagged('ask-neighbours', {}),
  tagged('compare-neighbours', { known: hex(8) }),
  tagged('notify', {
    predecessors: fc.option(contacts, { nil: undefined }),
    predecessorsDigest: hex(8),
    known: fc.option(hex(8), { nil: undefined }),
    places: fc.boolean(),
  }),
  tagged('tell', { joined: contacts, gone }),
  tagged('spread-news', { branches: fc.array(fc.record({ until: id, joined: contacts, gone }), { maxLength: 5 }) }),
  tagged('find-successor', { key: id }),
  tagged('forward-lookup', { key: id, hopsLeft: fc.nat(16), budgetMs: fc.nat(10_000) }),
  tagged('probe-for', { target: contact }),
  tagged('list-contacts', { after: id, limit }),
  tagged('leaving', { predecessor: contact, successors: contacts }),
  tagged('moved', { former: contact }),
  tagged('put-records', { records, purpose: fc.constantFrom('write', 'repair') }),
  tagged('get-records', {
    query: fc.record({ place: id, name: cursor, limit, before: cursor }),
    digestOnly: fc.boolean(),
  }),
  tagged('get-nearest', { key: id, name }),
  tagged('digest-range', { from: id, to: id }),
  tagged('list-range', { from: id, to: id, afterKey: cursor, limit }),
  tagged('fetch-records', { wanted: fc.array(fc.record({ place: id, key: name }), { maxLength: 9 }) }),
  tagged('relay', { service: fc.constant('can-index'), payload: bytes }),
) as fc.Arbitrary<PeerRequest>;

const verdict = fc.constantFrom(
  'stored',
  'present',
  'superseded',
  'tombstoned',
  'not-responsible',
  'invalid',
  'over-quota',
  'not-stored',
);

const replies: { readonly [Type in PeerRequest['type']]: fc.Arbitrary<unknown> } = {
  ping: tagged('done', {}),
  'ask-neighbours': tagged('neighbours', { predecessor: contact, successors: contacts, predecessors: contacts }),
  'compare-neighbours': tagged('compared', { lists }),
  notify: tagged('notified', { lists, wantsPredecessors: fc.boolean(), placed: fc.boolean() }),
  tell: tagged('done', {}),
  'spread-news': tagged('done', {}),
  'find-successor': tagged('found-successor', {
    owner: fc.option(contact, { nil: undefined }),
    ownerSuccessors: contacts,
    closer: contacts,
  }),
  'forward-lookup': tagged('forwarded-lookup', {
    owner: fc.option(contact, { nil: undefined }),
    ownerSuccessors: contacts,
    closer: contacts,
    trail: fc.array(fc.record({ phone: contact, milliseconds: fc.nat(10_000) }), { maxLength: 16 }),
  }),
  'probe-for': tagged('probed', { reachable: fc.boolean() }),
  'list-contacts': tagged('contacts', { contacts }),
  leaving: tagged('done', {}),
  moved: tagged('done', {}),
  'put-records': tagged('put-outcome', {
    verdicts: fc.array(verdict, { maxLength: 9 }),
    unsettled: fc.array(fc.nat(8), { maxLength: 9 }),
    absent: fc.nat(20),
    newer: records,
    replicas: contacts,
  }),
  'get-records': tagged('get-outcome', {
    responsible: fc.boolean(),
    settled: fc.boolean(),
    absent: fc.nat(20),
    records,
    digest: hex(32),
    next: cursor,
    replicas: contacts,
  }),
  'get-nearest': tagged('nearest-outcome', {
    record: fc.option(bytes, { nil: undefined }),
    next: fc.option(contact, { nil: undefined }),
  }),
  'digest-range': tagged('range-digest', {
    count: fc.nat(),
    digest: hex(16),
    settled: fc.boolean(),
    heldFrom: fc.option(hex(16), { nil: undefined }),
    absent: fc.nat(20),
    outsiderSinceMs: fc.option(fc.nat(), { nil: undefined }),
  }),
  'list-range': tagged('range-listing', { summaries: fc.array(summary, { maxLength: 9 }), truncated: fc.boolean() }),
  'fetch-records': tagged('fetched-records', { records }),
  relay: tagged('relayed', { payload: bytes }),
};

/** Over the wire and back; byte arrays come back as Buffers, so both sides are compared as plain arrays. */
function travelled(body: Frame['body']): Frame {
  return decodeFrames(joinFrames([encodeFrame({ requestId: 7, body })]))[0]!;
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, item) => (item?.type === 'Buffer' ? item.data : asArray(item))));
}

function asArray(item: unknown): unknown {
  return item instanceof Uint8Array ? [...item] : item;
}

describe('a message', () => {
  it('has the bytes of its protocol', () => {
    const frames = fc.array(fc.uint8Array({ maxLength: 20_000 }), { maxLength: 4 });
    fc.assert(
      fc.property(frames, (encoded) => {
        const writer = new BinaryWriter();
        for (const frame of encoded) writer.uint32(LINK_FRAMES_TAG).bytes(frame);
        expect(joinFrames(encoded)).toEqual(Buffer.from(writer.finish()));
      }),
    );
  });
});

describe('a request', () => {
  it('has the bytes of its protocol, whichever way its frame is made', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 0xffff_ffff }), request, (requestId, original) => {
        const body: Frame['body'] = { $case: 'request', value: requestToWire(original) };
        expect(frameRequest(requestId, encodeRequest(original))).toEqual(Buffer.from(encodeFrame({ requestId, body })));
      }),
    );
  });

  it('that carries records is encoded once, however many phones it goes to', () => {
    const original: PeerRequest = { type: 'put-records', records: [new Uint8Array(1_024)], purpose: 'write' };
    expect(encodeRequest(original)).toBe(encodeRequest(original));
  });

  it('is the same after a journey', () => {
    fc.assert(
      fc.property(request, (original) => {
        const frame = travelled({ $case: 'request', value: requestToWire(original) });
        expect(frame.body?.$case).toBe('request');
        expect(plain(requestFromWire(frame.body!.value as never))).toEqual(plain(original));
      }),
    );
  });
});

describe('a reply', () => {
  it.each(Object.keys(replies) as PeerRequest['type'][])('to %s is the same after a journey', (asked) => {
    fc.assert(
      fc.property(replies[asked] as fc.Arbitrary<PeerReply>, (original) => {
        const frame = travelled({ $case: 'reply', value: replyToWire(original) });
        expect(plain(replyFromWire(frame.body!.value as never, asked))).toEqual(plain(original));
      }),
      { numRuns: 50 },
    );
  });

  it('to another question is refused', () => {
    const wire = replyToWire({ type: 'probed', reachable: true });
    expect(() => replyFromWire(wire, 'ping')).toThrow(MalformedMessage);
    expect(() => replyFromWire({ body: undefined }, 'ping')).toThrow(MalformedMessage);
  });
});

describe('what keeps no bound is refused', () => {
  const good = contactTo({ id: '0'.repeat(32) as Id, address: '10.0.0.1:7400' });
  const leaving = (successors: Buffer[]) =>
    requestFromWire({ body: { $case: 'leaving', value: { predecessor: good, successors } } });

  it('a list as long as may be passes, a longer one does not', () => {
    const contactsOf = (length: number) => Array.from({ length }, () => good);
    expect(leaving(contactsOf(BOUNDS.contacts))).toMatchObject({ type: 'leaving' });
    expect(() => leaving(contactsOf(BOUNDS.contacts + 1))).toThrow(MalformedMessage);
  });

  it.each([0, 15, 16, 18, 21, 23, 33, 35])('a contact of %i bytes', (length) => {
    expect(() => leaving([Buffer.alloc(length, 1)])).toThrow(MalformedMessage);
  });

  it.each([
    ['without a port', Buffer.concat([good.subarray(0, 20), Buffer.alloc(2)])],
    ['with an IPv4 address spelled as IPv6', Buffer.concat([Buffer.alloc(26), Buffer.from('ffff0a0000011cb8', 'hex')])],
  ])('a contact %s', (_what, bad) => {
    expect(() => leaving([bad])).toThrow(MalformedMessage);
  });

  it.each([7, 9])('a digest of lists of %i bytes', (length) => {
    const compare = { $case: 'compareNeighbours', value: { known: Buffer.alloc(length) } } as const;
    expect(() => requestFromWire({ body: compare })).toThrow(MalformedMessage);
  });

  it.each([0, 201])('a query for %i records', (bad) => {
    const query = { place: Buffer.alloc(16), limit: bad };
    expect(() => requestFromWire({ body: { $case: 'getRecords', value: { query, digestOnly: false } } })).toThrow(
      MalformedMessage,
    );
  });

  it('a name that is too long in bytes though not in letters', () => {
    const ask = (text: string) =>
      requestFromWire({ body: { $case: 'getNearest', value: { key: Buffer.alloc(16), name: text } } });
    expect(ask('a'.repeat(64))).toMatchObject({ type: 'get-nearest' });
    expect(() => ask('ü'.repeat(33))).toThrow(MalformedMessage);
  });
});

describe('any bytes', () => {
  it('are frames or a fault, and any frame is a message or malformed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => readAll(noise)),
      { numRuns: 3_000 },
    );
  });

  it('that differ from a message in a few places are too', () => {
    fc.assert(
      fc.property(request, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), (original, changes) => {
        const value = requestToWire(original);
        const message = joinFrames([encodeFrame({ requestId: 1, body: { $case: 'request', value } })]);
        for (const [at, byte] of changes) message[at % message.length] = byte;
        readAll(message);
      }),
      { numRuns: 2_000 },
    );
  });
});

/** Throws whatever is neither a LinkFault nor a MalformedMessage. */
function readAll(message: Uint8Array): void {
  try {
    for (const frame of decodeFrames(message)) {
      if (frame.body?.$case === 'request') requestFromWire(frame.body.value);
      if (frame.body?.$case === 'reply') replyFromWire(frame.body.value, 'ping');
    }
  } catch (error) {
    if (!(error instanceof LinkFault) && !(error instanceof MalformedMessage)) throw error;
  }
}
