/**
 * What CAN nodes say to each other, as plain data. Who asks is never in a message: the host proves it and hands it to the
 * core beside the request. Requests of other types belong to the entries (entry-keeping.ts).
 */
import type { Contact } from '../../shared/core/contact.ts';
import type { Id } from '../../shared/core/id.ts';
import type { Done, Ping, Probed, ProbeFor } from '../../shared/core/peer-message.ts';
import type { Point } from './space/space.ts';
import type { Split, Zone } from './space/zone.ts';

/** Anything that travels: its type says what it is. */
export interface CanMessage {
  readonly type: string;
}

/** Which state of a phone's knowledge: of which start of its process, and how many changes since. */
export interface Stamp {
  readonly incarnation: number;
  readonly version: number;
}

/** What a phone knows of another one, first or second hand. */
export interface KnownPhone {
  readonly contact: Contact;
  readonly zones: readonly Zone[];
  /** Of the word of its own that this comes from. */
  readonly stamp: Stamp;
  /** Known through a long link; false: a neighbour. */
  readonly isLink: boolean;
}

/** What a phone has of the space. */
export interface Holding {
  readonly zones: readonly Zone[];
  /** Entries kept in them, rounded. */
  readonly load: number;
}

/** What the search tells about the entries a phone keeps: centroids, encoded. Opaque here; at most MAX_SUMMARY_BYTES. */
export type Summary = Uint8Array;
export const MAX_SUMMARY_BYTES = 16 * 1024;

/** What changed in a phone's knowledge since a version the other end has. */
export interface News {
  readonly stamp: Stamp;
  /** It builds on this version; 0: it is the whole. */
  readonly since: number;
  /** Undefined: as it was. */
  readonly holding: Holding | undefined;
  readonly summary: Summary | undefined;
  /** Neighbours and links that are new or have changed. */
  readonly known: readonly KnownPhone[];
  /** No longer known. */
  readonly gone: readonly Id[];
}

/** The heartbeat, and every other telling of news: both ends tell what the other has not heard yet. */
export interface Exchange {
  readonly type: 'exchange';
  /** Of the other end's news, what this phone has already. */
  readonly have: Stamp | undefined;
  readonly news: News;
}
export interface Exchanged {
  readonly type: 'exchanged';
  readonly have: Stamp | undefined;
  readonly news: News;
}

/** Who owns a point: passed on from phone to phone until its owner answers. */
export interface Find {
  readonly type: 'find';
  readonly point: Point;
  /** How many phones may still pass it on, one after the other. */
  readonly hopsLeft: number;
  /** How many more phones may be asked than lie on one way: beside a silent one, or after one that led nowhere. */
  readonly detours: number;
  /** How long whoever asks will wait, in ms. */
  readonly budgetMs: number;
  /** Phones that had the question already. */
  readonly visited: readonly Id[];
}
export interface Found {
  readonly type: 'found';
  /** The owner, which has answered itself; undefined when the question did not reach it. */
  readonly owner: KnownPhone | undefined;
  /** How much the owner and phones around it have, the one with the most first: whom a newcomer may ask for room. */
  readonly offers: readonly Offer[];
  /** The phones passed, nearest to the one that asked first. */
  readonly trail: readonly Contact[];
  /** Without an owner: all phones that had the question, in vain. */
  readonly visited: readonly Id[];
}
export interface Offer {
  readonly contact: Contact;
  readonly load: number;
  /** Of the space, 0 to 1: its largest zone. */
  readonly share: number;
  readonly zones: number;
}

/** A newcomer asks for a zone. Asked again, the same phone is given the same. */
export interface AskZone {
  readonly type: 'ask-zone';
  /** The newcomer's present start. */
  readonly incarnation: number;
  /** Asks for one from this phone itself, even if a neighbour has more to give. */
  readonly insists: boolean;
}
export interface Granted {
  readonly type: 'granted';
  /** Undefined: no room here. */
  readonly zone: Zone | undefined;
  /** Without a zone: a neighbour that has more to give. */
  readonly better: Contact | undefined;
  /** The granter and its neighbours: whom the new zone may border on. */
  readonly known: readonly KnownPhone[];
}

/** Gives a zone to another phone, which has it once it has answered `accepted`. */
export interface HandOver {
  readonly type: 'hand-over';
  readonly zone: Zone;
  readonly known: readonly KnownPhone[];
}
export interface HandedOver {
  readonly type: 'handed-over';
  readonly accepted: boolean;
}

/** Looks below a region for a phone that can pass its zone to the sibling's owner and take another one instead. */
export interface FindTaker {
  readonly type: 'find-taker';
  readonly region: readonly Split[];
  readonly hopsLeft: number;
  readonly budgetMs: number;
}
export interface TakerFound {
  readonly type: 'taker-found';
  /** It has just passed its zone on and waits for another. */
  readonly taker: Contact | undefined;
}

/** The neighbours and links of a phone that a link leads to: for looking ahead. */
export interface GetTable {
  readonly type: 'get-table';
}
export interface Table {
  readonly type: 'table';
  readonly self: KnownPhone;
  readonly known: readonly KnownPhone[];
}

export type CanRequest = Exchange | Ping | ProbeFor | Find | AskZone | HandOver | FindTaker | GetTable;

export interface CanReplyOf {
  exchange: Exchanged;
  ping: Done;
  'probe-for': Probed;
  find: Found;
  'ask-zone': Granted;
  'hand-over': HandedOver;
  'find-taker': TakerFound;
  'get-table': Table;
}

const MEMBERSHIP: ReadonlySet<string> = new Set<CanRequest['type']>([
  'exchange',
  'ping',
  'probe-for',
  'find',
  'ask-zone',
  'hand-over',
  'find-taker',
  'get-table',
]);

/** Whether a request is about membership and routing; the others are about entries. */
export function isMembershipRequest(request: CanMessage): request is CanRequest {
  return MEMBERSHIP.has(request.type);
}
