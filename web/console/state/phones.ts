/** All phones and how each is, as the gateway knows them. */
import { computed, signal } from '@preact/signals';
import type { GatewayPhone } from '../../../services/gateway/client/contract.ts';
import { turnOf } from '../ring/ring-geometry.ts';
import { ask } from './gateway.ts';

export type ShownPhone = GatewayPhone & { readonly id: string; readonly turn: number };

const POLL_MS = 1_000;

export const phones = signal<readonly GatewayPhone[]>([]);
/** Those that have a place on the ring, in its order. */
export const placed = computed<readonly ShownPhone[]>(() =>
  phones.value
    .flatMap((phone) => (phone.id === null ? [] : [{ ...phone, id: phone.id, turn: turnOf(phone.id) }]))
    .sort((a, b) => a.turn - b.turn),
);
export const byId = computed(() => new Map(placed.value.map((phone) => [phone.id, phone])));
export const alive = computed(() => placed.value.filter(({ state }) => state === 'alive'));
/** The phone that is looked at: its number. */
export const chosen = signal<number | undefined>(undefined);
/** Phones picked for the lab, by number. */
export const picked = signal<ReadonlySet<number>>(new Set());

/** Keeps the list fresh until the function it gives is called. */
export function followPhones(): () => void {
  return repeat(POLL_MS, async (abort) => {
    const { items } = await ask<{ readonly items: readonly GatewayPhone[] }>('/v1/phones', abort);
    phones.value = items;
  });
}

/** Does something again and again, each time a while after the last; faults are for the next time. */
export function repeat(everyMs: number, work: (abort: AbortSignal) => Promise<void>): () => void {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const turn = async (): Promise<void> => {
    if (!document.hidden) await work(controller.signal).catch(() => undefined);
    if (!controller.signal.aborted) timer = setTimeout(() => void turn(), everyMs);
  };
  void turn();
  return () => {
    controller.abort();
    clearTimeout(timer);
  };
}
