/** The core's replies as protobuf (proto/ringwall/peer/v1) and back, as strictly as requests (request-codec.ts). */
import { type Reply, RecordVerdict as WireVerdict } from '../../../../proto/gen/ringwall/peer/v1/peer.ts';
import { bufferOf, idFrom, idTo, listOf, MalformedMessage, required } from '../../../shared/runtime/grpc/wire-value.ts';
import type { PeerReply, PeerRequest, RecordVerdict } from '../../core/message.ts';
import {
  BOUNDS,
  contactFrom,
  contactsFrom,
  contactsTo,
  contactTo,
  digestFrom,
  hashFrom,
  hexTo,
  listsFrom,
  listsTo,
  rangeDigestFrom,
  recordFrom,
  recordsFrom,
  recordsTo,
  textFrom,
} from './wire-fields.ts';

type ReplyBody = NonNullable<Reply['body']>;

/** The kind of reply that each kind of request may get. */
const REPLY_TO: Readonly<Record<PeerRequest['type'], PeerReply['type']>> = {
  ping: 'done',
  'ask-neighbours': 'neighbours',
  'compare-neighbours': 'compared',
  notify: 'notified',
  tell: 'done',
  'spread-news': 'done',
  'find-successor': 'found-successor',
  'forward-lookup': 'forwarded-lookup',
  'probe-for': 'probed',
  'list-contacts': 'contacts',
  leaving: 'done',
  moved: 'done',
  'put-records': 'put-outcome',
  'get-records': 'get-outcome',
  'get-nearest': 'nearest-outcome',
  'digest-range': 'range-digest',
  'list-range': 'range-listing',
  'fetch-records': 'fetched-records',
  relay: 'relayed',
};

const VERDICTS: readonly (readonly [RecordVerdict, WireVerdict])[] = [
  ['stored', WireVerdict.STORED],
  ['present', WireVerdict.PRESENT],
  ['superseded', WireVerdict.SUPERSEDED],
  ['tombstoned', WireVerdict.TOMBSTONED],
  ['not-responsible', WireVerdict.NOT_RESPONSIBLE],
  ['invalid', WireVerdict.INVALID],
  ['over-quota', WireVerdict.OVER_QUOTA],
  ['not-stored', WireVerdict.NOT_STORED],
];
const WIRE_VERDICTS = new Map(VERDICTS);
const CORE_VERDICTS = new Map(VERDICTS.map(([verdict, wire]) => [wire, verdict]));

export function replyToWire(reply: PeerReply): Reply {
  return { body: replyBody(reply) };
}

function replyBody(reply: PeerReply): ReplyBody {
  switch (reply.type) {
    case 'done':
      return { $case: 'done', value: {} };
    case 'neighbours':
      return {
        $case: 'neighbours',
        value: {
          predecessor: contactTo(reply.predecessor),
          successors: contactsTo(reply.successors),
          predecessors: contactsTo(reply.predecessors),
        },
      };
    case 'notified':
      return {
        $case: 'notified',
        value: { lists: listsTo(reply.lists), wantsPredecessors: reply.wantsPredecessors, placed: reply.placed },
      };
    case 'compared':
      return { $case: 'compared', value: { lists: listsTo(reply.lists) } };
    case 'found-successor': {
      const owner = reply.owner === undefined ? undefined : contactTo(reply.owner);
      const ownerSuccessors = contactsTo(reply.ownerSuccessors);
      return { $case: 'foundSuccessor', value: { owner, ownerSuccessors, closer: contactsTo(reply.closer) } };
    }
    case 'forwarded-lookup': {
      const owner = reply.owner === undefined ? undefined : contactTo(reply.owner);
      const [ownerSuccessors, closer] = [contactsTo(reply.ownerSuccessors), contactsTo(reply.closer)];
      const trail = reply.trail.map(({ phone, milliseconds }) => ({ phone: contactTo(phone), milliseconds }));
      return { $case: 'forwardedLookup', value: { owner, ownerSuccessors, closer, trail } };
    }
    case 'probed':
      return { $case: 'probed', value: { reachable: reply.reachable } };
    case 'contacts':
      return { $case: 'contacts', value: { contacts: contactsTo(reply.contacts) } };
    case 'put-outcome': {
      const verdicts = reply.verdicts.map((verdict) => WIRE_VERDICTS.get(verdict)!);
      const replicas = contactsTo(reply.replicas);
      const { absent, unsettled } = reply;
      return {
        $case: 'putOutcome',
        value: { verdicts, newer: recordsTo(reply.newer), replicas, unsettled: [...unsettled], absent },
      };
    }
    case 'get-outcome': {
      const { absent, responsible, settled, next } = reply;
      const [records, digest] = [recordsTo(reply.records), hexTo(reply.digest)];
      const replicas = contactsTo(reply.replicas);
      return { $case: 'getOutcome', value: { responsible, settled, records, digest, next, replicas, absent } };
    }
    case 'nearest-outcome': {
      const record = reply.record === undefined ? undefined : bufferOf(reply.record);
      const next = reply.next === undefined ? undefined : contactTo(reply.next);
      return { $case: 'nearestOutcome', value: { record, next } };
    }
    case 'range-digest': {
      const { absent, count, outsiderSinceMs, settled } = reply;
      const heldFrom = reply.heldFrom === undefined ? undefined : idTo(reply.heldFrom);
      const value = { count, digest: hexTo(reply.digest), settled, heldFrom, absent, outsiderSinceMs };
      return { $case: 'rangeDigest', value };
    }
    case 'range-listing': {
      const summaries = reply.summaries.map(({ place, key, seq, hash }) => ({
        place: idTo(place),
        key,
        seq,
        hash: hexTo(hash),
      }));
      return { $case: 'rangeListing', value: { summaries, truncated: reply.truncated } };
    }
    case 'fetched-records':
      return { $case: 'fetchedRecords', value: { records: recordsTo(reply.records) } };
    case 'relayed':
      return { $case: 'relayed', value: { payload: bufferOf(reply.payload) } };
  }
}

