/** A lookup, asked of a phone and then played hop by hop. */
import { signal } from '@preact/signals';
import type { NetworkLookup } from '../../../services/gateway/client/contract.ts';
import { faultText } from '../../shared/problem.ts';
import { ask } from './gateway.ts';
import { asked } from './phones.ts';

export interface PlayedLookup {
  readonly lookup: NetworkLookup;
  /** Hops shown so far. */
  readonly shown: number;
  readonly isPlaying: boolean;
}

/** Each hop is shown this much slower than it was, within bounds that an eye can follow, ms. */
const SLOWER = 40;
const SHORTEST_MS = 350;
const LONGEST_MS = 1_500;

/** A key of the ring, or the id of a post or person. */
const KEY = /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** What is to be looked up, as it was typed or picked. */
export const key = signal('');
/** Why it was not. */
export const fault = signal('');
export const played = signal<PlayedLookup | undefined>(undefined);
let timer: ReturnType<typeof setTimeout> | undefined;

/** Has the phone that is looked at look a key up, and plays the way; what stands against it is told by `fault`. */
export async function look(text: string): Promise<void> {
  [key.value, fault.value] = [text, ''];
  const from = asked.peek();
  if (from === undefined) fault.value = 'No phone is alive to ask: start one in the lab.';
  else if (!KEY.test(text))
    fault.value = 'A key has 32 hexadecimal digits, or is the id of a post or person; “Any key” draws one.';
  else await play(from.n, text).catch((error: unknown) => (fault.value = faultText(error)));
}

async function play(n: number, text: string): Promise<void> {
  const lookup = await ask<NetworkLookup>(`/v1/network/lookup/${encodeURIComponent(text)}?from=${n}`);
  played.value = { lookup, shown: 0, isPlaying: true };
  goOn();
}

export function pause(): void {
  clearTimeout(timer);
  if (played.peek() !== undefined) played.value = { ...played.peek()!, isPlaying: false };
}

/** Shows so many hops, and stops there. */
export function showHops(shown: number): void {
  pause();
  if (played.peek() !== undefined) played.value = { ...played.peek()!, shown };
}

export function resume(): void {
  const now = played.peek();
  if (now === undefined) return;
  played.value = { ...now, isPlaying: true, shown: now.shown === now.lookup.hops.length ? 0 : now.shown };
  goOn();
}

function goOn(): void {
  clearTimeout(timer);
  const now = played.peek();
  if (now === undefined || !now.isPlaying) return;
  const hop = now.lookup.hops[now.shown];
  if (hop === undefined) {
    played.value = { ...now, isPlaying: false };
    return;
  }
  const pauseMs = Math.min(Math.max(SLOWER * hop.milliseconds, SHORTEST_MS), LONGEST_MS);
  timer = setTimeout(() => {
    const then = played.peek();
    if (then !== undefined) played.value = { ...then, shown: then.shown + 1 };
    goOn();
  }, pauseMs);
}
