/** What the churn lab can do here, and doing it. */
import { signal } from '@preact/signals';
import type { Lab } from '../../../services/gateway/client/contract.ts';
import { ask, send } from './gateway.ts';
import { repeat } from './phones.ts';

export const lab = signal<Lab | undefined>(undefined);
const POLL_MS = 2_000;

/** One request of the lab's API. */
export interface Deed {
  readonly path: string;
  readonly body?: unknown;
  readonly method?: 'POST' | 'DELETE';
}

export const deedOn = (n: number, deed: string): Deed => ({ path: `/v1/lab/phones/${n}/${deed}` });

/** Does one after the other, showing the admin token. Throws a ProblemError at the first that is refused. */
export async function perform(deeds: readonly Deed[]): Promise<void> {
  for (const { path, body, method = 'POST' } of deeds) await send(path, method, body);
}

/** Keeps what can be done fresh until the function it gives is called. */
export function followLab(): () => void {
  return repeat(POLL_MS, async (abort) => {
    lab.value = await ask<Lab>('/v1/lab', abort);
  });
}
