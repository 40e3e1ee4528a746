/** The numbers that messages have in the engine's log: fixed, so that any process gives a run the same hash. */
import type { EntryRequest } from '../../../services/can-index/core/entries/entry-message.ts';
import type { CanRequest } from '../../../services/can-index/core/message.ts';
import type { PeerRequest } from '../../../services/chord-router/core/message.ts';
import type { Note } from './engine.ts';

export const CONNECT_REFUSED = 90;
export const LINK_LOST = 91;
export const IDENTIFY = 92;

/** Of the ring's requests; a reply has the next number. */
const RING_KINDS: Readonly<Record<PeerRequest['type'], number>> = {
  ping: 100,
  'ask-neighbours': 102,
  notify: 104,
  'find-successor': 106,
  'probe-for': 108,
  'list-contacts': 110,
  leaving: 112,
  'put-records': 114,
  'get-records': 116,
  'get-nearest': 118,
  'digest-range': 120,
  'list-range': 122,
  'fetch-records': 124,
  'forward-lookup': 126,
  relay: 128,
  'compare-neighbours': 130,
  tell: 132,
  'spread-news': 134,
  moved: 136,
};

/** Of the index's requests about entries. */
const ENTRY_KINDS: Readonly<Record<EntryRequest['type'], number>> = {
  'store-entry': 220,
  'keep-copies': 222,
  'link-entries': 224,
  'check-entries': 226,
  'withdraw-entry': 228,
  'list-entries': 230,
  'search-entries': 232,
  'search-exactly': 234,
};

/** Of the CAN's requests. */
const CAN_KINDS: Readonly<Record<Exclude<CanRequest['type'], 'ping' | 'probe-for'>, number>> = {
  exchange: 200,
  find: 202,
  'ask-zone': 204,
  'hand-over': 206,
  'find-taker': 208,
  'get-table': 210,
};

const REQUEST_KINDS: Readonly<Record<string, number>> = { ...RING_KINDS, ...CAN_KINDS, ...ENTRY_KINDS };

/** The number of a request; its reply has the next one. Throws on a request that was given none. */
export function kindOfRequest(type: string): number {
  const kind = REQUEST_KINDS[type];
  if (kind === undefined) throw new Error(`the request ${type} has no number in message-kind.ts`);
  return kind;
}

/** Whether a message of this type is a request; else it is a reply. */
export function isRequest(type: string): boolean {
  return REQUEST_KINDS[type] !== undefined;
}

const NAMES = new Map<number, string>([
  [CONNECT_REFUSED, 'connection refused'],
  [LINK_LOST, 'link lost'],
  [IDENTIFY, 'identify'],
  ...Object.entries(REQUEST_KINDS).flatMap(([type, kind]): [number, string][] => [
    [kind, type],
    [kind + 1, `reply to ${type}`],
  ]),
]);

/** A line of a trace: when, what, from whom to whom. */
export function describeNote({ atMs, what, a, b }: Note): string {
  return `${(atMs / 1000).toFixed(3)} s  ${a} > ${b}  ${NAMES.get(what) ?? `event ${what}`}`;
}
