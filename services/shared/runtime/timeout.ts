/**
 * Timeouts that do not blame others for our own sleep.
 *
 * When this process stood still (SIGSTOP, a suspended laptop, a starved machine), every timer is overdue at once
 * while the answers already wait in the sockets, which Node reads only after the timers. So a timeout that fires
 * late gives the answers one more chance before it counts.
 */
import type { Cancel } from '../core/scheduler.ts';

/** A timer this late means the process stood still, in ms. */
const STALLED_MS = 50;
/** What a timeout adds after a stall, at most, in ms. */
const GRACE_MS = 1_000;

export function startTimeout(ms: number, fire: () => void): Cancel {
  const dueAt = performance.now() + ms;
  let immediate: NodeJS.Immediate | undefined;
  let timer = setTimeout(() => {
    if (performance.now() - dueAt > STALLED_MS) {
      timer = setTimeout(fire, Math.min(ms, GRACE_MS));
    } else {
      immediate = setImmediate(fire);
    }
  }, ms);
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}
