/** What browsers are told: nothing here is a page, nothing is to be guessed at, and which other origins may ask. */
import type { FastifyInstance } from 'fastify';

const ALLOWED_HEADERS = 'authorization, content-type, idempotency-key, if-match, if-none-match, last-event-id';
const EXPOSED_HEADERS =
  'etag, location, retry-after, ratelimit-limit, ratelimit-remaining, ratelimit-reset, idempotency-replayed, x-request-id';
const PREFLIGHT_SECONDS = '600';

/** Headers of every answer. */
export const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

/**
 * Sets security headers on every answer, and CORS headers for the origins that are allowed (none by default). No
 * cookies are used, so credentials are never allowed.
 */
export function secureBrowsers(
  app: FastifyInstance,
  allowedOrigins: readonly string[],
  allowedMethods: (path: string) => readonly string[],
): void {
  const allowed = new Set(allowedOrigins);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'x-request-id': request.id, ...SECURITY_HEADERS });
    const origin = request.headers.origin;
    if (allowed.size === 0) return undefined;
    reply.header('vary', 'Origin');
    if (origin === undefined || !allowed.has(origin)) return undefined;
    reply.headers({
      'access-control-allow-origin': origin,
      'access-control-expose-headers': EXPOSED_HEADERS,
      'cross-origin-resource-policy': 'cross-origin',
    });
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined)
      return undefined;
    const methods = allowedMethods(request.url.split('?', 1)[0]!);
    reply.headers({
      'access-control-allow-methods': methods.join(', '),
      'access-control-allow-headers': ALLOWED_HEADERS,
      'access-control-max-age': PREFLIGHT_SECONDS,
    });
    return reply.code(204).send();
  });
}
