/** The parts that messages between indexes are made of: core values to protobuf and back, strictly. */
import type { Contact as WireContact } from '../../../proto/gen/ringwall/can/v1/peer.ts';
import type { Contact } from '../../shared/core/contact.ts';
import { idFrom, idTo, MalformedMessage, required } from '../../shared/runtime/grpc/wire-value.ts';
import { isCanonicalAddress } from '../../shared/runtime/network/host-port.ts';

const LONGEST_ADDRESS = 64;

export function contactFrom(contact: WireContact | undefined): Contact {
  const { id, address } = required(contact, 'a contact');
  if (address.length > LONGEST_ADDRESS || !isCanonicalAddress(address)) {
    throw new MalformedMessage('a contact must have an address of the form ip:port');
  }
  return { id: idFrom(id, 'the id of a contact'), address };
}

export function contactTo(contact: Contact): WireContact {
  return { id: idTo(contact.id), address: contact.address };
}

export function numberFrom(value: number, field: string): number {
  if (!Number.isFinite(value)) throw new MalformedMessage(`${field} must be a finite number`);
  return value;
}

/** Bytes as numbers from −128 to 127; a copy. */
export function signedFrom(bytes: Buffer): Int8Array {
  return new Int8Array(bytes);
}

/** Float32 values, little-endian. */
export function floatsTo(values: Float32Array): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 4);
  for (let i = 0; i < values.length; i++) bytes.writeFloatLE(values[i]!, i * 4);
  return bytes;
}

/** Throws a MalformedMessage on another number of values than `length`. */
export function floatsFrom(bytes: Buffer, length: number, field: string): Float32Array {
  if (bytes.length !== length * 4) throw new MalformedMessage(`${field} must have ${length} values of 4 bytes`);
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = bytes.readFloatLE(i * 4);
  return values;
}
