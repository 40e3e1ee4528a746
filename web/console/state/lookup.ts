/** A lookup, asked of a phone and then played hop by hop. */
import { signal } from '@preact/signals';
import type { NetworkLookup } from '../../../services/gateway/client/contract.ts';
import { ask } from './gateway.ts';

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

export const played = signal<PlayedLookup | undefined>(undefined);
let timer: ReturnType<typeof setTimeout> | undefined;

/** Has phone n look a key up, and plays the way. Throws what `ask` throws. */
export async function play(n: number, key: string): Promise<void> {
  const lookup = await ask<NetworkLookup>(`/v1/network/lookup/${encodeURIComponent(key)}?from=${n}`);
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
