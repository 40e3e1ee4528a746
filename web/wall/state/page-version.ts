/** Which build of the page this is, and whether the phone has a newer one. */
import { signal } from '@preact/signals';
import { TAKE_OVER, WHICH_VERSION } from '../../service-worker/messages.ts';
import { THIS_VERSION } from '../../service-worker/this-version.ts';

/** A newer version is on this device and waits to be used. */
export const hasNewVersion = signal(false);

/** Pages stay open for days on phones: how often to look whether there is a newer one. */
const LOOK_EVERY_MS = 3_600_000;

let waiting: ServiceWorker | null = null;

/**
 * Keeps the page on the device from now on, and looks for newer versions of it. Only on secure origins (localhost, or
 * HTTPS): without, the page works, but does not open offline.
 */
export async function keepPage(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  try {
    const registration = await navigator.serviceWorker.register('./service-worker.js');
    const consider = (): void => void considerWaiting(registration.waiting);
    registration.addEventListener('updatefound', () => {
      registration.installing?.addEventListener('statechange', consider);
    });
    consider();
    const look = (): void => void registration.update().catch(() => undefined);
    setInterval(look, LOOK_EVERY_MS);
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') look();
    });
  } catch {
    // The browser forbids it: the same as where there is none.
  }
}

/** Lets the newer version take over, and shows it. */
export function useNewVersion(): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
  if (waiting !== null) takeOver(waiting);
}

/** A worker that waits is of this very page when that was read anew before the worker came. */
async function considerWaiting(worker: ServiceWorker | null): Promise<void> {
  if (worker === null || navigator.serviceWorker.controller === null) return;
  if ((await versionOf(worker)) === THIS_VERSION) {
    takeOver(worker);
    return;
  }
  waiting = worker;
  hasNewVersion.value = true;
}

function takeOver(worker: ServiceWorker): void {
  worker.postMessage(TAKE_OVER, []);
}

async function versionOf(worker: ServiceWorker): Promise<unknown> {
  const { port1, port2 } = new MessageChannel();
  return await new Promise((resolve) => {
    port1.addEventListener('message', ({ data }: MessageEvent<unknown>) => resolve(data));
    port1.start();
    worker.postMessage(WHICH_VERSION, [port2]);
  });
}
