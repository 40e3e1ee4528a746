/** The core's replies as protobuf and back, as strictly as requests (request-codec.ts). */
import { PeerReply } from '../../../proto/gen/ringwall/can/v1/peer.ts';
import type { Done, Probed } from '../../shared/core/peer-message.ts';
import { idFrom, idTo, listOf, MalformedMessage, required } from '../../shared/runtime/grpc/wire-value.ts';
import type { CopiesKept, EntriesChecked, EntriesListed, EntryStored } from '../core/entries/entry-message.ts';
import { MAX_ITEMS } from '../core/entries/entry-message.ts';
import type { Exchanged, Found, Granted, HandedOver, Table, TakerFound } from '../core/message.ts';
import type { ExactlyFound } from '../core/search/exact-search.ts';
import { type EntriesFound, MAX_LIMIT } from '../core/search/search-message.ts';
import { copiedFrom, copiedTo, keepingFrom, keepingTo, verdictFrom, verdictTo } from './entry-codec.ts';
import type { CodecSpace, IndexRequest } from './request-codec.ts';
import { foundFrom, foundTo } from './search-codec.ts';
import {
  allKnownFrom,
  boxFrom,
  boxTo,
  knownFrom,
  knownTo,
  newsFrom,
  newsTo,
  offerFrom,
  offerTo,
  stampFrom,
  stampTo,
  zoneFrom,
  zoneTo,
} from './space-codec.ts';
import { contactFrom, contactTo, numberFrom } from './wire-fields.ts';

export type IndexReply =
  | Exchanged
  | Done
  | Probed
  | Found
  | Granted
  | HandedOver
  | TakerFound
  | Table
  | EntryStored
  | CopiesKept
  | EntriesChecked
  | EntriesListed
  | EntriesFound
  | ExactlyFound;

/** The kind of reply that each kind of request may get. */
const REPLY_TO: Readonly<Record<IndexRequest['type'], IndexReply['type']>> = {
  exchange: 'exchanged',
  ping: 'done',
  'probe-for': 'probed',
  find: 'found',
  'ask-zone': 'granted',
  'hand-over': 'handed-over',
  'find-taker': 'taker-found',
  'get-table': 'table',
  'store-entry': 'entry-stored',
  'keep-copies': 'copies-kept',
  'link-entries': 'done',
  'check-entries': 'entries-checked',
  'withdraw-entry': 'done',
  'list-entries': 'entries-listed',
  'search-entries': 'entries-found',
  'search-exactly': 'exactly-found',
};

type Body = NonNullable<PeerReply['body']>;

const MAX_OFFERS = 64;
const MAX_TRAIL = 256;
const MAX_AROUND = 2_048;

export function encodeReply(reply: IndexReply): Uint8Array {
  return PeerReply.encode({ body: bodyOf(reply) }).finish();
}

function bodyOf(reply: IndexReply): Body {
  switch (reply.type) {
    case 'exchanged':
      return { $case: 'exchanged', value: { have: reply.have && stampTo(reply.have), news: newsTo(reply.news) } };
    case 'done':
      return { $case: 'done', value: {} };
    case 'probed':
      return { $case: 'probed', value: { reachable: reply.reachable } };
    case 'found': {
      const { owner, offers, trail, visited } = reply;
      const way = { trail: trail.map(contactTo), visited: visited.map(idTo) };
      const value = { ...way, owner: owner && knownTo(owner), offers: offers.map(offerTo) };
      return { $case: 'found', value };
    }
    case 'granted':
      return {
        $case: 'granted',
        value: {
          zone: reply.zone && zoneTo(reply.zone),
          known: reply.known.map(knownTo),
          better: reply.better && contactTo(reply.better),
        },
      };
    case 'handed-over':
      return { $case: 'handedOver', value: { accepted: reply.accepted } };
    case 'taker-found':
      return { $case: 'takerFound', value: { taker: reply.taker && contactTo(reply.taker) } };
    case 'table':
      return { $case: 'table', value: { self: knownTo(reply.self), known: reply.known.map(knownTo) } };
    default:
      return entryBodyOf(reply);
  }
}

type EntryReply = EntryStored | CopiesKept | EntriesChecked | EntriesListed | EntriesFound | ExactlyFound;

