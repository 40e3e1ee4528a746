/** The parts that peer messages are made of: core values to protobuf and back, strictly. */
import type {
  NeighbourLists as WireLists,
  RecordQuery as WireQuery,
} from '../../../../proto/gen/ringwall/peer/v1/peer.ts';
import type { Contact } from '../../../shared/core/contact.ts';
import { ID_BYTES, type Id } from '../../../shared/core/id.ts';
import { MAX_NAME_BYTES, MAX_RECORD_BYTES } from '../../../shared/core/record.ts';
import { bufferOf, idFrom, idTo, listOf, MalformedMessage, required } from '../../../shared/runtime/grpc/wire-value.ts';
import { formatHostPort, ipBytes, ipText, parseHostPort } from '../../../shared/runtime/network/host-port.ts';
import { MAX_BATCH_RECORDS, MAX_LISTING } from '../../core/batch.ts';
import type { NeighbourLists, NewsBranch, RecordQuery } from '../../core/message.ts';
import { MAX_QUERY_LIMIT } from '../../core/reading/query-position.ts';
import type { ListDigest } from '../../core/ring/list-digest.ts';

/** Most of each thing that one message may carry. */
export const BOUNDS = {
  contacts: 1_024,
  news: 256,
  branches: 64,
  trail: 32,
  records: 256,
  summaries: MAX_LISTING,
  wantedRecords: MAX_BATCH_RECORDS,
  queryLimit: MAX_QUERY_LIMIT,
  keyBytes: 1_024,
  cursorBytes: 512,
  digestBytes: 32,
} as const;

const HASH_BYTES = 32;
const RANGE_DIGEST_BYTES = 16;
const LIST_DIGEST_BYTES = 8;
const PORT_BYTES = 2;

export function contactFrom(bytes: Buffer): Contact {
  const portAt = bytes.length - PORT_BYTES;
  const host = portAt > ID_BYTES ? ipText(bytes.subarray(ID_BYTES, portAt)) : undefined;
  const port = host === undefined ? 0 : bytes.readUInt16BE(portAt);
  if (host === undefined || port === 0) {
    throw new MalformedMessage('a contact must have an id of 16 bytes, an IP address of 4 or 16 and a port of 2');
  }
  return { id: bytes.toString('hex', 0, ID_BYTES) as Id, address: formatHostPort({ host, port }) };
}

export function contactTo({ id, address }: Contact): Buffer {
  const { host, port } = parseHostPort(address)!;
  const ip = ipBytes(host);
  const bytes = Buffer.allocUnsafe(ID_BYTES + ip.length + PORT_BYTES);
  bytes.write(id, 'hex');
  bytes.set(ip, ID_BYTES);
  bytes.writeUInt16BE(port, ID_BYTES + ip.length);
  return bytes;
}

export function contactsFrom(contacts: readonly Buffer[]): Contact[] {
  return listOf(contacts, BOUNDS.contacts, 'a list of contacts', contactFrom);
}

export function contactsTo(contacts: readonly Contact[]): Buffer[] {
  return contacts.map(contactTo);
}

function idsFrom(ids: readonly Buffer[], most: number, field: string): Id[] {
  return listOf(ids, most, field, (bytes) => idFrom(bytes, field));
}

export function newsFrom({ joined, gone }: { readonly joined: readonly Buffer[]; readonly gone: readonly Buffer[] }): {
  readonly joined: Contact[];
  readonly gone: Id[];
} {
  return { joined: listOf(joined, BOUNDS.news, 'joined', contactFrom), gone: idsFrom(gone, BOUNDS.news, 'gone') };
}

export function newsTo({ joined, gone }: { readonly joined: readonly Contact[]; readonly gone: readonly Id[] }): {
  joined: Buffer[];
  gone: Buffer[];
} {
  return { joined: contactsTo(joined), gone: gone.map(idTo) };
}

export function branchTo(branch: NewsBranch): { until: Buffer; joined: Buffer[]; gone: Buffer[] } {
  return { until: idTo(branch.until), ...newsTo(branch) };
}

export function listsFrom(lists: WireLists | undefined): NeighbourLists | undefined {
  if (lists === undefined) return undefined;
  return { predecessor: contactFrom(lists.predecessor), successors: contactsFrom(lists.successors) };
}

export function listsTo(lists: NeighbourLists | undefined): WireLists | undefined {
  if (lists === undefined) return undefined;
  return { predecessor: contactTo(lists.predecessor), successors: contactsTo(lists.successors) };
}

export function listDigestFrom(bytes: Buffer, field: string): ListDigest {
  if (bytes.length !== LIST_DIGEST_BYTES) throw new MalformedMessage(`${field} must have ${LIST_DIGEST_BYTES} bytes`);
  return bytes.toString('hex') as ListDigest;
}

export function queryFrom(query: WireQuery | undefined): RecordQuery {
  const { place, name, limit, before } = required(query, 'query');
  if (limit < 1 || limit > BOUNDS.queryLimit) throw new MalformedMessage(`limit must be 1 to ${BOUNDS.queryLimit}`);
  return {
    place: idFrom(place, 'place'),
    name: name === undefined ? undefined : textFrom(name, MAX_NAME_BYTES, 'name'),
    limit,
    before: before === undefined ? undefined : textFrom(before, BOUNDS.cursorBytes, 'before'),
  };
}

export function queryTo(query: RecordQuery): WireQuery {
  return { place: idTo(query.place), name: query.name, limit: query.limit, before: query.before };
}

/** Records are opened, and so checked, by the core: here only their number and size count. */
export function recordsFrom(records: readonly Buffer[]): Uint8Array[] {
  return listOf(records, BOUNDS.records, 'records', recordFrom);
}

export function recordFrom(record: Buffer): Uint8Array {
  if (record.length > MAX_RECORD_BYTES) throw new MalformedMessage(`a record has at most ${MAX_RECORD_BYTES} bytes`);
  return record;
}

export function recordsTo(records: readonly Uint8Array[]): Buffer[] {
  return records.map(bufferOf);
}

export function textFrom(text: string, mostBytes: number, field: string): string {
  // A UTF-16 unit takes at most three bytes: short texts need no count.
  if (text.length * 3 > mostBytes && Buffer.byteLength(text) > mostBytes) {
    throw new MalformedMessage(`${field} has at most ${mostBytes} bytes`);
  }
  return text;
}

export function hashFrom(bytes: Buffer): string {
  if (bytes.length !== HASH_BYTES) throw new MalformedMessage(`a hash must have ${HASH_BYTES} bytes`);
  return bytes.toString('hex');
}

export function rangeDigestFrom(bytes: Buffer): string {
  if (bytes.length !== RANGE_DIGEST_BYTES) throw new MalformedMessage(`a digest must have ${RANGE_DIGEST_BYTES} bytes`);
  return bytes.toString('hex');
}

export function digestFrom(bytes: Buffer): string {
  if (bytes.length > BOUNDS.digestBytes) throw new MalformedMessage(`a digest has at most ${BOUNDS.digestBytes} bytes`);
  return bytes.toString('hex');
}

export function hexTo(hex: string): Buffer {
  return Buffer.from(hex, 'hex');
}
