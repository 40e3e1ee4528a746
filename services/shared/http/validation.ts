/**
 * Checks requests against their schemas: the part of JSON Schema that type.ts makes, interpreted. It lists
 * every fault with a JSON pointer, refuses schemas with keywords it does not know, and costs no memory per route,
 * which a compiling validator does (7 MB a phone).
 */

/** One thing wrong with a value. */
export interface SchemaFault {
  /** JSON pointer (RFC 6901) to the part that is wrong; empty for the whole. */
  readonly pointer: string;
  readonly detail: string;
  /** The keyword of the schema that is not met. */
  readonly keyword: string;
  /** What the keyword asks for. */
  readonly wanted: unknown;
}

export interface ValidationOptions {
  /** Texts stand for numbers and booleans, as in a query, and missing properties take their defaults. */
  readonly fromText: boolean;
}

export type Schema = Readonly<Record<string, unknown>>;
export type Validated =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly faults: readonly SchemaFault[] };

/** No more faults than this are listed. */
const MAX_FAULTS = 20;
const ANNOTATIONS = [
  'description',
  'title',
  'examples',
  'default',
  'deprecated',
  'contentEncoding',
  'contentMediaType',
];
const KEYWORDS = new Set([
  ...ANNOTATIONS,
  ...['type', 'const', 'enum', 'anyOf', 'format', 'pattern', 'minLength', 'maxLength', 'minimum', 'maximum'],
  ...['items', 'minItems', 'maxItems', 'uniqueItems', 'properties', 'required', 'additionalProperties'],
]);
const FORMATS: Readonly<Record<string, RegExp>> = {
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/,
  uri: /^[a-z][a-z0-9+.-]*:\S+$/i,
};

/** Checks a value; what comes back has its texts converted and defaults filled in when that was asked for. */
export function validate(schema: Schema, value: unknown, options: ValidationOptions): Validated {
  const check = new Check(options.fromText);
  const checked = check.value(schema, value, '');
  return check.faults.length === 0 ? { ok: true, value: checked } : { ok: false, faults: check.faults };
}

/** Throws a RangeError for a schema with something that `validate` does not check: no rule is ever skipped. */
export function requireKnownKeywords(schema: Schema): void {
  for (const [keyword, wanted] of Object.entries(schema)) {
    if (!KEYWORDS.has(keyword)) throw new RangeError(`schemas here cannot use the keyword ${keyword}`);
    if (keyword === 'format' && !Object.hasOwn(FORMATS, String(wanted))) {
      throw new RangeError(`schemas here cannot use the format ${String(wanted)}`);
    }
  }
  for (const part of partsOf(schema)) requireKnownKeywords(part);
}

function partsOf(schema: Schema): Schema[] {
  const parts = [...Object.values(asSchemas(schema['properties'])), ...Object.values(asSchemas(schema['anyOf']))];
  for (const keyword of ['items', 'additionalProperties']) {
    if (typeof schema[keyword] === 'object') parts.push(schema[keyword] as Schema);
  }
  return parts;
}

function asSchemas(value: unknown): Readonly<Record<string, Schema>> {
  return (value ?? {}) as Readonly<Record<string, Schema>>;
}

class Check {
  readonly faults: SchemaFault[] = [];
  readonly #fromText: boolean;

  constructor(fromText: boolean) {
    this.#fromText = fromText;
  }

