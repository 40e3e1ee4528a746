/**
 * Entity tags (RFC 9110, 8.8.3 and 13.1): a version of a resource, so that nobody overwrites what they have not seen.
 * A version is any text of visible ASCII without quotes; a record's hash does.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../core/problem.ts';

/** Tells the version of the resource that is being answered. */
export function setEtag(reply: FastifyReply, version: string): void {
  reply.header('etag', `"${version}"`);
}

/**
 * Holds a write to the version its sender saw. Throws precondition-failed when If-Match names another version than
 * `current` (undefined: the resource is not there), precondition-required when it is missing though `required`.
 */
export function checkIfMatch(
  request: FastifyRequest,
  current: string | undefined,
  options: { readonly required?: boolean } = {},
): void {
  const wanted = request.headers['if-match'];
  if (wanted === undefined) {
    if (options.required === true) throw new Problem('precondition-required');
    return;
  }
  if (current !== undefined && tagsOf(wanted).some((tag) => tag === '*' || tag === `"${current}"`)) return;
  throw new Problem(
    'precondition-failed',
    undefined,
    current === undefined ? {} : { headers: { etag: `"${current}"` } },
  );
}

/** Whether a GET names with If-None-Match what would be sent; for answers that cost something to make. */
export function isKnownToSender(request: FastifyRequest, version: string): boolean {
  const known = request.headers['if-none-match'];
  return known !== undefined && isAmong(known, `"${version}"`);
}

/** Answers 304 to a GET whose If-None-Match names what would be sent. */
export function answerNotModified(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const known = request.headers['if-none-match'];
    const etag = reply.getHeader('etag');
    if (known === undefined || typeof etag !== 'string' || reply.statusCode !== 200) return payload;
    if (request.method !== 'GET' && request.method !== 'HEAD') return payload;
    if (!isAmong(known, etag)) return payload;
    reply.code(304).removeHeader('content-length').removeHeader('content-type');
    return '';
  });
}

function isAmong(known: string, etag: string): boolean {
  return tagsOf(known).some((tag) => tag === '*' || tag.replace(/^W\//, '') === etag);
}

function tagsOf(header: string): string[] {
  return header.split(',', 32).map((tag) => tag.trim());
}
