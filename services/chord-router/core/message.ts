/**
 * What chord routers say to each other, as plain data; proto/ringwall/peer/v1 is the same on the wire and
 * adapters/messages/request-codec.ts and reply-codec.ts translate. Who asks is never in a message: the link's signed hello proves it, and the
 * host hands it to the core beside the request.
 *
 * A reply that no request of its kind expects, or a request that fails its checks, ends as `refused` (a
 * CallFailure): it never reaches an operation as a value.
 */
import type { Contact } from '../../shared/core/contact.ts';
import type { Id } from '../../shared/core/id.ts';
import type { Done, Ping, Probed, ProbeFor } from '../../shared/core/peer-message.ts';
import type { FindSuccessor, ForwardedLookup, ForwardLookup, FoundSuccessor } from './lookup/lookup-message.ts';
import type { Relay, Relayed } from './relay.ts';
import type {
  AskNeighbours,
  Compared,
  CompareNeighbours,
  Neighbours,
  Notified,
  Notify,
  SpreadNews,
  Tell,
} from './ring/ring-message.ts';

export type {
  FindSuccessor,
  ForwardedLookup,
  ForwardLookup,
  FoundSuccessor,
  TrailHop,
} from './lookup/lookup-message.ts';
export type { NeighbourLists } from './ring/list-digest.ts';
export type {
  AskNeighbours,
  Compared,
  CompareNeighbours,
  Neighbours,
  NewsBranch,
  Notified,
  Notify,
  SpreadNews,
  Tell,
} from './ring/ring-message.ts';

export type PeerRequest =
  | Ping
  | AskNeighbours
  | CompareNeighbours
  | Notify
  | Tell
  | SpreadNews
  | FindSuccessor
  | ForwardLookup
  | ProbeFor
  | ListContacts
  | Leaving
  | Moved
  | PutRecords
  | GetRecords
  | GetNearest
  | DigestRange
  | ListRange
  | FetchRecords
  | Relay;

export type PeerReply =
  | Done
  | Neighbours
  | Compared
  | Notified
  | FoundSuccessor
  | ForwardedLookup
  | Probed
  | Contacts
  | PutOutcome
  | GetOutcome
  | NearestOutcome
  | RangeDigest
  | RangeListing
  | FetchedRecords
  | Relayed;

/** The reply that answers each request. */
export interface ReplyOf {
  ping: Done;
  'ask-neighbours': Neighbours;
  'compare-neighbours': Compared;
  notify: Notified;
  tell: Done;
  'spread-news': Done;
  'find-successor': FoundSuccessor;
  'forward-lookup': ForwardedLookup;
  'probe-for': Probed;
  'list-contacts': Contacts;
  leaving: Done;
  moved: Done;
  'put-records': PutOutcome;
  'get-records': GetOutcome;
  'get-nearest': NearestOutcome;
  'digest-range': RangeDigest;
  'list-range': RangeListing;
  'fetch-records': FetchedRecords;
  relay: Relayed;
}

/** A slice of the phones known to the one asked, clockwise after `after`: how a newcomer fills its tables. */
export interface ListContacts {
  readonly type: 'list-contacts';
  readonly after: Id;
  readonly limit: number;
}

export interface Contacts {
  readonly type: 'contacts';
  readonly contacts: readonly Contact[];
}

/** A graceful leave, told to neighbours once the keys are handed over. */
export interface Leaving {
  readonly type: 'leaving';
  readonly predecessor: Contact;
  readonly successors: readonly Contact[];
}

/**
 * The phone that says so was once another one, at another address, and is it no more; what it kept there is where it
 * belongs. That both ids are of one key has been proved to whoever hands this to the core.
 */
export interface Moved {
  readonly type: 'moved';
  readonly former: Contact;
}

export interface PutRecords {
  readonly type: 'put-records';
  /** Encoded records, each checked by the phone that gets it. */
  readonly records: readonly Uint8Array[];
  /**
   * `write`: an author's new records, taken only by phones that are among the key's replicas.
   * `repair`: copies between replicas and handovers, exempt from the author's quota of writes a minute.
   */
  readonly purpose: 'write' | 'repair';
}

export type RecordVerdict =
  | 'stored' // on disk now
  | 'present' // was here already
  | 'superseded' // a newer version is here; it is in `newer`
  | 'tombstoned' // its author deleted it; the tombstone is in `newer`
  | 'not-responsible' // not one of the key's replicas; `replicas` says who this phone believes is
  | 'invalid' // malformed, forged or misplaced
  | 'over-quota' // its author or this phone has no room left
  | 'not-stored'; // the disk refused

