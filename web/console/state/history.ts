/** How many phones were in which state over the last minutes, a row a second. */
import { signal } from '@preact/signals';
import { phones, repeat } from './phones.ts';

const EVERY_MS = 1_000;
const KEPT = 600;

/** Times in s since the epoch, phones alive, suspected, dead. */
export const population = signal<readonly (readonly number[])[]>([[], [], [], []]);

export function followHistory(): () => void {
  return repeat(EVERY_MS, async () => {
    if (phones.peek().length === 0) return;
    const count = (state: string): number => phones.peek().filter((phone) => phone.state === state).length;
    const row = [Date.now() / 1_000, count('alive'), count('suspected'), count('dead')];
    population.value = population.peek().map((column, i) => [...column, row[i]!].slice(-KEPT));
  });
}
