/** What is being written, kept on the device until it is posted. */
import { type Signal, useSignal } from '@preact/signals';
import type { Audience } from '../../../services/wall-api/client/contract.ts';
import { keep, recall } from './storage.ts';

export interface Draft {
  readonly text: Signal<string>;
  readonly audience: Signal<Audience>;
  write(change: Partial<Kept>): void;
  clear(): void;
}

interface Kept {
  readonly text: string;
  readonly audience: Audience;
}

const EMPTY: Kept = { text: '', audience: 'public' };

/** One for each post that is answered, and one for new posts. */
export function useDraft(inReplyTo: string | undefined): Draft {
  const name = `writing ${inReplyTo ?? ''}`;
  const kept = recall<Kept>(name) ?? EMPTY;
  const text = useSignal(kept.text);
  const audience = useSignal(kept.audience);
  const write = (change: Partial<Kept>): void => {
    text.value = change.text ?? text.peek();
    audience.value = change.audience ?? audience.peek();
    keep(name, text.peek() === '' ? undefined : { text: text.peek(), audience: audience.peek() });
  };
  return { text, audience, write, clear: () => write({ text: '' }) };
}
