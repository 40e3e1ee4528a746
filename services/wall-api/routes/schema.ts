/** Schemas that many routes share, and how their texts become values and back. */

import { type Id, parseId, uuidOf } from '../../shared/core/id.ts';
import { Problem } from '../core/problem.ts';
import { type Static, type TSchema, Type } from './type.ts';

/** What an id looks like from outside: a UUID, or its 32 hexadecimal digits. */
export const ID_PATTERN = '^([0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$';

export const IdText = Type.String({
  pattern: ID_PATTERN,
  description: 'A UUID; its 32 hexadecimal digits without dashes are understood as well.',
  examples: ['0d4f7a52-61c3-8b1e-9f0a-5b7c2d9e8f10'],
});

/** A position on the ring, as phones and keys have one. */
export const PositionText = Type.String({
  pattern: '^[0-9a-f]{32}$',
  description: 'A position on the ring: 32 hexadecimal digits.',
  examples: ['2bb88c3048d2dd5e43b1db85374825a9'],
});

/** A path that ends in an id, `/…/:id`. */
export const IdParams = Type.Object({ id: IdText });

/** RFC 3339, UTC, milliseconds. */
export const TimeText = Type.String({ format: 'date-time', examples: ['2025-11-22T21:30:00.000Z'] });

export const DEFAULT_LIMIT = 20;
export const MAX_LIMIT = 100;
/** A random feed's cursor remembers what it showed: up to 2.7 KB. */
const MAX_CURSOR_CHARACTERS = 4_096;

/** The query of every list. */
export const PageQuery = Type.Object(
  {
    cursor: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: MAX_CURSOR_CHARACTERS,
        description: 'The `cursor` of an earlier answer, as it was. Without it the list starts at its beginning.',
      }),
    ),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MAX_LIMIT,
        default: DEFAULT_LIMIT,
        description: 'Most items to answer with.',
      }),
    ),
  },
  { additionalProperties: false },
);

/** What every list answers. */
export function PageOf<Item extends TSchema>(item: Item) {
  return Type.Object({
    items: Type.Array(item),
    cursor: Type.Union([Type.String(), Type.Null()], { description: 'For the next page; null at the end.' }),
    complete: Type.Boolean({ description: 'False when too few phones answered to be sure that nothing is missing.' }),
  });
}

export const CustodySchema = Type.Object(
  {
    replicas: Type.Integer({ description: 'Phones that should keep it.' }),
    acknowledged: Type.Integer({ description: 'Phones that have it on disk.' }),
  },
  { description: 'Where the ring keeps it.' },
);

/** What a problem looks like: RFC 9457. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'Stable: /problems/<slug>, where the phone describes it.' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.Optional(Type.String()),
    instance: Type.String({ description: 'The id of the request, as in the phone’s log: urn:uuid:…' }),
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

export type ProblemDocument = Static<typeof ProblemSchema>;

/** The id of a text that matched IdText. Throws Problem invalid-id on any other. */
export function readId(text: string): Id {
  const id = parseId(text);
  if (id === undefined) throw new Problem('invalid-id');
  return id;
}

/** An id as the API writes it: a UUID. */
export function idText(id: Id): string {
  return uuidOf(id);
}

/** A time as the API writes it. */
export function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
