/**
 * The core's requests as protobuf (proto/ringwall/peer/v1) and back. Strict on the way in: what has a wrong length,
 * lacks a part or carries too many of anything is a MalformedMessage, and nothing of it reaches the core.
 */
import {
  type NotifyRequest,
  PutPurpose,
  RelayedService,
  Request,
} from '../../../../proto/gen/ringwall/peer/v1/peer.ts';
import { MAX_NAME_BYTES } from '../../../shared/core/record.ts';
import { bufferOf, idFrom, idTo, listOf, MalformedMessage, required } from '../../../shared/runtime/grpc/wire-value.ts';
import type { Notify, PeerRequest } from '../../core/message.ts';
import {
  BOUNDS,
  branchTo,
  contactFrom,
  contactsFrom,
  contactsTo,
  contactTo,
  hexTo,
  listDigestFrom,
  newsFrom,
  newsTo,
  queryFrom,
  queryTo,
  recordsFrom,
  recordsTo,
  textFrom,
} from './wire-fields.ts';

type RequestBody = NonNullable<Request['body']>;

/** Those that go to several phones, whose records are most of what is encoded, for as long as the core holds them. */
const encodedPuts = new WeakMap<PeerRequest, Uint8Array>();

/** A request as a Request of the protocol, the same bytes each time: of one that carries records, made once. */
export function encodeRequest(request: PeerRequest): Uint8Array {
  if (request.type !== 'put-records') return Request.encode(requestToWire(request)).finish();
  const known = encodedPuts.get(request);
  if (known !== undefined) return known;
  const encoded = Request.encode(requestToWire(request)).finish();
  encodedPuts.set(request, encoded);
  return encoded;
}

export function requestToWire(request: PeerRequest): Request {
  return { body: requestBody(request) };
}

function requestBody(request: PeerRequest): RequestBody {
  switch (request.type) {
    case 'ping':
      return { $case: 'ping', value: {} };
    case 'ask-neighbours':
      return { $case: 'askNeighbours', value: {} };
    case 'compare-neighbours':
      return { $case: 'compareNeighbours', value: { known: hexTo(request.known) } };
    case 'notify':
      return { $case: 'notify', value: notifyTo(request) };
    case 'tell':
      return { $case: 'tell', value: newsTo(request) };
    case 'spread-news':
      return { $case: 'spreadNews', value: { branches: request.branches.map(branchTo) } };
    case 'find-successor':
      return { $case: 'findSuccessor', value: { key: idTo(request.key) } };
    case 'forward-lookup': {
      const { key, hopsLeft, budgetMs } = request;
      return { $case: 'forwardLookup', value: { key: idTo(key), hopsLeft, budgetMs: Math.round(budgetMs) } };
    }
    case 'probe-for':
      return { $case: 'probeFor', value: { target: contactTo(request.target) } };
    case 'list-contacts':
      return { $case: 'listContacts', value: { after: idTo(request.after), limit: request.limit } };
    case 'leaving':
      return {
        $case: 'leaving',
        value: { predecessor: contactTo(request.predecessor), successors: contactsTo(request.successors) },
      };
    case 'moved':
      return { $case: 'moved', value: { former: contactTo(request.former) } };
    case 'put-records': {
      const purpose = request.purpose === 'write' ? PutPurpose.WRITE : PutPurpose.REPAIR;
      return { $case: 'putRecords', value: { records: recordsTo(request.records), purpose } };
    }
    case 'get-records':
      return { $case: 'getRecords', value: { query: queryTo(request.query), digestOnly: request.digestOnly } };
    case 'get-nearest':
      return { $case: 'getNearest', value: { key: idTo(request.key), name: request.name } };
    case 'digest-range':
      return { $case: 'digestRange', value: { from: idTo(request.from), to: idTo(request.to) } };
    case 'list-range': {
      const { from, to, afterKey, limit } = request;
      return { $case: 'listRange', value: { from: idTo(from), to: idTo(to), afterKey, limit } };
    }
    case 'fetch-records': {
      const wanted = request.wanted.map(({ place, key }) => ({ place: idTo(place), key }));
      return { $case: 'fetchRecords', value: { wanted } };
    }
    case 'relay':
      return { $case: 'relay', value: { service: RelayedService.CAN_INDEX, payload: bufferOf(request.payload) } };
  }
}

