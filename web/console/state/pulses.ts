/** The pulse of the network over the last minutes. */
import { signal } from '@preact/signals';
import type { Pulse } from '../../../services/gateway/client/contract.ts';

/** Ten minutes of one every two seconds. */
const KEPT_PULSES = 300;

/** The oldest first. */
export const pulses = signal<readonly Pulse[]>([]);

export function takePulse(pulse: Pulse): void {
  pulses.value = [...pulses.peek(), pulse].slice(-KEPT_PULSES);
}
