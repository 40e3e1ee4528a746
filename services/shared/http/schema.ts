/** Schemas that every API shares. */
import { Type } from './type.ts';

/** What an id looks like from outside: a UUID, or its 32 hexadecimal digits. */
export const ID_PATTERN = '^([0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$';

/** A position on the ring, as phones and keys have one. */
export const PositionText = Type.String({
  pattern: '^[0-9a-f]{32}$',
  description: 'A position on the ring: 32 hexadecimal digits.',
  examples: ['2bb88c3048d2dd5e43b1db85374825a9'],
});

/** A path that ends in a position, `/…/:key`. */
export const KeyParams = Type.Object({
  key: Type.String({
    pattern: ID_PATTERN,
    description: 'A position on the ring: 32 hexadecimal digits, or a UUID.',
    examples: ['0d4f7a5261c38b1e9f0a5b7c2d9e8f10'],
  }),
});

/** A part of the space of meanings. */
export const BoxSchema = Type.Object(
  {
    low: Type.Array(Type.Number(), { description: 'A coordinate an axis, 0 to 1.' }),
    high: Type.Array(Type.Number(), { description: 'Exclusive.' }),
  },
  { additionalProperties: false },
);

/** What a problem looks like: RFC 9457. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'Stable: /problems/<slug>, where it is described.' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.Optional(Type.String()),
    instance: Type.String({ description: 'The id of the request, as in the log: urn:uuid:…' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          in: Type.String({ description: 'body, query, params or headers.' }),
          pointer: Type.String({ description: 'A JSON pointer to the fault.' }),
          detail: Type.String(),
        }),
      ),
    ),
  },
  { additionalProperties: true },
);
