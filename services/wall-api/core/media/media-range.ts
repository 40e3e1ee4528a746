/** The part of a resource that a request asks for: `Range` with one range of bytes (RFC 9110, section 14). */

/** Bytes from `from` to before `to`. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

const FORM = /^bytes=[ \t]*(?:(\d{1,15})-(\d{0,15})|-(\d{1,15}))[ \t]*$/i;

/**
 * The range of a header for something of so many bytes. `whole` when there is none, or none that is understood, or
 * several, which may be answered so; `unsatisfiable` when it lies outside.
 */
export function parseRange(header: string | undefined, bytes: number): ByteRange | 'whole' | 'unsatisfiable' {
  const match = header === undefined ? null : FORM.exec(header);
  if (match === null) return 'whole';
  const [, first, last, suffix] = match;
  if (first === undefined) {
    const length = Math.min(Number(suffix), bytes);
    return length === 0 ? 'unsatisfiable' : { from: bytes - length, to: bytes };
  }
  const from = Number(first);
  const to = last === '' ? bytes : Number(last) + 1;
  // A range that ends before it begins is invalid, and invalid ones are as if they were not there.
  if (last !== '' && to <= from) return 'whole';
  return from >= bytes ? 'unsatisfiable' : { from, to: Math.min(to, bytes) };
}
