/** Messages between indexes survive the wire, and what is none is refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PeerReply, PeerRequest } from '../../../proto/gen/ringwall/can/v1/peer.ts';
import { decodeReply, encodeReply, type IndexReply } from '../../../services/can-index/adapters/reply-codec.ts';
import { decodeRequest, encodeRequest, type IndexRequest } from '../../../services/can-index/adapters/request-codec.ts';
import { projectedSpace } from '../../../services/can-index/core/entries/projected-space.ts';
import { middleCut } from '../../../services/can-index/core/space/split-point.ts';
import { splitZone, wholeSpace, type Zone } from '../../../services/can-index/core/space/zone.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import type { Id } from '../../../services/shared/core/id.ts';
import { SPAN } from '../../../services/shared/core/torus.ts';
import { MalformedMessage } from '../../../services/shared/runtime/grpc/wire-value.ts';

const AXES = 2;
const DIMENSIONS = 3;
const meaning = projectedSpace({
  axes: [Float32Array.of(1, 0, 0), Float32Array.of(0, 1, 0), Float32Array.of(0, 0, 1)],
  quantiles: [Float32Array.of(0), Float32Array.of(0)],
});
const space = { axes: AXES, meaning };

const hex = (digits: number) =>
  fc
    .array(fc.integer({ min: 0, max: 15 }), { minLength: digits, maxLength: digits })
    .map((list) => list.map((d) => d.toString(16)).join(''));
const id = hex(32) as fc.Arbitrary<Id>;
const contact: fc.Arbitrary<Contact> = fc.record({
  id,
  address: fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 65_535 })).map(([ip, port]) => `${ip}:${port}`),
});
const contacts = fc.array(contact, { maxLength: 3 });
const count = fc.nat(1_000_000);
/** A leaf of a tree that was always cut through the middle. */
const zone: fc.Arbitrary<Zone> = fc.tuple(fc.array(fc.boolean(), { maxLength: 12 }), count).map(([sides, epoch]) => {
  let leaf: Zone = { ...wholeSpace(AXES), epoch };
  for (const upper of sides) leaf = splitZone(leaf, middleCut(leaf.box)!)[upper ? 1 : 0];
  return leaf;
});
const zones = fc.array(zone, { maxLength: 3 });
const stamp = fc.record({ incarnation: fc.nat(), version: count });
const known = fc.array(fc.record({ contact, zones, stamp, isLink: fc.boolean() }), { maxLength: 3 });
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const news = fc.record({
  stamp,
  since: count,
  holding: optional(fc.record({ zones, load: count })),
  summary: optional(fc.uint8Array({ maxLength: 24 }).map((bytes) => Buffer.from(bytes))),
  known,
  gone: fc.array(id, { maxLength: 3 }),
});
const point = fc.array(fc.nat(SPAN - 1), { minLength: AXES, maxLength: AXES });
const ms = fc.nat(100_000);
/** Protobuf leaves -0 out, as it does 0. */
const float = fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const vector = fc.array(float, { minLength: DIMENSIONS, maxLength: DIMENSIONS }).map((list) => Float32Array.from(list));
const sketch = fc
  .array(fc.integer({ min: -127, max: 127 }), { minLength: 3, maxLength: 3 })
  .map((list) => Int8Array.from(list));
const entry = fc.record({ post: id, author: id, createdAtMs: count, revision: count, vector });
const link = fc.record({ post: id, sketch, at: contacts });
const copied = fc.array(fc.record({ entry, copies: contacts, links: fc.array(link, { maxLength: 3 }) }), {
  maxLength: 3,
});
const fingerprints = fc.array(fc.nat(2 ** 32 - 1), { maxLength: 3 });
const box = fc.constant({ low: [0, 5], high: [SPAN, 9] });
const tagged = <Type extends string, Rest>(type: Type, rest: { [Key in keyof Rest]: fc.Arbitrary<Rest[Key]> }) =>
  fc.record({ type: fc.constant(type), ...rest });

