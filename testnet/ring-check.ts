/** Whether phones form an ideal ring: each knows exactly the neighbours that the sorted ids say it should have. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Id, parseId } from '../services/shared/core/id.ts';
import { TestnetError } from './testnet-error.ts';

/** What a phone says of its place: the part of GET /v1/network/ring that matters here. */
export interface RingPlace {
  readonly id: Id;
  readonly predecessor: Id | undefined;
  /** Nearest first. */
  readonly successors: readonly Id[];
}

/** What a phone says of itself: the part of GET /v1/network/self that a status shows. */
export interface PhoneWords {
  readonly successor: Id | undefined;
  readonly records: number;
  /** It holds all that it is responsible for, as far as it knows. */
  readonly settled: boolean;
}

/** For whoever looks at a status, where a frozen phone is to hold up nobody. */
const WORDS_TIMEOUT_MS = 2_000;
/** For whoever waits for the ring to be whole: phones of a machine that is busy are slow, and whole all the same. */
const PLACE_TIMEOUT_MS = 10_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

interface PhoneText {
  readonly id: string;
}

/** Undefined when the phone does not answer in time, or with something else. */
export async function askPlace(api: string): Promise<RingPlace | undefined> {
  type Body = { self: PhoneText; successors: PhoneText[]; predecessors: PhoneText[] };
  return await ask(`${api}/v1/network/ring`, PLACE_TIMEOUT_MS, ({ self, successors, predecessors }: Body) => ({
    id: parseId(self.id)!,
    predecessor: parseId(predecessors[0]?.id ?? ''),
    successors: successors.flatMap((phone) => parseId(phone.id) ?? []),
  }));
}

/** Undefined when the phone does not answer in time, or with something else. */
export async function askWords(api: string): Promise<PhoneWords | undefined> {
  type Body = { successor: PhoneText | null; records: number; settled: boolean };
  return await ask(`${api}/v1/network/self`, WORDS_TIMEOUT_MS, ({ successor, records, settled }: Body) => ({
    successor: parseId(successor?.id ?? ''),
    records,
    settled,
  }));
}

async function ask<Body, Answer>(
  url: string,
  timeoutMs: number,
  read: (body: Body) => Answer,
): Promise<Answer | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    return response.ok ? read((await response.json()) as Body) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What is wrong with the ring that these phones should form, undefined when it is ideal. `listLength` is how many
 * successors each phone keeps in a ring large enough.
 */
export function ringFault(ids: readonly Id[], places: readonly RingPlace[], listLength: number): string | undefined {
  const order = [...ids].sort();
  const placeOf = new Map(places.map((place) => [place.id, place]));
  for (const id of order) {
    const fault = placeFault(order, id, placeOf.get(id), listLength);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/**
 * What is wrong with what one phone says of its place, undefined when it is as it should be. `order`: the sorted ids of
 * all phones. `place`: undefined when it does not answer.
 */
export function placeFault(
  order: readonly Id[],
  id: Id,
  place: RingPlace | undefined,
  listLength: number,
): string | undefined {
  if (place === undefined) return `phone ${id} does not answer`;
  const at = order.indexOf(id);
  const wanted = Math.min(listLength, order.length - 1);
  const previous = order[(at + order.length - 1) % order.length]!;
  if (order.length > 1 && place.predecessor !== previous) return `phone ${id} has another predecessor than ${previous}`;
  for (let step = 1; step <= wanted; step++) {
    const next = order[(at + step) % order.length]!;
    if (place.successors[step - 1] !== next) return `phone ${id} lacks ${next} as successor ${step}`;
  }
  return place.successors.length > wanted ? `phone ${id} keeps successors that are gone` : undefined;
}

/**
 * Asks until those phones that run, whichever these are each time, form an ideal ring. Throws a TestnetError with what
 * is wrong after `timeoutMs`.
 */
export async function waitForRing(
  running: () => readonly { readonly id: string | undefined; readonly api: string }[],
  listLength: number,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    const phones = running();
    const places = await Promise.all(phones.map(({ api }) => askPlace(api)));
    const ids = phones.map(({ id }) => id as Id);
    const answers = places.filter((place) => place !== undefined);
    const fault = ringFault(ids, answers, listLength);
    if (fault === undefined) return;
    if (performance.now() > deadline) throw new TestnetError(`the ring is not whole: ${fault}`);
    await pause(pauseMs, undefined, { signal });
  }
}
