/** Every error leaves as application/problem+json (RFC 9457), whoever raised it, and never with a stack. */
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HttpProblem, RequestProblem, type RequestProblemSlug } from '../core/problem.ts';
import { ID_PATTERN } from './schema.ts';
import type { SchemaFault } from './validation.ts';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** Fastify's errors that are the sender's doing. */
const FASTIFY_PROBLEMS: Readonly<Record<string, RequestProblemSlug>> = {
  FST_ERR_BAD_URL: 'bad-request',
  FST_ERR_MAX_PARAM_LENGTH: 'uri-too-long',
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload-too-large',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'empty-body',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed-json',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'bad-request',
};

/** Faults of a request, as its schemas' validator throws them. */
export class RequestFaults extends Error {
  readonly part: string;
  readonly faults: readonly SchemaFault[];

  constructor(part: string, faults: readonly SchemaFault[]) {
    super('the request does not match its schema');
    this.part = part;
    this.faults = faults;
  }
}

/** Fastify's name of the id of a request; the same text stands in its log lines. */
export function newRequestId(): string {
  return `urn:uuid:${randomUUID()}`;
}

/** Writes errors as problems, and answers requests for what is not there. `allowedMethods` tells a 405 from a 404. */
export function answerProblems(app: FastifyInstance, allowedMethods: (path: string) => readonly string[]): void {
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0]!;
    const allowed = allowedMethods(path);
    const problem =
      allowed.length === 0
        ? new RequestProblem('not-found')
        : new RequestProblem('method-not-allowed', undefined, { headers: { allow: allowed.join(', ') } });
    return sendProblem(problem, request, reply);
  });
}

/** Also for errors that Fastify meets before it has a route (`frameworkErrors`). */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error, request);
  if (problem.status >= 500) {
    request.log.error({ err: problem.cause ?? error, slug: problem.slug }, 'request failed');
  }
  return reply
    .removeHeader('etag')
    .code(problem.status)
    .headers(problem.headers)
    .header('x-request-id', request.id)
    .header('content-type', PROBLEM_MEDIA_TYPE)
    .serializer((document) => JSON.stringify(document))
    .send(documentOf(problem, request.id));
}

/** The problem's JSON document. */
function documentOf(problem: HttpProblem, instance: string): Readonly<Record<string, unknown>> {
  const { type, title, status, detail, members } = problem;
  return { type, title, status, ...(detail === undefined ? {} : { detail }), instance, ...members };
}

function problemOf(error: unknown, request: FastifyRequest): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof RequestFaults) {
    return error.part === 'body' && request.body === undefined
      ? new RequestProblem('empty-body')
      : problemOfFaults(error);
  }
  const { code, statusCode } = error as FastifyError;
  const slug =
    FASTIFY_PROBLEMS[code] ?? (error instanceof SyntaxError && statusCode === 400 ? 'malformed-json' : undefined);
  if (slug === undefined) return new RequestProblem('internal-error', undefined, { cause: error });
  if (slug === 'payload-too-large') {
    const limitBytes = request.routeOptions.bodyLimit;
    return new RequestProblem(slug, `The bound is ${limitBytes} bytes.`, { members: { limitBytes } });
  }
  return new RequestProblem(slug);
}

/** Faults of a request as a problem; one in an id of the path alone is invalid-id. */
function problemOfFaults({ part, faults }: RequestFaults): HttpProblem {
  const errors = faults.map(({ pointer, detail }) => ({ in: part, pointer, detail }));
  const [only] = faults;
  if (part === 'params' && faults.length === 1 && only!.wanted === ID_PATTERN) {
    return new RequestProblem('invalid-id', `${only!.pointer.slice(1)} is no UUID.`, { members: { errors } });
  }
  return invalidRequest(errors);
}

export interface RequestError {
  /** body, query, params or headers. */
  readonly in: string;
  /** JSON pointer. */
  readonly pointer: string;
  readonly detail: string;
}

/** For faults that a schema cannot tell: listed like those it can. */
export function invalidRequest(errors: readonly RequestError[]): HttpProblem {
  const detail = errors.map((error) => `${error.in} ${error.pointer || '/'} ${error.detail}`).join('; ');
  return new RequestProblem('invalid-request', `${detail}.`, { members: { errors } });
}

const SOCKET_PROBLEMS: Readonly<Record<string, RequestProblemSlug>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
  HPE_HEADER_OVERFLOW: 'headers-too-large',
};

/**
 * For bytes that are no HTTP request: there is no reply to write with, only the socket. Gives the status; undefined when
 * there is nobody left to answer.
 */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): number | undefined {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return undefined;
  }
  const problem = new RequestProblem(SOCKET_PROBLEMS[error.code ?? ''] ?? 'bad-request');
  const body = JSON.stringify(documentOf(problem, newRequestId()));
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\nContent-Type: ${PROBLEM_MEDIA_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
  return problem.status;
}
