/**
 * The core's requests as protobuf (proto/ringwall/can/v1/peer.proto) and back. Strict on the way in: what has a wrong
 * length, lacks a part or carries too many of anything is a MalformedMessage, and nothing of it reaches the core.
 */
import { PeerRequest } from '../../../proto/gen/ringwall/can/v1/peer.ts';
import { idFrom, idTo, listOf, MalformedMessage, required } from '../../shared/runtime/grpc/wire-value.ts';
import type { MeaningSpace } from '../core/entries/entry.ts';
import { type EntryRequest, MAX_ITEMS } from '../core/entries/entry-message.ts';
import type { CanRequest } from '../core/message.ts';
import { isPoint, type Point } from '../core/space/space.ts';
import { copiedFrom, copiedTo, copiesFrom, entryFrom, entryTo, linkFrom, linkTo } from './entry-codec.ts';
import { searchFrom, searchTo } from './search-codec.ts';
import {
  allKnownFrom,
  boxFrom,
  boxTo,
  knownTo,
  newsFrom,
  newsTo,
  splitsFrom,
  splitTo,
  stampFrom,
  stampTo,
  zoneFrom,
  zoneTo,
} from './space-codec.ts';
import { contactFrom, contactTo, numberFrom } from './wire-fields.ts';

export type IndexRequest = CanRequest | EntryRequest;

/** What the lengths in a message depend on: the same on all phones of a network. */
export interface CodecSpace {
  readonly axes: number;
  readonly meaning: MeaningSpace;
}

type Body = NonNullable<PeerRequest['body']>;

/** Phones that one question passes at most. */
const MAX_VISITED = 256;

export function encodeRequest(request: IndexRequest): Uint8Array {
  return PeerRequest.encode({ body: bodyOf(request) }).finish();
}

function bodyOf(request: IndexRequest): Body {
  switch (request.type) {
    case 'exchange':
      return { $case: 'exchange', value: { have: request.have && stampTo(request.have), news: newsTo(request.news) } };
    case 'ping':
      return { $case: 'ping', value: {} };
    case 'probe-for':
      return { $case: 'probeFor', value: { target: contactTo(request.target) } };
    case 'find': {
      const { point, hopsLeft, budgetMs, visited, detours } = request;
      const way = { hopsLeft, budgetMilliseconds: budgetMs, detours };
      const value = { ...way, point: [...point], visited: visited.map(idTo) };
      return { $case: 'find', value };
    }
    case 'ask-zone':
      return { $case: 'askZone', value: { incarnation: request.incarnation, insists: request.insists } };
    case 'hand-over':
      return { $case: 'handOver', value: { zone: zoneTo(request.zone), known: request.known.map(knownTo) } };
    case 'find-taker': {
      const { region, hopsLeft, budgetMs } = request;
      return { $case: 'findTaker', value: { region: region.map(splitTo), hopsLeft, budgetMilliseconds: budgetMs } };
    }
    case 'get-table':
      return { $case: 'getTable', value: {} };
    default:
      return entryBodyOf(request);
  }
}

function entryBodyOf(request: EntryRequest): Body {
  switch (request.type) {
    case 'store-entry':
      return { $case: 'storeEntry', value: { entry: entryTo(request.entry), copies: request.copies.map(contactTo) } };
    case 'keep-copies':
      return { $case: 'keepCopies', value: { items: request.items.map(copiedTo) } };
    case 'link-entries': {
      const items = request.items.map(({ post, link }) => ({ post: idTo(post), link: linkTo(link) }));
      return { $case: 'linkEntries', value: { items } };
    }
    case 'check-entries': {
      const items = request.items.map(({ post, copies }) => ({ post: idTo(post), copies: copies.map(contactTo) }));
      return { $case: 'checkEntries', value: { items } };
    }
    case 'withdraw-entry':
      return { $case: 'withdrawEntry', value: { post: idTo(request.post) } };
    case 'list-entries': {
      const after = request.after === undefined ? undefined : idTo(request.after);
      return { $case: 'listEntries', value: { box: boxTo(request.box), after } };
    }
    case 'search-entries':
      return { $case: 'searchEntries', value: searchTo(request) };
    case 'search-exactly':
      return { $case: 'searchExactly', value: { coordinates: [...request.coordinates], limit: request.limit } };
  }
}

