/** What all messages between processes are read by, strictly: what is no message of a protocol says which field is at fault. */
import { ID_BYTES, type Id } from '../../core/id.ts';

/** What came is no message of its protocol; says which field. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

export function required<T>(value: T | undefined, field: string): T {
  if (value === undefined) throw new MalformedMessage(`${field} is missing`);
  return value;
}

export function listOf<From, To>(items: readonly From[], most: number, field: string, read: (item: From) => To): To[] {
  if (items.length > most) {
    throw new MalformedMessage(`${field} holds ${items.length} items, at most ${most} may be sent`);
  }
  return items.map(read);
}

export function idFrom(bytes: Buffer, field: string): Id {
  if (bytes.length !== ID_BYTES) throw new MalformedMessage(`${field} must have ${ID_BYTES} bytes`);
  return bytes.toString('hex') as Id;
}

export function idTo(id: Id): Buffer {
  return Buffer.from(id, 'hex');
}

/** The same bytes, not copied. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
