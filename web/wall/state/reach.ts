/** Whether the phone is there: once it was not, it is asked until it answers again. */
import { effect } from '@preact/signals';
import { api, isReached } from './session.ts';

const PROBE_MS = 3_000;

export function followReach(): void {
  const probe = (): void => void api.open('/healthz').catch(() => undefined);
  effect(() => {
    if (isReached.value) return undefined;
    const timer = setInterval(probe, PROBE_MS);
    addEventListener('online', probe);
    return () => {
      clearInterval(timer);
      removeEventListener('online', probe);
    };
  });
}
