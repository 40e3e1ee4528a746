import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idFromBytes } from '../../../services/shared/core/id.ts';
import { MAX_VALUE_BYTES } from '../../../services/shared/core/record.ts';
import { createWallCrypto } from '../../../services/wall-api/adapters/node-crypto.ts';
import { personOfSeed } from '../../../services/wall-api/core/identity/person.ts';
import {
  CHUNK_BYTES,
  chunkRange,
  decodeMedia,
  encodeMedia,
  encodeSealedMedia,
  MAX_CHUNKS,
  MAX_MEDIA_BYTES,
  type MediaContent,
  saltOf,
} from '../../../services/wall-api/core/media/media-format.ts';
import { MAX_THUMBNAIL_BYTES, PICTURE_TYPES } from '../../../services/wall-api/core/media/media-picture.ts';
import { parseRange } from '../../../services/wall-api/core/media/media-range.ts';
import { mediaKey, mediaSalt, openPart, sealPart } from '../../../services/wall-api/core/media/media-seal.ts';

const crypto = createWallCrypto();
const personOf = (seed: number) => personOfSeed(new Uint8Array(64).fill(seed), crypto);
const ada = personOf(1);
const bob = personOf(2);

const content: fc.Arbitrary<MediaContent> = fc.integer({ min: 1, max: MAX_MEDIA_BYTES }).chain((bytes) => {
  const count = Math.ceil(bytes / CHUNK_BYTES);
  return fc.record({
    type: fc.constantFrom(...PICTURE_TYPES),
    width: fc.integer({ min: 1, max: 10_000 }),
    height: fc.integer({ min: 1, max: 10_000 }),
    bytes: fc.constant(bytes),
    alt: fc.option(fc.string({ unit: 'grapheme', maxLength: 50 }), { nil: null }),
    sha256: fc.constant('ab'.repeat(32)),
    chunks: fc.array(fc.uint8Array({ minLength: 16, maxLength: 16 }).map(idFromBytes), {
      minLength: count,
      maxLength: count,
    }),
    thumbnail: fc.uint8Array({ maxLength: 100 }),
  });
});

describe('the root of a medium', () => {
  it('says what was put in', () => {
    fc.assert(
      fc.property(content, (given) => {
        expect(decodeMedia(encodeMedia(given), ada.person, undefined, crypto)).toEqual({
          state: 'open',
          content: given,
        });
      }),
      { numRuns: 50 },
    );
  });

  it('opens with its key alone, and only as its author’s, when it is sealed', () => {
    fc.assert(
      fc.property(content, (given) => {
        const salt = mediaSalt(ada, new Uint8Array(32), crypto);
        const key = mediaKey(ada, salt, crypto);
        const value = encodeSealedMedia(given, ada.person, salt, key, crypto);
        expect(decodeMedia(value, ada.person, mediaKey(ada, saltOf(value)!, crypto), crypto)).toEqual({
          state: 'open',
          content: given,
        });
        const strange = mediaKey(bob, salt, crypto);
        expect(decodeMedia(value, ada.person, strange, crypto)).toEqual({ state: 'sealed' });
        expect(decodeMedia(value, ada.person, undefined, crypto)).toEqual({ state: 'sealed' });
        expect(decodeMedia(value, bob.person, key, crypto)).toEqual({ state: 'sealed' });
      }),
      { numRuns: 30 },
    );
  });

  it('fits a record at its largest', () => {
    const largest: MediaContent = {
      type: 'image/webp',
      ...{ width: 100_000, height: 100_000, bytes: MAX_MEDIA_BYTES, sha256: 'ab'.repeat(32) },
      alt: '🜁'.repeat(1_500),
      chunks: Array.from({ length: MAX_CHUNKS }, () => ada.person),
      thumbnail: new Uint8Array(MAX_THUMBNAIL_BYTES),
    };
    const salt = mediaSalt(ada, new Uint8Array(32), crypto);
    const value = encodeSealedMedia(largest, ada.person, salt, mediaKey(ada, salt, crypto), crypto);
    expect(value.length).toBeLessThanOrEqual(MAX_VALUE_BYTES);
    const chunk = sealPart(mediaKey(ada, salt, crypto), 1, new Uint8Array(CHUNK_BYTES), ada.person, crypto);
    expect(chunk.length).toBe(MAX_VALUE_BYTES);
  });

  it.each([
    ['another type', { type: 'image/svg+xml' }],
    ['no width', { width: 0 }],
    ['a broken height', { height: 1.5 }],
    ['more bytes than chunks', { bytes: CHUNK_BYTES + 1 }],
    ['more chunks than bytes', { chunks: [ada.person, ada.person] }],
    ['no chunk', { bytes: 0, chunks: [] }],
    ['a chunk that is no id', { chunks: ['x'] }],
    ['a hash that is none', { sha256: '"\r\n' }],
    ['a thumbnail over its bound', { thumbnail: 'A'.repeat(40_000) }],
    ['a description over its bound', { alt: 'x'.repeat(1_501) }],
    ['a description that is none', { alt: 7 }],
  ])('is refused with %s', (_what, change) => {
    const good = {
      ...{ type: 'image/webp', width: 1, height: 1, bytes: 1, alt: null, sha256: 'ab'.repeat(32) },
      ...{ chunks: [ada.person], thumbnail: '' },
    };
    const read = (json: object) =>
      decodeMedia(new TextEncoder().encode(JSON.stringify(json)), ada.person, undefined, crypto).state;
    expect(read(good)).toBe('open');
    expect(read({ ...good, ...change })).toBe('malformed');
  });
});

describe('a sealed part', () => {
  it('opens at its own number alone, and unchanged', () => {
    const key = mediaKey(ada, new Uint8Array(16), crypto);
    const sealed = sealPart(key, 3, new Uint8Array([1, 2, 3]), ada.person, crypto);
    expect(openPart(key, 3, sealed, ada.person, crypto)).toEqual(new Uint8Array([1, 2, 3]));
    expect(openPart(key, 4, sealed, ada.person, crypto)).toBeUndefined();
    sealed[0]! ^= 1;
    expect(openPart(key, 3, sealed, ada.person, crypto)).toBeUndefined();
  });
});

describe('chunks', () => {
  it('cover the content once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_MEDIA_BYTES }), (bytes) => {
        let at = 0;
        for (let index = 0; at < bytes; index++) {
          const { from, to } = chunkRange(index, bytes);
          expect(from).toBe(at);
          at = to;
        }
        expect(at).toBe(bytes);
      }),
    );
  });
});

describe('a range', () => {
  it.each([
    [undefined, 'whole'],
    ['bytes=0-9', { from: 0, to: 10 }],
    ['bytes=90-', { from: 90, to: 100 }],
    ['bytes=90-1000', { from: 90, to: 100 }],
    ['bytes=-10', { from: 90, to: 100 }],
    ['bytes=-1000', { from: 0, to: 100 }],
    ['Bytes= 99-99 ', { from: 99, to: 100 }],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=100-200', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=9-0', 'whole'],
    ['bytes=', 'whole'],
    ['bytes=-', 'whole'],
    ['bytes=0-1,5-6', 'whole'],
    ['lines=0-1', 'whole'],
    ['bytes=0x0-0x9', 'whole'],
    ['bytes=-1-2', 'whole'],
    [`bytes=0-${'9'.repeat(400)}`, 'whole'],
  ] as const)('%s', (header, wanted) => {
    expect(parseRange(header, 100)).toEqual(wanted);
  });
});
