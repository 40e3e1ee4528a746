/**
 * Keeps the wall's page on the device, so that it opens while the phone cannot be reached. Nothing of the API is kept
 * here: what people read is kept by the page, which says how old it is.
 */
const worker = globalThis as unknown as ServiceWorkerGlobalScope;

const CACHE = 'ringwall-page-1';

worker.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      await cache.add(new Request('./', { cache: 'reload' }));
      await worker.skipWaiting();
    })(),
  );
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(worker.clients.claim());
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
