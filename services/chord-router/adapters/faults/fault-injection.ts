/**
 * The fault rules that a phone is under, and what they draw for each of its links. Each link and direction has a
 * generator of its own, seeded by the set, this phone and the other one: the same seed gives the same draws, however
 * the links' frames interleave. A new set starts them anew. Why phones do this themselves: docs/decisions/faults-in-the-phone.md.
 */
import { createHash } from 'node:crypto';
import { SeededRandom } from '../../../shared/core/random.ts';
import {
  type FaultDirection,
  type FaultRule,
  type FaultRuleSet,
  MAX_JITTER_SHARE,
  type Peer,
  ruleFor,
} from './fault-rule.ts';

/** What faults did to frames so far: labels of ringwall_chord_fault_frames_total. */
export type FaultEffect = 'delayed' | 'lost' | 'cut';

export interface FaultObserver {
  /** So many frames were `effect`; `seconds` is what a delay was, in all. */
  happened(effect: FaultEffect, direction: FaultDirection, frames: number, seconds: number): void;
}

const NO_RULES: FaultRuleSet = { seed: 0, rules: [], expiresMs: undefined };
/** Most links whose draws are remembered, so that a link that is opened again goes on where it was. */
const MAX_WAYS = 4_096;
/** Longest delay of one Node timer, in ms. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** Payload of a packet: an Ethernet frame without the headers of IP and TCP. */
const PACKET_BYTES = 1_448;
/** TCP waits at least so long before it sends again (Linux, TCP_RTO_MIN). */
const RESEND_MIN_MS = 200;
/** By then nobody waits for the message any more. */
const MOST_RESENDS = 5;

/** One direction of the way between this phone and another, under a rule. */
export class FaultyWay {
  readonly cut: boolean;
  readonly #rule: FaultRule;
  readonly #random: SeededRandom;
  readonly #delayMs: number;

  constructor(rule: FaultRule, random: SeededRandom) {
    const [least, most] = rule.delayMs;
    this.#rule = rule;
    this.#random = random;
    this.cut = rule.cut;
    this.#delayMs = least + random.next() * (most - least);
  }

  /** Draws whether the next request or reply is lost. */
  loses(): boolean {
    return this.#rule.loss > 0 && this.#random.next() < this.#rule.loss;
  }

  /** Draws how long the next message, of so many bytes, takes beside what the network takes, in ms. */
  delayMs(bytes: number): number {
    const { jitterMs, packetLoss } = this.#rule;
    const jitter = jitterMs === 0 ? 0 : Math.min(this.#random.exponential(jitterMs), MAX_JITTER_SHARE * jitterMs);
    return this.#delayMs + jitter + (packetLoss === 0 ? 0 : this.#resendMs(bytes));
  }

  /** A message is there when its last packet is; each is sent again until it arrives, after twice the time of before. */
  #resendMs(bytes: number): number {
    let longestMs = 0;
    for (let packet = 0; packet === 0 || packet * PACKET_BYTES < bytes; packet++) {
      let waitedMs = 0;
      for (let resends = 0; resends < MOST_RESENDS && this.#random.next() < this.#rule.packetLoss; resends++) {
        waitedMs += (RESEND_MIN_MS + 2 * this.#delayMs) * 2 ** resends;
      }
      longestMs = Math.max(longestMs, waitedMs);
    }
    return longestMs;
  }
}

export class FaultInjection {
  /** Counts the sets: whoever remembers what one said looks again when it has changed. */
  generation = 0;
  readonly #own: string;
  readonly #observer: FaultObserver;
  readonly #ways = new Map<string, FaultyWay>();
  readonly #listeners = new Set<() => void>();
  #set = NO_RULES;
  #expiresAt = Infinity;
  #expiry: NodeJS.Timeout | undefined;

  /** `own`: this phone's address. */
  constructor(own: string, observer: FaultObserver) {
    this.#own = own;
    this.#observer = observer;
  }

  /** The rules in force; `expiresMs` is what remains. */
  get set(): FaultRuleSet {
    const remains = this.#expiresAt === Infinity ? undefined : Math.max(0, this.#expiresAt - performance.now());
    return { ...this.#set, expiresMs: remains };
  }

  /** Puts these rules in the place of all before. */
  replace(set: FaultRuleSet): void {
    clearTimeout(this.#expiry);
    this.#set = set;
    this.#ways.clear();
    this.#expiresAt = Infinity;
    if (set.expiresMs !== undefined) {
      this.#expiresAt = performance.now() + set.expiresMs;
      this.#expiry = setTimeout(() => this.clear(), Math.min(set.expiresMs, LONGEST_TIMER_MS)).unref();
    }
    this.generation++;
    for (const listener of [...this.#listeners]) listener();
  }

  clear(): void {
    this.replace(NO_RULES);
  }

  /** Undefined when no rule touches this direction of this link. */
  way(peer: Peer, direction: FaultDirection): FaultyWay | undefined {
    const rule = ruleFor(this.#set.rules, peer, direction);
    if (rule === undefined) return undefined;
    const link = `${direction}/${this.#own}/${peer.address ?? ''}`;
    const present = this.#ways.get(link);
    if (present !== undefined) return present;
    if (this.#ways.size >= MAX_WAYS) this.#ways.delete(this.#ways.keys().next().value!);
    const way = new FaultyWay(rule, new SeededRandom(seedOf(`${this.#set.seed}/${link}`)));
    this.#ways.set(link, way);
    return way;
  }

  happened(effect: FaultEffect, direction: FaultDirection, frames: number, delayMs = 0): void {
    this.#observer.happened(effect, direction, frames, delayMs / 1_000);
  }

  /** `listener` is called after each change of the rules, until the returned function is. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  stop(): void {
    clearTimeout(this.#expiry);
    this.#listeners.clear();
  }
}

function seedOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32LE();
}
