/**
 * The gateway's event stream while the page is looked at: a snapshot takes the place of all that was known, what changes
 * comes after it. The browser comes back by itself after an interruption and goes on where it was.
 */
import { batch } from '@preact/signals';
import type { LabEvent, NetworkSnapshot, PhoneChanges, Pulse } from '../../../services/gateway/client/contract.ts';
import { isReached, urlOf } from './gateway.ts';
import { noteDoing, refreshLab } from './lab.ts';
import { takeAll, takeChanges } from './phones.ts';
import { takePulse } from './pulses.ts';

/** After the browser has given up, as on an answer that is no stream. */
const RETRY_MS = 3_000;

/** Follows it until the function it gives is called. */
export function followEvents(): () => void {
  let stream: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const close = (): void => {
    clearTimeout(timer);
    stream?.close();
    stream = undefined;
  };
  const open = (): void => {
    close();
    stream = listen();
    stream.addEventListener('error', () => {
      isReached.value = false;
      if (stream?.readyState === EventSource.CLOSED) timer = setTimeout(open, RETRY_MS);
    });
  };
  // Nobody is asked for what nobody sees.
  const onVisibility = (): void => (document.hidden ? close() : open());
  document.addEventListener('visibilitychange', onVisibility);
  onVisibility();
  return () => {
    document.removeEventListener('visibilitychange', onVisibility);
    close();
  };
}

function listen(): EventSource {
  const stream = new EventSource(urlOf('/v1/events'));
  const on = <Data>(name: string, take: (data: Data) => void): void =>
    stream.addEventListener(name, ({ data }: MessageEvent<string>) => batch(() => take(JSON.parse(data) as Data)));
  stream.addEventListener('open', () => {
    isReached.value = true;
    // What was done in the lab meanwhile is not known.
    void refreshLab();
  });
  on<NetworkSnapshot>('snapshot', ({ phones, pulse }) => {
    takeAll(phones);
    takePulse(pulse);
  });
  on<PhoneChanges>('phones', ({ changed, forgotten }) => takeChanges(changed, forgotten));
  on<Pulse>('pulse', takePulse);
  on<LabEvent>('lab', (event) => {
    if (event.phase !== undefined && event.phase !== 'step') void refreshLab();
    noteDoing(event);
  });
  return stream;
}