/** Throws a MalformedMessage. */
export function requestFromWire(request: Request): PeerRequest {
  const body = required(request.body, 'the body of the request');
  switch (body.$case) {
    case 'ping':
      return { type: 'ping' };
    case 'askNeighbours':
      return { type: 'ask-neighbours' };
    case 'compareNeighbours':
      return { type: 'compare-neighbours', known: listDigestFrom(body.value.known, 'known') };
    case 'notify':
      return notifyFrom(body.value);
    case 'tell':
      return { type: 'tell', ...newsFrom(body.value) };
    case 'spreadNews':
      return {
        type: 'spread-news',
        branches: listOf(body.value.branches, BOUNDS.branches, 'branches', (branch) => ({
          until: idFrom(branch.until, 'until'),
          ...newsFrom(branch),
        })),
      };
    case 'findSuccessor':
      return { type: 'find-successor', key: idFrom(body.value.key, 'key') };
    case 'forwardLookup':
      return {
        type: 'forward-lookup',
        key: idFrom(body.value.key, 'key'),
        hopsLeft: body.value.hopsLeft,
        budgetMs: body.value.budgetMs,
      };
    case 'probeFor':
      return { type: 'probe-for', target: contactFrom(body.value.target) };
    case 'listContacts':
      return {
        type: 'list-contacts',
        after: idFrom(body.value.after, 'after'),
        limit: limitFrom(body.value.limit, BOUNDS.contacts),
      };
    case 'leaving':
      return {
        type: 'leaving',
        predecessor: contactFrom(body.value.predecessor),
        successors: contactsFrom(body.value.successors),
      };
    case 'moved':
      return { type: 'moved', former: contactFrom(body.value.former) };
    case 'putRecords':
      return {
        type: 'put-records',
        records: recordsFrom(body.value.records),
        purpose: purposeFrom(body.value.purpose),
      };
    case 'getRecords':
      return { type: 'get-records', query: queryFrom(body.value.query), digestOnly: body.value.digestOnly };
    case 'getNearest':
      return {
        type: 'get-nearest',
        key: idFrom(body.value.key, 'key'),
        name: textFrom(body.value.name, MAX_NAME_BYTES, 'name'),
      };
    case 'digestRange':
      return { type: 'digest-range', from: idFrom(body.value.from, 'from'), to: idFrom(body.value.to, 'to') };
    case 'listRange':
      return {
        type: 'list-range',
        from: idFrom(body.value.from, 'from'),
        to: idFrom(body.value.to, 'to'),
        afterKey:
          body.value.afterKey === undefined ? undefined : textFrom(body.value.afterKey, BOUNDS.keyBytes, 'after_key'),
        limit: limitFrom(body.value.limit, BOUNDS.summaries),
      };
    case 'fetchRecords':
      return {
        type: 'fetch-records',
        wanted: listOf(body.value.wanted, BOUNDS.wantedRecords, 'wanted', ({ place, key }) => ({
          place: idFrom(place, 'place'),
          key: textFrom(key, BOUNDS.keyBytes, 'key'),
        })),
      };
    case 'relay':
      return { type: 'relay', service: relayedServiceFrom(body.value.service), payload: body.value.payload };
  }
}

function notifyTo({ predecessors, predecessorsDigest, known, places }: Notify): NotifyRequest {
  return {
    predecessors: predecessors === undefined ? undefined : { contacts: contactsTo(predecessors) },
    predecessorsDigest: hexTo(predecessorsDigest),
    known: known === undefined ? undefined : hexTo(known),
    places,
  };
}

function notifyFrom({ predecessors, predecessorsDigest, known, places }: NotifyRequest): Notify {
  return {
    type: 'notify',
    predecessors: predecessors === undefined ? undefined : contactsFrom(predecessors.contacts),
    predecessorsDigest: listDigestFrom(predecessorsDigest, 'predecessors_digest'),
    known: known === undefined ? undefined : listDigestFrom(known, 'known'),
    places,
  };
}

function purposeFrom(wire: PutPurpose): 'write' | 'repair' {
  if (wire === PutPurpose.WRITE) return 'write';
  if (wire === PutPurpose.REPAIR) return 'repair';
  throw new MalformedMessage(`no such purpose: ${wire}`);
}

function relayedServiceFrom(wire: RelayedService): 'can-index' {
  if (wire === RelayedService.CAN_INDEX) return 'can-index';
  throw new MalformedMessage(`no such service: ${wire}`);
}

function limitFrom(limit: number, most: number): number {
  if (limit < 1 || limit > most) throw new MalformedMessage(`limit must be 1 to ${most}`);
  return limit;
}