const requests: { readonly [Type in IndexRequest['type']]: fc.Arbitrary<unknown> } = {
  exchange: tagged('exchange', { have: optional(stamp), news }),
  ping: tagged('ping', {}),
  'probe-for': tagged('probe-for', { target: contact }),
  find: tagged('find', {
    point,
    hopsLeft: fc.nat(99),
    detours: fc.nat(9),
    budgetMs: ms,
    visited: fc.array(id, { maxLength: 3 }),
  }),
  'ask-zone': tagged('ask-zone', { incarnation: fc.nat(), insists: fc.boolean() }),
  'hand-over': tagged('hand-over', { zone, known }),
  'find-taker': tagged('find-taker', { region: zone.map(({ path }) => path), hopsLeft: fc.nat(99), budgetMs: ms }),
  'get-table': tagged('get-table', {}),
  'store-entry': tagged('store-entry', { entry, copies: contacts }),
  'keep-copies': tagged('keep-copies', { items: copied }),
  'link-entries': tagged('link-entries', { items: fc.array(fc.record({ post: id, link }), { maxLength: 3 }) }),
  'check-entries': tagged('check-entries', {
    items: fc.array(fc.record({ post: id, copies: contacts }), { maxLength: 3 }),
  }),
  'withdraw-entry': tagged('withdraw-entry', { post: id }),
  'list-entries': tagged('list-entries', { box, after: optional(id) }),
  'search-entries': tagged('search-entries', {
    asked: fc.array(fc.record({ question: sketch, floor: float, posts: fingerprints }), { maxLength: 3 }),
    limit: fc.nat(100),
    sinceMs: count,
    withPlaces: fc.boolean(),
    salt: fc.nat(2 ** 32 - 1),
    phones: fingerprints,
  }),
  'search-exactly': tagged('search-exactly', {
    coordinates: fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: AXES, maxLength: AXES }),
    limit: fc.nat(100),
  }),
};

const done = tagged('done', {});
const place = fc.record({ sketch, at: contacts });
const hit = fc.record({ post: id, author: id, createdAtMs: count, similarity: float, place: optional(place) });
const finds = fc.record({
  hits: fc.array(hit, { maxLength: 3 }),
  candidates: fc.array(fc.record({ post: id, estimate: float, at: contacts }), { maxLength: 3 }),
  adverts: fc.array(fc.record({ contact, closeness: float }), { maxLength: 3 }),
});
const replies: { readonly [Type in IndexRequest['type']]: fc.Arbitrary<unknown> } = {
  exchange: tagged('exchanged', { have: optional(stamp), news }),
  ping: done,
  'probe-for': tagged('probed', { reachable: fc.boolean() }),
  find: tagged('found', {
    owner: optional(known.filter((list) => list.length > 0).map((list) => list[0])),
    offers: fc.array(fc.record({ contact, load: count, share: float, zones: fc.nat(9) }), { maxLength: 3 }),
    trail: contacts,
    visited: fc.array(id, { maxLength: 3 }),
  }),
  'ask-zone': tagged('granted', { zone: optional(zone), better: optional(contact), known }),
  'hand-over': tagged('handed-over', { accepted: fc.boolean() }),
  'find-taker': tagged('taker-found', { taker: optional(contact) }),
  'get-table': tagged('table', { self: known.filter((list) => list.length > 0).map((list) => list[0]), known }),
  'store-entry': tagged('entry-stored', {
    verdict: fc.constantFrom('stored', 'not-owner', 'invalid', 'flooded', 'deleted', 'barred', 'full'),
  }),
  'keep-copies': tagged('copies-kept', { kept: fc.array(fc.boolean(), { maxLength: 5 }) }),
  'link-entries': done,
  'check-entries': tagged('entries-checked', {
    keeps: fc.array(fc.constantFrom('owner', 'unneeded', 'copy', 'surplus', 'none'), { maxLength: 5 }),
  }),
  'withdraw-entry': done,
  'list-entries': tagged('entries-listed', { items: copied, hasMore: fc.boolean() }),
  'search-entries': tagged('entries-found', { finds: fc.array(finds, { maxLength: 3 }) }),
  'search-exactly': tagged('exactly-found', {
    hits: fc.array(fc.record({ post: id, distance: float }), { maxLength: 3 }),
    whole: fc.array(box, { maxLength: 2 }),
    around: fc.array(fc.record({ contact, boxes: fc.array(box, { maxLength: 2 }) }), { maxLength: 3 }),
  }),
};