  value(schema: Schema, given: unknown, pointer: string): unknown {
    if (schema['anyOf'] !== undefined) return this.#anyOf(schema, given, pointer);
    const type = schema['type'] as string | undefined;
    const value = this.#fromText ? converted(type, given) : given;
    if (type !== undefined && !isOfType(type, value)) {
      this.#fault(pointer, `must be ${ARTICLES[type] ?? type}`, 'type', type);
      return value;
    }
    const constant = schema['const'];
    if (constant !== undefined && value !== constant) {
      this.#fault(pointer, `must be ${JSON.stringify(constant)}`, 'const', constant);
    }
    const choices = schema['enum'] as readonly unknown[] | undefined;
    if (choices !== undefined && !choices.includes(value)) {
      this.#fault(
        pointer,
        `must be one of ${choices.map((choice) => JSON.stringify(choice)).join(', ')}`,
        'enum',
        choices,
      );
    }
    if (typeof value === 'string') this.#text(schema, value, pointer);
    else if (typeof value === 'number') this.#number(schema, value, pointer);
    else if (Array.isArray(value)) return this.#array(schema, value, pointer);
    else if (typeof value === 'object' && value !== null) return this.#object(schema, value, pointer);
    return value;
  }

  #anyOf(schema: Schema, given: unknown, pointer: string): unknown {
    const choices = schema['anyOf'] as readonly Schema[];
    for (const choice of choices) {
      const attempt = new Check(this.#fromText);
      const value = attempt.value(choice, given, pointer);
      if (attempt.faults.length === 0) return value;
    }
    const constants = choices.map((choice) => choice['const']);
    const detail = constants.every((constant) => constant !== undefined)
      ? `must be one of ${constants.map((constant) => JSON.stringify(constant)).join(', ')}`
      : 'matches none of the allowed forms';
    this.#fault(pointer, detail, 'anyOf', constants);
    return given;
  }

  #text(schema: Schema, value: string, pointer: string): void {
    this.#bounds(schema, characters(value), pointer, 'Length', 'characters');
    const pattern = schema['pattern'] as string | undefined;
    if (pattern !== undefined && !new RegExp(pattern, 'u').test(value)) {
      this.#fault(pointer, 'has not the required form', 'pattern', pattern);
    }
    const format = schema['format'] as string | undefined;
    if (format !== undefined && !FORMATS[format]!.test(value))
      this.#fault(pointer, `is no ${format}`, 'format', format);
  }

  #number(schema: Schema, value: number, pointer: string): void {
    const { minimum, maximum } = schema as { minimum?: number; maximum?: number };
    if (minimum !== undefined && value < minimum)
      this.#fault(pointer, `must be at least ${minimum}`, 'minimum', minimum);
    if (maximum !== undefined && value > maximum)
      this.#fault(pointer, `must be at most ${maximum}`, 'maximum', maximum);
  }

  #array(schema: Schema, value: readonly unknown[], pointer: string): unknown[] {
    this.#bounds(schema, value.length, pointer, 'Items', 'items');
    if (schema['uniqueItems'] === true && new Set(value.map((item) => JSON.stringify(item))).size < value.length) {
      this.#fault(pointer, 'must hold no item twice', 'uniqueItems', true);
    }
    const items = schema['items'] as Schema | undefined;
    // An array over its bound is not looked into: its faults would be as many as its sender likes.
    if (items === undefined || this.faults.length > 0) return [...value];
    return value.map((item, index) => this.value(items, item, `${pointer}/${index}`));
  }

  #object(schema: Schema, value: object, pointer: string): Record<string, unknown> {
    const given = value as Readonly<Record<string, unknown>>;
    const properties = asSchemas(schema['properties']);
    const checked: Record<string, unknown> = {};
    for (const name of Object.keys(given)) {
      const at = `${pointer}/${name.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const known = Object.hasOwn(properties, name) ? properties[name] : schema['additionalProperties'];
      if (known === false) this.#fault(at, 'is not known here', 'additionalProperties', false);
      else if (typeof known === 'object') checked[name] = this.value(known as Schema, given[name], at);
      else checked[name] = given[name];
      if (this.faults.length >= MAX_FAULTS) break;
    }
    for (const name of (schema['required'] as readonly string[] | undefined) ?? []) {
      if (!Object.hasOwn(given, name)) this.#fault(`${pointer}/${name}`, 'is missing', 'required', name);
    }
    if (this.#fromText) fillDefaults(properties, checked);
    return checked;
  }

  #bounds(schema: Schema, size: number, pointer: string, of: 'Length' | 'Items', unit: string): void {
    const least = schema[`min${of}`] as number | undefined;
    const most = schema[`max${of}`] as number | undefined;
    if (least !== undefined && size < least) {
      this.#fault(pointer, `must have at least ${least} ${unit}`, `min${of}`, least);
    }
    if (most !== undefined && size > most) this.#fault(pointer, `must have at most ${most} ${unit}`, `max${of}`, most);
  }

  #fault(pointer: string, detail: string, keyword: string, wanted: unknown): void {
    if (this.faults.length < MAX_FAULTS) this.faults.push({ pointer, detail, keyword, wanted });
  }
}

const ARTICLES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
};

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return Number.isFinite(value);
    default:
      return typeof value === type;
  }
}

function converted(type: string | undefined, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if ((type === 'integer' || type === 'number') && /^-?\d{1,15}(\.\d{1,15})?$/.test(value)) return Number(value);
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}

function fillDefaults(properties: Readonly<Record<string, Schema>>, values: Record<string, unknown>): void {
  for (const [name, schema] of Object.entries(properties)) {
    if (schema['default'] !== undefined && !Object.hasOwn(values, name)) values[name] = schema['default'];
  }
}

/** JSON Schema counts characters, not UTF-16 units. */
function characters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
