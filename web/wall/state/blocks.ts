/** Whom one has blocked since the page was opened: their posts go at once, wherever they are shown. */
import { signal } from '@preact/signals';
import { api } from './session.ts';

export const blockedNow = signal<ReadonlySet<string>>(new Set());

export async function block(person: string): Promise<void> {
  await api.ask(`/v1/blocks/${person}`, { method: 'PUT' });
  blockedNow.value = new Set([...blockedNow.peek(), person]);
}

export async function liftBlock(person: string): Promise<void> {
  await api.ask(`/v1/blocks/${person}`, { method: 'DELETE' });
  blockedNow.value = new Set([...blockedNow.peek()].filter((id) => id !== person));
}
