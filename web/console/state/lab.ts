/** What the churn lab can do here, doing it, and what was done by anybody. */
import { signal } from '@preact/signals';
import type { Lab, LabEvent } from '../../../services/gateway/client/contract.ts';
import { faultText } from '../../shared/problem.ts';
import { ask, send } from './gateway.ts';

/** One request of the lab's API. */
export interface Deed {
  readonly path: string;
  readonly body?: unknown;
  readonly method?: 'POST' | 'DELETE';
}

const KEPT_DOINGS = 6;

export const lab = signal<Lab | undefined>(undefined);
/** What was done of late, by this page or elsewhere, the newest first. */
export const doings = signal<readonly LabEvent[]>([]);
/** What became of the last thing that was tried from here. */
export const outcome = signal<{ readonly said: string; readonly fault: string }>({ said: '', fault: '' });
export const isBusy = signal(false);

export const deedOn = (n: number, deed: string): Deed => ({ path: `/v1/lab/phones/${n}/${deed}` });

export function canDo(action: string): boolean {
  return lab.value?.actions.includes(action) ?? false;
}

export function noteDoing(event: LabEvent): void {
  // How far a scenario is has a place of its own.
  if (event.phase === 'playing' || event.phase === 'settling' || event.phase === 'mending') return;
  doings.value = [event, ...doings.peek()].slice(0, KEPT_DOINGS);
}

/** Asks anew what can be done; when nobody answers, what was known stays. */
export async function refreshLab(): Promise<void> {
  lab.value = await ask<Lab>('/v1/lab').catch(() => lab.peek());
}

/** Does one after the other, showing the admin token, up to the first that is refused; the outcome says how it went. */
export async function act(words: string, deeds: readonly Deed[]): Promise<void> {
  isBusy.value = true;
  outcome.value = { said: `${words} …`, fault: '' };
  try {
    for (const { path, body, method = 'POST' } of deeds) await send(path, method, body);
    outcome.value = { said: `${words}: done.`, fault: '' };
  } catch (error) {
    outcome.value = { said: '', fault: faultText(error) };
  } finally {
    isBusy.value = false;
  }
}