describe.each(Object.keys(requests) as IndexRequest['type'][])('a message of type %s', (type) => {
  it('is the same after a journey, and so is the reply', () => {
    fc.assert(
      fc.property(requests[type], replies[type], (request, reply) => {
        expect(decodeRequest(encodeRequest(request as IndexRequest), space)).toEqual(request);
        expect(decodeReply(encodeReply(reply as IndexReply), type, space)).toEqual(reply);
      }),
      { numRuns: 60 },
    );
  });
});

describe('an answer to a search', () => {
  it('names a phone once, at however many posts', () => {
    const at = [1, 2, 3].map((n) => ({ id: String(n).repeat(32) as Id, address: '10.0.12.34:7400' }));
    const candidates = Array.from({ length: 48 }, (_, i) => ({ post: at[0]!.id, estimate: i / 48, at }));
    const bytes = encodeReply({ type: 'entries-found', finds: [{ hits: [], candidates, adverts: [] }] });
    // 16 bytes of post, 4 of estimate, 3 of places, and what tells them apart; 31 of a phone.
    expect(bytes.length).toBeLessThan(48 * 36 + 3 * 48);
  });
});

describe('what is no message', () => {
  it.each<[string, PeerRequest['body']]>([
    ['without a body', undefined],
    [
      'with a point of another space',
      { $case: 'find', value: { point: [1], hopsLeft: 1, budgetMilliseconds: 1, detours: 0, visited: [] } },
    ],
    [
      'with a question of another length',
      {
        $case: 'searchEntries',
        value: {
          asked: [{ question: Buffer.alloc(8), floor: -1, knownPosts: [] }],
          ...{ limit: 1, sinceMilliseconds: 0, withPlaces: false, salt: 0, knownPhones: [] },
        },
      },
    ],
    ['with an id that is too short', { $case: 'withdrawEntry', value: { post: Buffer.alloc(15) } }],
    ['without its entry', { $case: 'storeEntry', value: { entry: undefined, copies: [] } }],
    [
      'with more items than may be sent',
      {
        $case: 'checkEntries',
        value: { items: Array.from({ length: 65 }, () => ({ post: Buffer.alloc(16), copies: [] })) },
      },
    ],
    [
      'with a box that is none',
      { $case: 'listEntries', value: { box: { low: [5, 5], high: [5, 9] }, after: undefined } },
    ],
    [
      'with a zone that is none',
      {
        $case: 'handOver',
        value: { zone: { path: [{ axis: 7, cut: 1, upper: true, epoch: 0 }], epoch: 0 }, known: [] },
      },
    ],
    ['with a phone at no address', { $case: 'probeFor', value: { target: { id: Buffer.alloc(16), address: 'here' } } }],
  ])('%s is refused', (_what, body) => {
    const bytes = PeerRequest.encode({ body }).finish();
    expect(() => decodeRequest(bytes, space)).toThrow(MalformedMessage);
  });

  it('is refused whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          decodeRequest(bytes, space);
          decodeReply(bytes, 'find', space);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessage);
        }
      }),
    );
  });

  it('is a reply that names a phone it does not have', () => {
    const candidates = [{ post: Buffer.alloc(16), estimate: 0, at: [1] }];
    const phones = [{ id: Buffer.alloc(16), address: '10.0.0.1:7400' }];
    const value = { finds: [{ hits: [], candidates, adverts: [] }], phones };
    const bytes = PeerReply.encode({ body: { $case: 'entriesFound', value } }).finish();
    expect(() => decodeReply(bytes, 'search-entries', space)).toThrow('phone 1 is not among the 1 named');
  });

  it('of another kind than the question is no reply', () => {
    const bytes = PeerReply.encode({ body: { $case: 'done', value: {} } }).finish();
    expect(() => decodeReply(bytes, 'find', space)).toThrow('done is no reply to find');
  });
});
