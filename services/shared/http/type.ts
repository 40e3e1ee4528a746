/**
 * Schemas as values with static types: TypeBox's builder, in the part of it that our APIs use. The types are TypeBox's
 * own, so that routes infer what validation guarantees; the values are plain JSON Schema objects made here, because
 * loading TypeBox costs every phone 12 MB of memory (docs/decisions/small-schemas.md). validation.ts checks against them,
 * open-api.ts publishes them.
 */
import type * as TypeBox from 'typebox';

type Builder = Pick<
  typeof TypeBox.Type,
  | 'Array'
  | 'Boolean'
  | 'Integer'
  | 'Literal'
  | 'Null'
  | 'Number'
  | 'Object'
  | 'Optional'
  | 'Record'
  | 'String'
  | 'Union'
  | 'Unknown'
>;

type JsonSchema = Record<string, unknown>;

/** Properties that need not be there; JSON Schema says so in the object that has them. */
const optional = new WeakSet<object>();

function objectSchema(properties: Record<string, JsonSchema>, options: JsonSchema = {}): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.has(properties[name]!));
  return { type: 'object', ...(required.length > 0 ? { required } : {}), properties, ...options };
}

function optionalSchema(schema: JsonSchema): JsonSchema {
  const copy = { ...schema };
  optional.add(copy);
  return copy;
}

function literalSchema(value: unknown, options: JsonSchema = {}): JsonSchema {
  return { type: typeof value, const: value, ...options };
}

const builder = {
  Array: (items: JsonSchema, options: JsonSchema = {}) => ({ type: 'array', items, ...options }),
  Boolean: (options: JsonSchema = {}) => ({ type: 'boolean', ...options }),
  Integer: (options: JsonSchema = {}) => ({ type: 'integer', ...options }),
  Literal: literalSchema,
  Null: (options: JsonSchema = {}) => ({ type: 'null', ...options }),
  Number: (options: JsonSchema = {}) => ({ type: 'number', ...options }),
  Object: objectSchema,
  Optional: optionalSchema,
  Record: (_key: JsonSchema, value: JsonSchema, options: JsonSchema = {}) => ({
    type: 'object',
    additionalProperties: value,
    ...options,
  }),
  String: (options: JsonSchema = {}) => ({ type: 'string', ...options }),
  Union: (anyOf: JsonSchema[], options: JsonSchema = {}) => ({ anyOf, ...options }),
  Unknown: (options: JsonSchema = {}) => ({ ...options }),
};

export const Type = builder as unknown as Builder;

export type { Static, TSchema } from 'typebox';
