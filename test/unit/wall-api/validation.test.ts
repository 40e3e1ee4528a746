import fc from 'fast-check';
import * as TypeBox from 'typebox';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { Type } from '../../../services/shared/http/type.ts';
import { requireKnownKeywords, type Schema, validate } from '../../../services/shared/http/validation.ts';

/** Makes the same schema with TypeBox's builder and with ours. */
function both(make: (builder: typeof Type) => object): readonly [TypeBox.TSchema, Schema] {
  return [make(TypeBox.Type), make(Type) as Schema];
}

const SCHEMAS = {
  person: both((type) =>
    type.Object(
      {
        name: type.String({ minLength: 1, maxLength: 3 }),
        age: type.Optional(type.Integer({ minimum: 0, maximum: 9 })),
        tags: type.Optional(type.Array(type.String({ pattern: '^[a-c]+$' }), { minItems: 1, maxItems: 2 })),
        kind: type.Optional(type.Union([type.Literal('a'), type.Literal('b'), type.Null()])),
      },
      { additionalProperties: false },
    ),
  ),
  open: both((type) => type.Object({ a: type.Boolean(), b: type.Optional(type.Unknown()) })),
  record: both((type) => type.Record(type.String(), type.Number({ minimum: -1 }))),
  list: both((type) => type.Array(type.Integer(), { uniqueItems: true })),
};

const word = fc.constantFrom('', 'a', 'ab', 'abc', 'abcd', '𝄞𝄞𝄞', 'd', 'b');
const scalar = fc.oneof(word, fc.integer({ min: -2, max: 11 }), fc.double(), fc.boolean(), fc.constant(null));
const value = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 4 }),
  fc.record(
    { name: word, age: scalar, tags: fc.oneof(scalar, fc.array(word, { maxLength: 3 })), kind: scalar, a: scalar },
    { requiredKeys: [] },
  ),
  fc.record({ name: word, age: fc.integer({ min: 0, max: 9 }) }),
  fc.dictionary(word, fc.oneof(scalar, fc.double({ min: -1, noNaN: true }))),
);

describe('validation', () => {
  it.each(Object.entries(SCHEMAS))('accepts what TypeBox accepts: %s', (_name, [theirs, ours]) => {
    fc.assert(
      fc.property(value, (given) => {
        expect(validate(ours, given, { fromText: false }).ok).toBe(Value.Check(theirs, given));
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives back what it was given', () => {
    const [, schema] = SCHEMAS.person;
    const given = { name: 'Ada', age: 3, tags: ['a', 'b'], kind: null };
    expect(validate(schema, given, { fromText: false })).toEqual({ ok: true, value: given });
  });

  it('reads numbers and truth from text, and fills in defaults, only where that was asked for', () => {
    const schema = Type.Object({
      limit: Type.Integer({ default: 20 }),
      all: Type.Optional(Type.Boolean()),
    }) as object as Schema;
    expect(validate(schema, { limit: '7', all: 'true' }, { fromText: true })).toEqual({
      ok: true,
      value: { limit: 7, all: true },
    });
    expect(validate(schema, { limit: '7' }, { fromText: false }).ok).toBe(false);
    for (const limit of ['', ' 7', '7a', '0x7', '1e3', '7.5', ['7', '8']]) {
      expect(validate(schema, { limit }, { fromText: true }).ok).toBe(false);
    }
    const optional = Type.Object({ limit: Type.Optional(Type.Integer({ default: 20 })) }) as object as Schema;
    expect(validate(optional, {}, { fromText: true })).toEqual({ ok: true, value: { limit: 20 } });
  });

  it('lists no more faults than it must', () => {
    const [, schema] = SCHEMAS.person;
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`x${index}`, index]));
    const checked = validate(schema, many, { fromText: false });
    expect(checked).toMatchObject({ ok: false });
    expect(!checked.ok && checked.faults.length).toBe(20);
  });

  it.each([{ type: 'string', format: 'ipv7' }, { not: {} }, { properties: { a: { dependentRequired: {} } } }])(
    'refuses to be given rules it does not check: %j',
    (schema) => {
      expect(() => requireKnownKeywords(schema)).toThrow(RangeError);
    },
  );
});