/** Throws a MalformedMessage. */
export function decodeRequest(bytes: Uint8Array, space: CodecSpace): IndexRequest {
  return requestOf(required(decoded(bytes).body, 'the body of the request'), space);
}

function decoded(bytes: Uint8Array): PeerRequest {
  try {
    return PeerRequest.decode(bytes);
  } catch (error) {
    throw new MalformedMessage('the bytes are no request', { cause: error });
  }
}

function requestOf(body: Body, space: CodecSpace): IndexRequest {
  const { axes } = space;
  switch (body.$case) {
    case 'exchange': {
      const { have, news } = body.value;
      return { type: 'exchange', have: have && stampFrom(have), news: newsFrom(news, axes) };
    }
    case 'ping':
      return { type: 'ping' };
    case 'probeFor':
      return { type: 'probe-for', target: contactFrom(body.value.target) };
    case 'find': {
      const { point, hopsLeft, budgetMilliseconds, visited, detours } = body.value;
      return {
        type: 'find',
        point: pointFrom(point, axes),
        hopsLeft,
        budgetMs: numberFrom(budgetMilliseconds, 'the budget'),
        visited: listOf(visited, MAX_VISITED, 'visited phones', (id) => idFrom(id, 'a visited phone')),
        detours,
      };
    }
    case 'askZone':
      return { type: 'ask-zone', incarnation: body.value.incarnation, insists: body.value.insists };
    case 'handOver': {
      const { zone, known } = body.value;
      return { type: 'hand-over', zone: zoneFrom(zone, axes), known: allKnownFrom(known, axes) };
    }
    case 'findTaker': {
      const { region, hopsLeft, budgetMilliseconds } = body.value;
      const budgetMs = numberFrom(budgetMilliseconds, 'the budget');
      return { type: 'find-taker', region: splitsFrom(region), hopsLeft, budgetMs };
    }
    case 'getTable':
      return { type: 'get-table' };
    default:
      return entryRequestOf(body, space);
  }
}

type EntryBody = Exclude<
  Body,
  { $case: 'exchange' | 'ping' | 'probeFor' | 'find' | 'askZone' | 'handOver' | 'findTaker' | 'getTable' }
>;

function entryRequestOf(body: EntryBody, { axes, meaning }: CodecSpace): EntryRequest {
  switch (body.$case) {
    case 'storeEntry': {
      const { entry, copies } = body.value;
      return { type: 'store-entry', entry: entryFrom(entry, meaning), copies: copiesFrom(copies) };
    }
    case 'keepCopies': {
      const items = listOf(body.value.items, MAX_ITEMS, 'items', (item) => copiedFrom(item, meaning));
      return { type: 'keep-copies', items };
    }
    case 'linkEntries': {
      const items = listOf(body.value.items, MAX_ITEMS, 'items', ({ post, link }) => ({
        post: idFrom(post, 'post'),
        link: linkFrom(link, meaning),
      }));
      return { type: 'link-entries', items };
    }
    case 'checkEntries': {
      const items = listOf(body.value.items, MAX_ITEMS, 'items', ({ post, copies }) => ({
        post: idFrom(post, 'post'),
        copies: copiesFrom(copies),
      }));
      return { type: 'check-entries', items };
    }
    case 'withdrawEntry':
      return { type: 'withdraw-entry', post: idFrom(body.value.post, 'post') };
    case 'listEntries': {
      const { box, after } = body.value;
      return { type: 'list-entries', box: boxFrom(box, axes), after: after && idFrom(after, 'after') };
    }
    case 'searchEntries':
      return searchFrom(body.value, meaning);
    case 'searchExactly': {
      const coordinates = listOf(body.value.coordinates, axes, 'coordinates', (value) =>
        numberFrom(value, 'a coordinate'),
      );
      return { type: 'search-exactly', coordinates, limit: body.value.limit };
    }
  }
}

function pointFrom(point: readonly number[], axes: number): Point {
  if (!isPoint(point, axes)) throw new MalformedMessage(`a point has ${axes} whole coordinates`);
  return point;
}