/** Reads the reply to a request of type `asked`. Throws a MalformedMessage, also when it answers another question. */
export function replyFromWire(reply: Reply, asked: PeerRequest['type']): PeerReply {
  const read = readReply(required(reply.body, 'the body of the reply'));
  if (read.type !== REPLY_TO[asked]) throw new MalformedMessage(`${read.type} is no reply to ${asked}`);
  return read;
}

function readReply(body: ReplyBody): PeerReply {
  switch (body.$case) {
    case 'done':
      return { type: 'done' };
    case 'neighbours':
      return {
        type: 'neighbours',
        predecessor: contactFrom(body.value.predecessor),
        successors: contactsFrom(body.value.successors),
        predecessors: contactsFrom(body.value.predecessors),
      };
    case 'notified':
      return {
        type: 'notified',
        lists: listsFrom(body.value.lists),
        wantsPredecessors: body.value.wantsPredecessors,
        placed: body.value.placed,
      };
    case 'compared':
      return { type: 'compared', lists: listsFrom(body.value.lists) };
    case 'foundSuccessor':
      return {
        type: 'found-successor',
        owner: body.value.owner === undefined ? undefined : contactFrom(body.value.owner),
        ownerSuccessors: contactsFrom(body.value.ownerSuccessors),
        closer: contactsFrom(body.value.closer),
      };
    case 'forwardedLookup':
      return {
        type: 'forwarded-lookup',
        owner: body.value.owner === undefined ? undefined : contactFrom(body.value.owner),
        ownerSuccessors: contactsFrom(body.value.ownerSuccessors),
        closer: contactsFrom(body.value.closer),
        trail: listOf(body.value.trail, BOUNDS.trail, 'trail', ({ phone, milliseconds }) => ({
          phone: contactFrom(phone),
          milliseconds,
        })),
      };
    case 'probed':
      return { type: 'probed', reachable: body.value.reachable };
    case 'contacts':
      return { type: 'contacts', contacts: contactsFrom(body.value.contacts) };
    case 'putOutcome':
      return {
        type: 'put-outcome',
        verdicts: listOf(body.value.verdicts, BOUNDS.records, 'verdicts', verdictFrom),
        absent: body.value.absent,
        unsettled: listOf(body.value.unsettled, BOUNDS.records, 'unsettled', (index) => index),
        newer: recordsFrom(body.value.newer),
        replicas: contactsFrom(body.value.replicas),
      };
    case 'getOutcome':
      return {
        type: 'get-outcome',
        responsible: body.value.responsible,
        settled: body.value.settled,
        absent: body.value.absent,
        records: recordsFrom(body.value.records),
        digest: digestFrom(body.value.digest),
        next: body.value.next === undefined ? undefined : textFrom(body.value.next, BOUNDS.cursorBytes, 'next'),
        replicas: contactsFrom(body.value.replicas),
      };
    case 'nearestOutcome':
      return {
        type: 'nearest-outcome',
        record: body.value.record === undefined ? undefined : recordFrom(body.value.record),
        next: body.value.next === undefined ? undefined : contactFrom(body.value.next),
      };
    case 'rangeDigest':
      return {
        type: 'range-digest',
        count: body.value.count,
        digest: rangeDigestFrom(body.value.digest),
        settled: body.value.settled,
        heldFrom: body.value.heldFrom === undefined ? undefined : idFrom(body.value.heldFrom, 'held_from'),
        absent: body.value.absent,
        outsiderSinceMs: body.value.outsiderSinceMs,
      };
    case 'rangeListing':
      return {
        type: 'range-listing',
        summaries: listOf(body.value.summaries, BOUNDS.summaries, 'summaries', ({ place, key, seq, hash }) => ({
          place: idFrom(place, 'place'),
          key: textFrom(key, BOUNDS.keyBytes, 'key'),
          seq,
          hash: hashFrom(hash),
        })),
        truncated: body.value.truncated,
      };
    case 'fetchedRecords':
      return { type: 'fetched-records', records: recordsFrom(body.value.records) };
    case 'relayed':
      return { type: 'relayed', payload: body.value.payload };
  }
}

function verdictFrom(wire: WireVerdict): RecordVerdict {
  const verdict = CORE_VERDICTS.get(wire);
  if (verdict === undefined) throw new MalformedMessage(`no such verdict: ${wire}`);
  return verdict;
}
