import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Id } from '../../../services/shared/core/id.ts';
import {
  contentHash,
  isFork,
  MAX_NAME_BYTES,
  MAX_SLOT_BYTES,
  MAX_VALUE_BYTES,
  openRecord,
  originOfKey,
  peekRecord,
  placeOfContent,
  placeOfName,
  type RecordDraft,
  recordKey,
  SIGNATURE_BYTES,
  sealRecord,
  supersedes,
} from '../../../services/shared/core/record.ts';
import { Author, crypto } from './author.ts';

const alice = new Author(1);
const bob = new Author(2);
const somewhere = 'a'.repeat(32) as Id;
const utf8 = new TextEncoder();

const text = (maxBytes: number, minLength = 0) =>
  fc.string({ unit: 'grapheme', minLength, maxLength: maxBytes / 4 }).filter((s) => utf8.encode(s).length <= maxBytes);
const value = fc.uint8Array({ maxLength: 300 });
const time = fc.nat(Number.MAX_SAFE_INTEGER);
const seq = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const openName = text(MAX_NAME_BYTES, 1).filter((name) => !name.startsWith('own/'));

const immutable = fc
  .record({ name: text(MAX_NAME_BYTES, 1), createdAt: time, value })
  .map((fields): RecordDraft => ({ ...fields, kind: 'immutable', slot: '', seq: 0, deleted: false }));
const mutable = fc
  .record({ name: openName, createdAt: time, value, seq, deleted: fc.boolean() })
  .map((fields): RecordDraft => ({ ...fields, kind: 'mutable', slot: '' }));
const about = fc
  .tuple(mutable, value)
  .map(([draft, content]): RecordDraft => ({ ...draft, proof: contentHash('post', 1, content, crypto) }));
const member = fc
  .record({ name: openName, slot: text(MAX_SLOT_BYTES, 1), createdAt: time, value, seq, deleted: fc.boolean() })
  .map((fields): RecordDraft => ({ ...fields, kind: 'member', place: somewhere }));
const own = member.map((draft): RecordDraft => ({ ...draft, name: 'own/wall', place: undefined }));
const drafts = fc.oneof(immutable, mutable, about, member, own);

function open(bytes: Uint8Array): string {
  const opened = openRecord(bytes, crypto);
  return opened.ok ? 'ok' : opened.fault;
}

