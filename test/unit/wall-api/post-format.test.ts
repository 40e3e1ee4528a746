import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idFromBytes } from '../../../services/shared/core/id.ts';
import { MAX_VALUE_BYTES } from '../../../services/shared/core/record.ts';
import { createWallCrypto } from '../../../services/wall-api/adapters/node-crypto.ts';
import { personOfSeed } from '../../../services/wall-api/core/identity/person.ts';
import { PICTURE_TYPES } from '../../../services/wall-api/core/media/media-picture.ts';
import type { MediaReference } from '../../../services/wall-api/core/media/media-reference.ts';
import {
  type Audience,
  decodePost,
  encodeOpen,
  encodeSealed,
  type PostContent,
} from '../../../services/wall-api/core/posts/post-format.ts';

const crypto = createWallCrypto();
const [ada, bob, eve] = [1, 2, 3].map((seed) => personOfSeed(new Uint8Array(64).fill(seed), crypto)) as [
  ReturnType<typeof personOfSeed>,
  ReturnType<typeof personOfSeed>,
  ReturnType<typeof personOfSeed>,
];
const utf8 = new TextEncoder();
const id = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(idFromBytes);
const reference: fc.Arbitrary<MediaReference> = fc.record({
  id,
  type: fc.constantFrom(...PICTURE_TYPES),
  width: fc.integer({ min: 1, max: 10_000 }),
  height: fc.integer({ min: 1, max: 10_000 }),
  alt: fc.option(fc.string({ unit: 'grapheme', maxLength: 100 }), { nil: null }),
  key: fc.option(fc.uint8Array({ minLength: 32, maxLength: 32 }), { nil: undefined }),
});
const contentOf = (audience: Audience): fc.Arbitrary<PostContent> =>
  fc.record({
    text: fc.string({ unit: 'grapheme', maxLength: 200 }),
    audience: fc.constant(audience),
    inReplyTo: fc.option(id, { nil: undefined }),
    media: fc.array(reference, { maxLength: 4 }),
  });

describe('the value of a post', () => {
  it('says what was put in, when it is public', () => {
    fc.assert(
      fc.property(contentOf('public'), (content) => {
        const value = encodeOpen(content);
        expect(decodePost(value, ada.person, undefined, crypto)).toEqual({ state: 'open', content });
      }),
    );
  });

  it('opens for its recipients alone, and only as its author’s, when it is for friends', () => {
    fc.assert(
      fc.property(contentOf('friends'), (content) => {
        const value = encodeSealed(content, ada.person, [ada.sealing.publicKey, bob.sealing.publicKey], crypto);
        for (const { sealing } of [ada, bob]) {
          expect(decodePost(value, ada.person, sealing, crypto)).toEqual({ state: 'open', content });
          expect(decodePost(value, eve.person, sealing, crypto)).toEqual({ state: 'sealed' });
        }
        expect(decodePost(value, ada.person, eve.sealing, crypto)).toEqual({ state: 'sealed' });
        expect(decodePost(value, ada.person, undefined, crypto)).toEqual({ state: 'sealed' });
        const marked = { ...content, text: `in clear ${content.text}` };
        const sealed = encodeSealed(marked, ada.person, [ada.sealing.publicKey], crypto);
        expect(Buffer.from(sealed).includes('in clear')).toBe(false);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'hello'],
    ['a list', '[]'],
    ['no text', '{"audience":"public"}'],
    ['a text that is none', '{"text":1,"audience":"public"}'],
    ['too long a text', JSON.stringify({ text: 'x'.repeat(10_001), audience: 'public' })],
    ['friends in clear', '{"text":"x","audience":"friends"}'],
    ['a parent that is no id', '{"text":"x","audience":"public","inReplyTo":"y"}'],
    ['a parent of another type', '{"text":"x","audience":"public","inReplyTo":7}'],
  ])('is malformed with %s', (_what, text) => {
    expect(decodePost(utf8.encode(text), ada.person, undefined, crypto).state).toBe('malformed');
  });

  it('never makes reading throw, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(['open', 'sealed', 'malformed']).toContain(decodePost(bytes, ada.person, bob.sealing, crypto).state);
      }),
    );
  });

  it('fits a record, or is refused', () => {
    const content = { text: '🜁'.repeat(10_000), audience: 'friends', inReplyTo: undefined, media: [] } as const;
    const keys = (count: number): Uint8Array[] => Array.from({ length: count }, () => bob.sealing.publicKey);
    expect(encodeSealed(content, ada.person, keys(400), crypto).length).toBeLessThanOrEqual(MAX_VALUE_BYTES);
    const escaped = { ...content, text: '\u0001'.repeat(10_000) };
    expect(() => encodeSealed(escaped, ada.person, keys(200), crypto)).toThrow(/a record holds/);
  });
});