function entryBodyOf(reply: EntryReply): Body {
  switch (reply.type) {
    case 'entry-stored':
      return { $case: 'entryStored', value: { verdict: verdictTo(reply.verdict) } };
    case 'copies-kept':
      return { $case: 'copiesKept', value: { kept: [...reply.kept] } };
    case 'entries-checked':
      return { $case: 'entriesChecked', value: { keeps: reply.keeps.map(keepingTo) } };
    case 'entries-listed':
      return { $case: 'entriesListed', value: { items: reply.items.map(copiedTo), hasMore: reply.hasMore } };
    case 'entries-found':
      return { $case: 'entriesFound', value: foundTo(reply) };
    case 'exactly-found': {
      const hits = reply.hits.map(({ post, distance }) => ({ post: idTo(post), distance }));
      const around = reply.around.map(({ contact, boxes }) => ({
        contact: contactTo(contact),
        boxes: boxes.map(boxTo),
      }));
      return { $case: 'exactlyFound', value: { hits, around, whole: reply.whole.map(boxTo) } };
    }
  }
}

/** Reads the reply to a request of type `asked`. Throws a MalformedMessage, also when it answers another question. */
export function decodeReply(bytes: Uint8Array, asked: IndexRequest['type'], space: CodecSpace): IndexReply {
  const reply = replyOf(required(decoded(bytes).body, 'the body of the reply'), space);
  if (reply.type !== REPLY_TO[asked]) throw new MalformedMessage(`${reply.type} is no reply to ${asked}`);
  return reply;
}

function decoded(bytes: Uint8Array): PeerReply {
  try {
    return PeerReply.decode(bytes);
  } catch (error) {
    throw new MalformedMessage('the bytes are no reply', { cause: error });
  }
}

function replyOf(body: Body, space: CodecSpace): IndexReply {
  const { axes } = space;
  switch (body.$case) {
    case 'exchanged': {
      const { have, news } = body.value;
      return { type: 'exchanged', have: have && stampFrom(have), news: newsFrom(news, axes) };
    }
    case 'done':
      return { type: 'done' };
    case 'probed':
      return { type: 'probed', reachable: body.value.reachable };
    case 'found': {
      const { owner, offers, trail, visited } = body.value;
      return {
        type: 'found',
        owner: owner && knownFrom(owner, axes),
        offers: listOf(offers, MAX_OFFERS, 'offers', offerFrom),
        trail: listOf(trail, MAX_TRAIL, 'a trail', contactFrom),
        visited: listOf(visited, MAX_TRAIL, 'visited phones', (id) => idFrom(id, 'a visited phone')),
      };
    }
    case 'granted': {
      const { zone, known, better } = body.value;
      return {
        type: 'granted',
        zone: zone && zoneFrom(zone, axes),
        known: allKnownFrom(known, axes),
        better: better && contactFrom(better),
      };
    }
    case 'handedOver':
      return { type: 'handed-over', accepted: body.value.accepted };
    case 'takerFound': {
      const { taker } = body.value;
      return { type: 'taker-found', taker: taker && contactFrom(taker) };
    }
    case 'table': {
      const { self, known } = body.value;
      return { type: 'table', self: knownFrom(required(self, 'self'), axes), known: allKnownFrom(known, axes) };
    }
    default:
      return entryReplyOf(body, space);
  }
}

type EntryBody = Exclude<
  Body,
  { $case: 'exchanged' | 'done' | 'probed' | 'found' | 'granted' | 'handedOver' | 'takerFound' | 'table' }
>;

function entryReplyOf(body: EntryBody, space: CodecSpace): EntryReply {
  const { axes, meaning } = space;
  switch (body.$case) {
    case 'entryStored':
      return { type: 'entry-stored', verdict: verdictFrom(body.value.verdict) };
    case 'copiesKept':
      return { type: 'copies-kept', kept: listOf(body.value.kept, MAX_ITEMS, 'kept', (kept) => kept) };
    case 'entriesChecked':
      return { type: 'entries-checked', keeps: listOf(body.value.keeps, MAX_ITEMS, 'keeps', keepingFrom) };
    case 'entriesListed': {
      const items = listOf(body.value.items, MAX_ITEMS, 'items', (item) => copiedFrom(item, meaning));
      return { type: 'entries-listed', items, hasMore: body.value.hasMore };
    }
    case 'entriesFound':
      return foundFrom(body.value, meaning);
    case 'exactlyFound': {
      const { hits, around, whole } = body.value;
      return {
        type: 'exactly-found',
        hits: listOf(hits, MAX_LIMIT, 'hits', ({ post, distance }) => ({
          post: idFrom(post, 'post'),
          distance: numberFrom(distance, 'a distance'),
        })),
        whole: listOf(whole, MAX_ITEMS, 'boxes', (box) => boxFrom(box, axes)),
        around: listOf(around, MAX_AROUND, 'phones around', ({ contact, boxes }) => ({
          contact: contactFrom(contact),
          boxes: listOf(boxes, MAX_ITEMS, 'boxes', (box) => boxFrom(box, axes)),
        })),
      };
    }
  }
}