describe('encoding', () => {
  test('a sealed record opens to what was drafted', () => {
    fc.assert(
      fc.property(drafts, (draft) => {
        const record = alice.seal(draft);
        const opened = openRecord(record.bytes, crypto);
        expect(opened).toEqual({ ok: true, value: record });
        const { kind, name, slot, seq: version, createdAt, deleted } = record;
        expect({ kind, name, slot, seq: version, createdAt, deleted, value: [...record.value] }).toEqual({
          kind: draft.kind,
          name: draft.name,
          slot: draft.slot,
          seq: draft.seq,
          createdAt: draft.createdAt,
          deleted: draft.deleted,
          value: [...draft.value],
        });
        expect(record.author).toBe(alice.id);
      }),
    );
  });

  test('every single flipped bit is refused', () => {
    for (const record of [alice.post('hello'), alice.tombstone(alice.post('x')), alice.member(somewhere, 'slot', 3)]) {
      for (let bit = 0; bit < record.bytes.length * 8; bit++) {
        const bytes = record.bytes.slice();
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        expect(open(bytes), `bit ${bit}`).not.toBe('ok');
      }
    }
  });

  test('every truncation and every extension is refused', () => {
    const { bytes } = alice.member(somewhere, 'slot', 3);
    for (let length = 0; length < bytes.length; length++) expect(open(bytes.subarray(0, length))).not.toBe('ok');
    expect(open(new Uint8Array([...bytes, 0]))).not.toBe('ok');
  });

  test('random bytes are refused without an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(2), (bytes, kind) => {
        expect(open(bytes)).not.toBe('ok');
        const dressed = Uint8Array.from([1, kind, 0, ...bytes]);
        expect(open(dressed)).not.toBe('ok');
      }),
    );
  });

  test('reads from the middle of a larger buffer', () => {
    const { bytes, hash } = alice.post('hello');
    const buffer = new Uint8Array(bytes.length + 20);
    buffer.set(bytes, 7);
    expect(openRecord(buffer.subarray(7, 7 + bytes.length), crypto)).toMatchObject({ ok: true, value: { hash } });
  });

  test('bounds of value, name and slot hold to the byte', () => {
    const post = (bytes: number) => alice.post('x'.repeat(bytes));
    expect(post(MAX_VALUE_BYTES).value).toHaveLength(MAX_VALUE_BYTES);
    expect(() => post(MAX_VALUE_BYTES + 1)).toThrow('too-large');
    const named = (name: string, slot: string) => alice.member(somewhere, slot, 1, 1, '', name);
    expect(named('n'.repeat(MAX_NAME_BYTES), 's'.repeat(MAX_SLOT_BYTES)).name).toHaveLength(MAX_NAME_BYTES);
    expect(() => named('n'.repeat(MAX_NAME_BYTES + 1), 's')).toThrow('too-large');
    expect(() => named('n', 's'.repeat(MAX_SLOT_BYTES + 1))).toThrow('too-large');
    expect(() => named('n', 'é'.repeat(MAX_SLOT_BYTES))).toThrow(RangeError);
    expect(open(new Uint8Array(200_000))).toBe('too-large');
  });

  test.each([
    ['an immutable with a version', { seq: 1 }],
    ['an immutable with a slot', { slot: 'x' }],
    ['a deleted immutable', { deleted: true }],
    ['no name', { name: '' }],
    ['a mutable without a version', { kind: 'mutable' as const }],
    ['a mutable in a set of one author', { kind: 'mutable' as const, seq: 1, name: 'own/x' }],
    ['a member that could be taken for a post', { kind: 'member' as const, seq: 1, slot: 'x', name: 'post' }],
    ['a member that could be taken for a profile', { kind: 'member' as const, seq: 1, slot: 'x', name: 'profile' }],
    ['a member without a slot', { kind: 'member' as const, seq: 1 }],
    ['a version below zero', { kind: 'mutable' as const, seq: -1 }],
    ['a broken version', { kind: 'mutable' as const, seq: 1.5 }],
  ])('%s cannot be signed', (_, fields) => {
    const draft = { kind: 'immutable', name: 'post', slot: '', seq: 0, createdAt: 1, deleted: false } as const;
    expect(() => alice.seal({ ...draft, value: new Uint8Array(1), ...fields })).toThrow(RangeError);
  });
});

describe('places', () => {
  test('follow from author and content, and cannot be chosen', () => {
    const post = alice.post('hello', 5);
    expect(post.place).toBe(placeOfContent(alice.authorKey, contentHash('post', 5, post.value, crypto), crypto));
    expect(post.place).toMatch(/^[0-9a-f]{12}8[0-9a-f]{3}[89ab][0-9a-f]{15}$/); // UUIDv8
    expect(bob.post('hello', 5).place).not.toBe(post.place);
    expect(alice.profile(1, 'x').place).toBe(placeOfName(alice.id, 'profile', crypto));
    expect(alice.tombstone(post).place).toBe(post.place);
    expect(bob.tombstone(post).place).not.toBe(post.place);
  });

  test('a record signed for another place is refused', () => {
    fc.assert(
      fc.property(fc.oneof(immutable, mutable, about, own), (draft) => {
        const elsewhere = Buffer.from(alice.seal(draft).bytes);
        elsewhere[3]! ^= 0x80;
        const unsigned = elsewhere.subarray(0, elsewhere.length - 64);
        elsewhere.set(alice.sign(unsigned), unsigned.length);
        expect(open(elsewhere)).toBe('wrong-place');
      }),
      { numRuns: 30 },
    );
  });

  test('open sets may be anywhere', () => {
    expect(alice.member(somewhere, 'slot', 1).place).toBe(somewhere);
  });
});

