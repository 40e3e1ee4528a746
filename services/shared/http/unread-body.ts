/**
 * Answers that are given before the request has come in whole, such as 413. A connection that is closed with bytes unread
 * is reset, and whoever still writes then may never see the answer (RFC 9112, section 9.6). So the answer is written, the
 * rest of the body is read and thrown away, and only then the connection is closed or used again.
 */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';

export interface LingerBounds {
  /** Who sends more than this after the answer is cut off, bytes. */
  readonly bytes: number;
  /** Who takes longer is, too, ms. Less than a whole request may take. */
  readonly ms: number;
}

const DEFAULT_BOUNDS: LingerBounds = { bytes: 64 * 1024 * 1024, ms: 20_000 };

/** Lets every answer be read by who is still sending the request. */
export function lingerOverUnreadBodies(app: FastifyInstance, bounds = DEFAULT_BOUNDS): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const answer = answerOf(payload);
    if (answer === undefined || !isUnread(request.raw)) return payload;
    if (!(answer instanceof Readable)) reply.header('content-length', answer.length);
    return Readable.from(withRest(answer, request.raw, bounds), { objectMode: false });
  });
}

/** What can be sent and then waited upon; undefined for answers without a body, which end with their head. */
function answerOf(payload: unknown): Buffer | Readable | undefined {
  if (typeof payload === 'string') return Buffer.from(payload);
  return Buffer.isBuffer(payload) || payload instanceof Readable ? payload : undefined;
}

function isUnread(body: IncomingMessage): boolean {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = body.headers;
  return !body.complete && !body.readableEnded && (encoding !== undefined || length !== '0');
}

async function* withRest(answer: Buffer | Readable, body: IncomingMessage, bounds: LingerBounds) {
  if (answer instanceof Readable) yield* answer;
  else yield answer;
  await readToEnd(body, bounds);
}

/** Ends with the body, with its connection, or at a bound: then the connection closes once the answer is written. */
async function readToEnd(body: IncomingMessage, { bytes, ms }: LingerBounds): Promise<void> {
  if (!isUnread(body) || body.destroyed) return;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  let left = bytes;
  const count = (chunk: Buffer): void => {
    left -= chunk.length;
    if (left < 0) resolve(false);
  };
  const timer = setTimeout(() => resolve(false), ms);
  body.on('data', count);
  for (const ending of ['end', 'close', 'error']) body.once(ending, () => resolve(true));
  body.resume();
  const isEnded = await promise;
  clearTimeout(timer);
  body.off('data', count);
  if (!isEnded) body.socket.destroySoon();
}
