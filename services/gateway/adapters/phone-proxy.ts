/**
 * Hands a request on to a phone and its answer back, both as streams: nothing is read into memory, events arrive as
 * they are sent, and when one side hangs up the other is hung up on.
 */
import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseHostPort } from '../../shared/runtime/network/host-port.ts';
import { Problem } from '../core/problem.ts';
import { answerHeaders, requestHeaders } from './proxy-headers.ts';

export interface ProxyTimeouts {
  /** For the connection to stand, ms. */
  readonly connectMs: number;
  /** From then until the head of the answer, ms. */
  readonly answerMs: number;
  /** Longest silence within an answer, ms: event streams beat more often. */
  readonly idleMs: number;
}

const DEFAULT_TIMEOUTS: ProxyTimeouts = { connectMs: 3_000, answerMs: 60_000, idleMs: 60_000 };
/** A phone's own bound is 2,048 connections. */
const SOCKETS_PER_PHONE = 512;
const FREE_SOCKETS_PER_PHONE = 8;
/** Less than the phones keep an idle connection. */
const KEEP_ALIVE_MS = 30_000;

/** Where a request goes. */
export interface ProxyTarget {
  readonly n: number;
  /** host:port of the phone's REST API. */
  readonly api: string;
  /** What the phone is asked for: a path and perhaps a query. */
  readonly path: string;
  /** What stands before the phone's own paths here: `/phones/3`. */
  readonly prefix: string;
}

export class PhoneProxy {
  readonly #callerOf: (request: FastifyRequest) => string;
  readonly #timeouts: ProxyTimeouts;
  readonly #agent = new Agent({
    keepAlive: true,
    maxSockets: SOCKETS_PER_PHONE,
    maxFreeSockets: FREE_SOCKETS_PER_PHONE,
    timeout: KEEP_ALIVE_MS,
  });

  /** `callerOf`: the address of who sent a request, which phones are told. */
  constructor(callerOf: (request: FastifyRequest) => string, timeouts: Partial<ProxyTimeouts> = {}) {
    this.#callerOf = callerOf;
    this.#timeouts = { ...DEFAULT_TIMEOUTS, ...timeouts };
  }

  close(): void {
    this.#agent.destroy();
  }

  /** Answers with what the phone answers. Throws Problem phone-unreachable or phone-silent. */
  async forward(request: FastifyRequest, reply: FastifyReply, target: ProxyTarget): Promise<FastifyReply> {
    try {
      const response = await this.#ask(request, reply, target, true);
      reply.code(response.statusCode!);
      for (const [name, value] of answerHeaders(response, target.prefix)) reply.header(name, value);
      // The rest of a body that the phone did not want stands in the way of a further request on this connection.
      if (!request.raw.complete) reply.header('connection', 'close');
      return reply.send(response);
    } catch (error) {
      // Nobody is left to be told.
      if (reply.raw.destroyed) return reply.hijack();
      throw error;
    }
  }

  async #ask(
    request: FastifyRequest,
    reply: FastifyReply,
    target: ProxyTarget,
    mayRetry: boolean,
  ): Promise<IncomingMessage> {
    const call = this.#open(request, target);
    const hangUp = (): void => void call.destroy();
    reply.raw.once('close', hangUp);
    const hasBody = hasBodyOf(request);
    try {
      const answer = answerOf(call, target, this.#timeouts);
      // A phone may answer before it has read all, and then stop reading: what counts is its answer. The rest is thrown
      // away then (unread-body.ts); `pipeline` would close the caller's connection before they have read it.
      if (hasBody) request.raw.pipe(call).once('close', () => request.raw.resume());
      else call.end();
      const response = await answer;
      // What a phone has answered for good it is sent no more of.
      response.once('end', () => !call.writableFinished && call.destroy());
      call.setTimeout(this.#timeouts.idleMs, () => response.destroy(new Error('the phone fell silent')));
      return response;
    } catch (error) {
      reply.raw.off('close', hangUp);
      call.destroy();
      const isStale = call.reusedSocket && !hasBody && isSafe(request.method) && isUnreachable(error);
      if (isStale && mayRetry && !reply.raw.destroyed) return await this.#ask(request, reply, target, false);
      throw error;
    }
  }

  #open(request: FastifyRequest, { api, path, prefix }: ProxyTarget): ClientRequest {
    const address = parseHostPort(api);
    if (address === undefined) throw new Error(`${api} is no address`);
    const headers = requestHeaders(request, { api, prefix, caller: this.#callerOf(request) });
    return httpRequest({ ...address, path, method: request.method, headers, agent: this.#agent, setHost: false });
  }
}

/** The head of the answer. Rejects with a Problem. */
function answerOf(call: ClientRequest, { n }: ProxyTarget, timeouts: ProxyTimeouts): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  let timer: NodeJS.Timeout | undefined;
  const within = (ms: number, what: string): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      reject(new Problem('phone-silent', `Phone ${n} ${what} within ${ms} ms.`));
      call.destroy();
    }, ms);
  };
  const connected = (): void => within(timeouts.answerMs, 'did not answer');
  within(timeouts.connectMs, 'took no connection');
  call.once('socket', (socket) => {
    if (socket.connecting) socket.once('connect', connected);
    else connected();
  });
  call.once('response', resolve);
  call.on('error', (error) => {
    reject(new Problem('phone-unreachable', `Phone ${n}: ${error.message}.`, { cause: error }));
  });
  return promise.finally(() => clearTimeout(timer));
}

function hasBodyOf({ headers }: FastifyRequest): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/** Methods that may be repeated when a connection turns out to have been closed before. */
function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

function isUnreachable(error: unknown): boolean {
  return error instanceof Problem && error.slug === 'phone-unreachable';
}