export interface PutOutcome {
  readonly type: 'put-outcome';
  /** One a record, in order. */
  readonly verdicts: readonly RecordVerdict[];
  /** Indices of those whose place this phone does not hold for sure, so that its having them is no vote (GetOutcome.settled). */
  readonly unsettled: readonly number[];
  /** How many of its neighbours are absent (coverage.ts): they count among the replicas. */
  readonly absent: number;
  /** Records that won over what was sent. */
  readonly newer: readonly Uint8Array[];
  /** The phones this one believes to hold the first record it is not responsible for, the owner first; else empty. */
  readonly replicas: readonly Contact[];
}

/** Which of the records at a place are wanted. */
export interface RecordQuery {
  readonly place: Id;
  /** Only records of this name ("post", "revision", a set's name); undefined: all. */
  readonly name: string | undefined;
  /** At most this many, 1-200, newest (createdAt) first. */
  readonly limit: number;
  /** Only those before this position in that order: the `next` of an earlier answer. */
  readonly before: string | undefined;
}

export interface GetRecords {
  readonly type: 'get-records';
  readonly query: RecordQuery;
  /** Only the digest of the matching records, to compare with another replica's. */
  readonly digestOnly: boolean;
}

export interface GetOutcome {
  readonly type: 'get-outcome';
  /** False: the phone asked is not one of the key's replicas; `replicas` says who it believes is. */
  readonly responsible: boolean;
  /** False while the phone still fetches what it became responsible for: that it lacks a record proves nothing. */
  readonly settled: boolean;
  readonly records: readonly Uint8Array[];
  /** How many of its neighbours are absent (coverage.ts): they count among the replicas. */
  readonly absent: number;
  /** Hash over the matching records' hashes, hex: equal digests, equal answers. */
  readonly digest: string;
  /** Where to go on when more records match; undefined at the end. */
  readonly next: string | undefined;
  readonly replicas: readonly Contact[];
}

/** The first live immutable record of this name at or clockwise after key, among those the phone asked keeps. */
export interface GetNearest {
  readonly type: 'get-nearest';
  readonly key: Id;
  readonly name: string;
}

export interface NearestOutcome {
  readonly type: 'nearest-outcome';
  readonly record: Uint8Array | undefined;
  /** Whom to ask next when this phone keeps none: its successor, or, when the key is not its to answer for, the owner. */
  readonly next: Contact | undefined;
}

/** Digest of all records with places in (from, to]. */
export interface DigestRange {
  readonly type: 'digest-range';
  readonly from: Id;
  readonly to: Id;
}

export interface RangeDigest {
  readonly type: 'range-digest';
  readonly count: number;
  /** XOR of the records' hashes, first 16 bytes, hex. */
  readonly digest: string;
  /** False while the phone asked still fetches records of this range by itself: better not to push them at it. */
  readonly settled: boolean;
  /**
   * The phone asked has held (heldFrom, to] of the range before; undefined: nothing of it, for a newcomer's word is worth
   * nothing to another one.
   */
  readonly heldFrom: Id | undefined;
  /**
   * The phone asked has gone on without the asking one until then, ms of its own clock: what that held before counts for
   * nothing. Undefined: it has not.
   */
  readonly outsiderSinceMs: number | undefined;
  /** How many phones are absent that lie between the range's beginning and the farther of the two that compare. */
  readonly absent: number;
}

/** What the phone asked has in (from, to], in ring order from `from`, then by key; at most `limit`. */
export interface ListRange {
  readonly type: 'list-range';
  readonly from: Id;
  readonly to: Id;
  /**
   * How to go on after a listing that stopped amid a place: `from` is that place and this its last summary's key,
   * and the records at `from` behind it come first. With from = to they are all that is asked for.
   */
  readonly afterKey: string | undefined;
  readonly limit: number;
}

export interface RecordSummary {
  readonly place: Id;
  readonly key: string;
  readonly seq: number;
  readonly hash: string;
}

export interface RangeListing {
  readonly type: 'range-listing';
  readonly summaries: readonly RecordSummary[];
  /** The listing stopped at its limit: go on after the last summary (see ListRange.afterKey). */
  readonly truncated: boolean;
}

/**
 * Asks for whole records. For an immutable that its author deleted the tombstone comes instead. The answer stops at
 * the bound of a message: ask again for what did not come.
 */
export interface FetchRecords {
  readonly type: 'fetch-records';
  readonly wanted: readonly { readonly place: Id; readonly key: string }[];
}

export interface FetchedRecords {
  readonly type: 'fetched-records';
  readonly records: readonly Uint8Array[];
}
