/** Rules of what becomes of the frames between this phone and others, on purpose. */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';

export type FaultDirection = 'in' | 'out';

export interface FaultRule {
  /** Ids and canonical ip:port of the phones it is about; undefined: every phone. */
  readonly peers: ReadonlySet<string> | undefined;
  readonly directions: ReadonlySet<FaultDirection>;
  /** Nothing gets through, while the connection stands, as when a network drops every packet. */
  readonly cut: boolean;
  /** Added to the way of each frame, one way: drawn once a link and direction from this range, in ms. */
  readonly delayMs: readonly [least: number, most: number];
  /** Mean of an exponential addition that is drawn for each message, in ms. */
  readonly jitterMs: number;
  /** Part of the requests and replies that never arrive, 0 to 1. */
  readonly loss: number;
  /** Part of the packets that are lost and sent again, 0 to MAX_PACKET_LOSS: what they belong to is late. */
  readonly packetLoss: number;
}

export interface FaultRuleSet {
  /** The same seed gives the same draws on each link. */
  readonly seed: number;
  /** The first that fits a phone and a direction counts. */
  readonly rules: readonly FaultRule[];
  /** How long they stand, in ms; undefined: until they are replaced. */
  readonly expiresMs: number | undefined;
}

/** Most rules of a set, and most phones that one names. */
export const MAX_RULES = 64;
export const MAX_PEERS = 1_024;
/** Longest delay, in ms: with a longer one no link would open in time. */
export const MAX_DELAY_MS = 10_000;
export const MAX_JITTER_MS = 1_000;
export const MAX_PACKET_LOSS = 0.5;
/** Jitter is cut off at so many times its mean. */
export const MAX_JITTER_SHARE = 10;

/** What is known of the other end of a link: its address when it was called, all of it once it has said hello. */
export interface Peer {
  readonly id: Id | undefined;
  readonly address: string | undefined;
}

export const UNKNOWN_PEER: Peer = { id: undefined, address: undefined };

/** The rule that counts for a phone in a direction. A phone that is not known yet is met only by rules for every phone. */
export function ruleFor(
  rules: readonly FaultRule[],
  peer: Peer | Contact,
  direction: FaultDirection,
): FaultRule | undefined {
  return rules.find(({ peers, directions }) => {
    if (!directions.has(direction)) return false;
    if (peers === undefined) return true;
    return (peer.id !== undefined && peers.has(peer.id)) || (peer.address !== undefined && peers.has(peer.address));
  });
}
