/** A JSON schema as rows of a table, one a field, nested fields by their path. */

export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly format?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
}

/** Nesting deeper than this is left to /docs. */
const MAX_DEPTH = 5;

/** Rows of name, type, required, meaning. The schema of a whole body has the empty name and no row of its own. */
export function fieldRows(name: string, schema: JsonSchema, required: boolean, depth = 0): string[][] {
  const own = name === '' ? [] : [[`\`${name}\``, typeText(schema), required ? 'yes' : '', meaningOf(schema)]];
  if (depth > MAX_DEPTH) return own;
  const [object, prefix] = innerObject(schema, name);
  const fields = Object.entries(object?.properties ?? {}).flatMap(([key, property]) =>
    fieldRows(`${prefix}${key}`, property, object?.required?.includes(key) ?? false, depth + 1),
  );
  return [...own, ...fields];
}

/** The object whose fields are listed below a field: itself, an item of its array, or its one variant with fields. */
function innerObject(schema: JsonSchema, name: string): [JsonSchema | undefined, string] {
  if (schema.items !== undefined) return innerObject(schema.items, `${name}[]`);
  const variants = schema.anyOf?.filter((variant) => variant.properties !== undefined) ?? [];
  const object = variants.length === 1 ? variants[0] : schema;
  return [object, name === '' ? '' : `${name}.`];
}

function typeText(schema: JsonSchema): string {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(' or ');
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeText))].join(' or ');
  if (schema.items !== undefined) return `array of ${typeText(schema.items)}`;
  const type = Array.isArray(schema.type) ? schema.type.join(' or ') : String(schema.type ?? 'anything');
  return schema.format === undefined ? type : `${type} (${schema.format})`;
}

function meaningOf(schema: JsonSchema): string {
  const { description, minimum, maximum, minLength, maxLength, maxItems } = schema;
  const notes = [
    rangeText(minimum, maximum, ''),
    rangeText(minLength, maxLength, ' characters'),
    rangeText(undefined, maxItems, ' items'),
    schema.default === undefined ? '' : `Default: ${JSON.stringify(schema.default)}.`,
  ];
  return [description ?? '', ...notes].filter((part) => part !== '').join(' ');
}

function rangeText(least: number | undefined, most: number | undefined, unit: string): string {
  if (least !== undefined && least === most) return `Exactly ${most}${unit}.`;
  if (least !== undefined && most !== undefined) return `${least} to ${most}${unit}.`;
  if (most !== undefined) return `At most ${most}${unit}.`;
  return least === undefined ? '' : `At least ${least}${unit}.`;
}
