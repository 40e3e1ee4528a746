/** Brings what the gateway sees to the hub: changed phones at once, the pulse while somebody listens. */
import type { PhoneBook } from '../core/phone-book.ts';
import type { EventHub } from './event-hub.ts';
import type { PhoneWatch } from './phone-watch.ts';

const TICK_MS = 500;
const TICKS_A_PULSE = 4;

export interface EventPumpParts {
  readonly book: PhoneBook;
  readonly hub: EventHub;
  readonly watch: PhoneWatch;
  /** A phone, and the pulse, as the API writes them. */
  readonly phoneText: (phone: PhoneBook['phones'][number]) => unknown;
  readonly pulseText: () => unknown;
}

/** Gives what ends it. */
export function pumpEvents(parts: EventPumpParts): () => void {
  const { book, hub, watch, phoneText, pulseText } = parts;
  let ticks = 0;
  const timer = setInterval(() => {
    if (hub.listeners > 0) watch.watched();
    const { changed, forgotten } = book.takeChanges();
    if (changed.length + forgotten.length > 0) hub.send('phones', { changed: changed.map(phoneText), forgotten });
    if (hub.listeners > 0 && ++ticks % TICKS_A_PULSE === 0) hub.send('pulse', pulseText());
  }, TICK_MS);
  timer.unref();
  return () => clearInterval(timer);
}
