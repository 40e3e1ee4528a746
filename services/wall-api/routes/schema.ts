/** Schemas that many routes share, and how their texts become values and back. */

import { type Id, parseId, uuidOf } from '../../shared/core/id.ts';
import { ID_PATTERN, PositionText } from '../../shared/http/schema.ts';
import { type TSchema, Type } from '../../shared/http/type.ts';
import { Problem } from '../core/problem.ts';

export const IdText = Type.String({
  pattern: ID_PATTERN,
  description: 'A UUID; its 32 hexadecimal digits without dashes are understood as well.',
  examples: ['0d4f7a52-61c3-8b1e-9f0a-5b7c2d9e8f10'],
});

/** A path that ends in an id, `/…/:id`. */
export const IdParams = Type.Object({ id: IdText });

/** A phone of the ring. */
export const PhoneSchema = Type.Object(
  { id: PositionText, address: Type.String({ description: 'host:port of its peer API.' }) },
  { additionalProperties: false },
);

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
