/**
 * What a second terminal can ask of a running testnet: one command as JSON by POST, answered by lines of JSON, any
 * number of `progress` and then one `result` or `error`. The address and a secret token stand in DATA/control.json.
 */
import type { PhoneState } from '../phones/phone-process.ts';

export type Command =
  | { readonly command: 'status' | 'down' | 'heal' }
  | { readonly command: PhoneCommand; readonly n: number }
  /** One way: these hear nobody on the other side, but are heard. */
  | { readonly command: 'cut'; readonly phones: readonly number[]; readonly oneWay?: boolean }
  | ({ readonly command: 'slow'; readonly phones: readonly number[] } & LinkQuality)
  | { readonly command: 'join'; readonly count: number }
  | {
      readonly command: 'churn';
      /** Phones that fail a minute, and that join a minute. */
      readonly rate: number;
      /** Undefined: until the asking end hangs up. */
      readonly forSeconds: number | undefined;
      readonly seed: number | undefined;
    };

export const PHONE_COMMANDS = ['kill', 'stop', 'freeze', 'thaw', 'restart', 'move'] as const;
export type PhoneCommand = (typeof PHONE_COMMANDS)[number];

export type CommandLine = { readonly progress: string } | { readonly result: unknown } | { readonly error: string };

/** One phone of a status. */
export interface PhoneStatus {
  readonly n: number;
  /** 32 hex digits; null until it was up once. */
  readonly id: string | null;
  readonly state: PhoneState;
  readonly pid: number | null;
  readonly api: string;
  /** Records it keeps; null when it does not answer. */
  readonly records: number | null;
  /** Number of the phone that it takes for its successor; null when that is none of these or unknown. */
  readonly successor: number | null;
  /** Memory that no other process shares. */
  readonly privateBytes: number | null;
  readonly cpuSeconds: number | null;
}

/** How bad all links of a phone are, beside what the network itself does. */
export interface LinkQuality {
  /** Added one way, each way; drawn once a link and direction from this range, in ms. */
  readonly delayMs: readonly [least: number, most: number];
  /** Mean of an exponential addition to each message, in ms. */
  readonly jitterMs: number;
  /** Part of the requests and replies that never arrive, each way, 0 to 1. */
  readonly loss: number;
  /** Part of the packets that are lost and sent again, each way, 0 to 0.5. Default: none. */
  readonly packetLoss?: number;
}

/** The numbers of the phones on the two sides of a cut. */
export interface Sides {
  readonly inside: readonly number[];
  readonly outside: readonly number[];
}

export interface ChurnSummary {
  readonly failed: number;
  readonly joined: number;
  readonly seconds: number;
}

export interface ControlAddress {
  readonly port: number;
  readonly token: string;
}

export const CONTROL_FILE = 'control.json';
export const MAX_RATE = 600;
/** What the phones' fault rules take (proto/ringwall/admin/v1). */
export const MAX_DELAY_MS = 10_000;
export const MAX_JITTER_MS = 1_000;
export const MAX_PACKET_LOSS = 0.5;

/** What is wrong with a command that came over the wire; undefined when nothing is. */
export function commandFault(value: unknown): string | undefined {
  const command = value as Partial<Record<string, unknown>> | null;
  const name = command?.command;
  if (name === 'status' || name === 'down' || name === 'heal') return undefined;
  if (name === 'cut' || name === 'slow') {
    const { phones, oneWay } = command as Record<string, unknown>;
    const isList = Array.isArray(phones) && phones.length > 0 && phones.every(isCount);
    if (!isList) return 'phones must be the numbers of at least one phone';
    if (name === 'slow') return qualityFault(command as Record<string, unknown>);
    return oneWay === undefined || typeof oneWay === 'boolean' ? undefined : 'oneWay must be true or false';
  }
  if (name === 'join') return isCount(command?.count) ? undefined : 'count must be a whole number of at least 1';
  if (name === 'churn') {
    const { rate, forSeconds, seed } = command as Record<string, unknown>;
    if (typeof rate !== 'number' || !(rate > 0 && rate <= MAX_RATE))
      return `rate must be over 0 and at most ${MAX_RATE}`;
    if (forSeconds !== undefined && !(typeof forSeconds === 'number' && forSeconds > 0)) return 'for must be over 0 s';
    return seed === undefined || Number.isInteger(seed) ? undefined : 'seed must be a whole number';
  }
  if (PHONE_COMMANDS.some((known) => known === name)) {
    return isCount(command?.n) ? undefined : 'n must be the number of a phone';
  }
  return `there is no command ${JSON.stringify(name)}`;
}

function qualityFault({ delayMs, jitterMs, loss, packetLoss = 0 }: Record<string, unknown>): string | undefined {
  const [least, most, ...more] = Array.isArray(delayMs) ? (delayMs as unknown[]) : [];
  if (!isWithin(most, MAX_DELAY_MS) || !isWithin(least, most) || more.length > 0) {
    return `delayMs must be a range of times up to ${MAX_DELAY_MS} ms`;
  }
  if (!isWithin(jitterMs, MAX_JITTER_MS)) return `jitterMs must be from 0 to ${MAX_JITTER_MS}`;
  if (!isWithin(loss, 1)) return 'loss must be a part from 0 to 1';
  return isWithin(packetLoss, MAX_PACKET_LOSS) ? undefined : `packetLoss must be a part from 0 to ${MAX_PACKET_LOSS}`;
}

function isWithin(value: unknown, most: number): value is number {
  return typeof value === 'number' && value >= 0 && value <= most;
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1;
}
