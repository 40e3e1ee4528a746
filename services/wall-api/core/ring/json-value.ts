/** The values of the wall's records: JSON objects in UTF-8. What others signed may be anything, so reading never throws. */

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

export type JsonObject = Readonly<Record<string, unknown>>;

export const EMPTY_VALUE = new Uint8Array(0);

export function encodeValue(value: JsonObject): Uint8Array {
  return utf8.encode(JSON.stringify(value));
}

/** The object these bytes spell; undefined when they spell anything else. */
export function decodeValue(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(strictUtf8.decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
