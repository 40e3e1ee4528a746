/** All phones and how each is, as the gateway tells of them, and those that somebody looks at or has picked. */
import { computed, signal } from '@preact/signals';
import type { GatewayPhone } from '../../../services/gateway/client/contract.ts';
import { inOrder, type Mark, marksOf, withChanges } from './phone-list.ts';

export const phones = signal<readonly GatewayPhone[]>([]);
let lastMarks: readonly Mark[] = [];
/** Those on the ring, in its order. A new list only when something that is drawn has changed, so drawings follow this. */
export const marks = computed<readonly Mark[]>(() => (lastMarks = marksOf(phones.value, lastMarks)));
export const markById = computed(() => new Map(marks.value.map((mark) => [mark.id, mark])));
export const byId = computed(
  () => new Map(phones.value.flatMap((phone) => (phone.id === null ? [] : [[phone.id, phone]]))),
);
/** In the order of their numbers. */
export const alive = computed(() => marks.value.filter(({ state }) => state === 'alive').sort((a, b) => a.n - b.n));
/** The phone that is looked at: its number. */
export const chosen = signal<number | undefined>(undefined);
/** Phones picked for the lab, by number. */
export const picked = signal<ReadonlySet<number>>(new Set());
/** The phone that questions go to: the one that is looked at while it lives, else the first that does. */
export const asked = computed(() => alive.value.find(({ n }) => n === chosen.value) ?? alive.value[0]);

export function takeAll(all: readonly GatewayPhone[]): void {
  phones.value = inOrder(all);
}

export function takeChanges(changed: readonly GatewayPhone[], forgotten: readonly number[]): void {
  phones.value = withChanges(phones.peek(), changed, forgotten);
}

/** Picks a phone, or drops it; beside the others that are picked, or in their place. */
export function pick(n: number, isAdding: boolean): void {
  const before = picked.peek();
  const others = isAdding ? [...before].filter((other) => other !== n) : [];
  picked.value = new Set(isAdding && before.has(n) ? others : [...others, n]);
}
