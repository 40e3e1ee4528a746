/**
 * Keeps the wall's page on the device, so that it opens while the phone cannot be reached. Nothing of the API is kept
 * here: what people read is kept by the page, which says how old it is.
 *
 * Each build of the page has a worker and a cache of its own. A new worker waits beside the old one until the page lets
 * it take over (state/page-version.ts), and then removes what the old one kept.
 */
import { TAKE_OVER, WHICH_VERSION } from './messages.ts';
import { THIS_VERSION } from './this-version.ts';

const worker = globalThis as unknown as ServiceWorkerGlobalScope;

/** Phones behind one gateway share an origin, so each page's caches are told by where it lies. */
const OWN_CACHES = `ringwall ${new URL(worker.registration.scope).pathname} `;
const CACHE = OWN_CACHES + THIS_VERSION;
/** What the page loads, as its HTML names it. */
const ASSET = /"\.\/(assets\/[^"]+)"/g;

worker.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      const page = await fetch('./', { cache: 'reload' });
      if (!page.ok) throw new Error(`the page was answered with ${page.status}`);
      const html = await page.clone().text();
      await cache.put('./', page);
      await cache.addAll(Array.from(html.matchAll(ASSET), ([, path]) => path!));
    })(),
  );
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      const outdated = (await caches.keys()).filter((name) => name.startsWith(OWN_CACHES) && name !== CACHE);
      await Promise.all(outdated.map((name) => caches.delete(name)));
      await worker.clients.claim();
    })(),
  );
});

worker.addEventListener('message', (event) => {
  if (event.data === TAKE_OVER) event.waitUntil(worker.skipWaiting());
  if (event.data === WHICH_VERSION) event.ports[0]?.postMessage(THIS_VERSION);
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET') return;
  const path = new URL(request.url).pathname.slice(new URL(worker.registration.scope).pathname.length);
  if (request.mode === 'navigate' && path === '') event.respondWith(freshPage(request));
  else if (path.startsWith('assets/')) event.respondWith(keptAsset(request));
});

/** The page as the phone has it now, else as it was last seen. */
async function freshPage(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put('./', response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match('./');
    if (kept === undefined) throw error;
    return kept;
  }
}

/** Names of assets hold a hash of their content: what is kept stays true. */
async function keptAsset(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept !== undefined) return kept;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}