describe('signatures', () => {
  test("nobody writes in another's name", () => {
    const draft = { kind: 'mutable', name: 'profile', slot: '', seq: 1, createdAt: 1, deleted: false } as const;
    expect(() => sealRecord({ ...draft, value: new Uint8Array(1) }, alice.authorKey, bob.sign, crypto)).toThrow(
      'bad-signature',
    );
  });

  test('peeking checks everything else', () => {
    const { bytes } = alice.post('hello');
    bytes[bytes.length - 1]! ^= 1;
    expect(peekRecord(bytes, crypto).ok).toBe(true);
    expect(open(bytes)).toBe('bad-signature');
  });

  test('keys of small order, for which anybody can sign, are no keys', () => {
    const neutral = new Uint8Array(32);
    neutral[0] = 1;
    const signature = new Uint8Array(64);
    signature[0] = 1; // R the neutral point, S zero: holds for every message under this key
    expect(crypto.verify(neutral, utf8.encode('anything'), signature)).toBe(false);
    const signed = neutral.slice();
    signed[31]! |= 0x80;
    expect(crypto.verify(signed, utf8.encode('anything'), signature)).toBe(false);
    expect(crypto.verify(new Uint8Array(31), utf8.encode('x'), signature)).toBe(false);
    expect(crypto.verify(alice.authorKey, utf8.encode('x'), new Uint8Array(63))).toBe(false);
  });

  test('what was found right stands for these bytes, this key and this signature alone', () => {
    const { authorKey, bytes } = alice.post('checked before');
    const [message, signature] = [bytes.subarray(0, -SIGNATURE_BYTES), bytes.subarray(-SIGNATURE_BYTES)];
    for (let times = 0; times < 2; times++) {
      expect(crypto.verify(authorKey, message, signature)).toBe(true);
      expect(crypto.verify(bob.authorKey, message, signature)).toBe(false);
      expect(crypto.verify(authorKey, message.subarray(1), signature)).toBe(false);
      expect(crypto.verify(authorKey, message, alice.post('another').bytes.subarray(-SIGNATURE_BYTES))).toBe(false);
      // The same bytes in a row, cut elsewhere.
      const joined = Buffer.concat([authorKey, signature, message]);
      expect(crypto.verify(joined.subarray(0, 32), joined.subarray(97), joined.subarray(33, 97))).toBe(false);
    }
  });

  test('more signatures than are remembered verify', () => {
    const posts = Array.from({ length: 2_100 }, (_, i) => alice.post(`${i}`));
    for (const { authorKey, bytes } of [...posts, ...posts.slice(0, 10)]) {
      expect(crypto.verify(authorKey, bytes.subarray(0, -SIGNATURE_BYTES), bytes.subarray(-SIGNATURE_BYTES))).toBe(
        true,
      );
    }
  });

  test('many keys in turn verify, also beyond those that are remembered', () => {
    const authors = Array.from({ length: 300 }, (_, i) => new Author(1_000 + i));
    const signed = authors.map((author) => author.profile(1, 'x'));
    for (let round = 0; round < 2; round++) {
      for (const { bytes } of signed) expect(open(bytes)).toBe('ok');
    }
  });
});

describe('versions', () => {
  const versions = fc.record({
    seq: fc.nat(3),
    hash: fc.constantFrom('a', 'b', 'c'),
    final: fc.boolean(),
  });

  test('have a total order, so all phones agree on the winner', () => {
    fc.assert(
      fc.property(versions, versions, versions, (a, b, c) => {
        const same = a.seq === b.seq && a.hash === b.hash && a.final === b.final;
        expect(supersedes(a, b) || supersedes(b, a)).toBe(!same);
        expect(supersedes(a, b) && supersedes(b, a)).toBe(false);
        if (supersedes(a, b) && supersedes(b, c)) expect(supersedes(a, c)).toBe(true);
      }),
    );
  });

  test('a tombstone is final, a later revision does not undo it', () => {
    const post = alice.post('x');
    const [tombstone, later] = [alice.tombstone(post, 1), alice.revision(post, 2, 'y')];
    expect(supersedes(tombstone, later)).toBe(true);
    expect(supersedes(later, tombstone)).toBe(false);
    expect(alice.profile(1, 'x').final).toBe(false);
  });

  test('two values under one seq are a fork', () => {
    expect(isFork(alice.profile(1, 'x'), alice.profile(1, 'y'))).toBe(true);
    expect(isFork(alice.profile(1, 'x'), alice.profile(2, 'y'))).toBe(false);
    expect(isFork(alice.profile(1, 'x'), alice.profile(1, 'x'))).toBe(false);
  });
});

test('keys tell apart what differs, in ASCII, and name their author', () => {
  fc.assert(
    fc.property(member, member, (a, b) => {
      const [one, other] = [alice.seal(a), alice.seal(b)];
      const key = recordKey(one);
      expect(key === recordKey(other)).toBe(a.name === b.name && a.slot === b.slot);
      expect(key).toMatch(/^[\x21-\x7e]+$/);
      expect(originOfKey(key)).toEqual({ kind: 'member', author: alice.id });
    }),
  );
  const split = (name: string, slot: string) => recordKey({ kind: 'member', author: alice.id, name, slot });
  expect(split('a/b', 'c')).not.toBe(split('a', 'b/c'));
});
