/** A Fastify application as all our APIs are: bounds, problems, security headers, metrics, one log line a request. */
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import type { Logger } from '../runtime/program/logging.ts';
import { SECURITY_HEADERS, secureBrowsers } from './browser-security.ts';
import { checkHosts } from './host-check.ts';
import { answerBrokenRequest, answerProblems, newRequestId, sendProblem } from './problem-details.ts';
import { type RequestInstruments, RequestMetrics } from './request-metrics.ts';
import { RouteTable } from './route-table.ts';
import { schemaCompilers } from './schema-compilers.ts';
import { lingerOverUnreadBodies } from './unread-body.ts';

export interface HttpAppOptions {
  readonly logger: Logger;
  readonly instruments: RequestInstruments;
  /** Largest body of a request, bytes; a route may allow more. */
  readonly bodyLimitBytes: number;
  /** Web origins whose pages may call the API. */
  readonly allowedOrigins: readonly string[];
  /** Names and addresses beside loopback under which it may be called. */
  readonly hosts: readonly string[];
  /** Tests only: fail requests whose answer does not match its schema. In service answers are not checked. */
  readonly checkAnswers?: boolean | undefined;
}

export interface HttpApp {
  readonly app: FastifyInstance;
  /** The routes as they are registered. */
  readonly table: RouteTable;
}

/** A whole request must have arrived after this long. */
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 72_000;
const MAX_HEADER_BYTES = 16_384;
/** Longest segment of a path; ids take 36 characters. */
const MAX_PARAMETER_CHARACTERS = 128;
const MAX_CONNECTIONS = 2_048;

/** Makes an application without routes. */
export function createHttpApp(options: HttpAppOptions): HttpApp {
  const metrics = new RequestMetrics(options.instruments);
  const app = newFastify(options, metrics);
  const table = new RouteTable();
  const allowedMethods = (path: string): readonly string[] => table.methodsOf(path);
  table.watch(app);
  app.server.maxConnections = MAX_CONNECTIONS;
  // A body of another media type than JSON is refused, not read.
  app.removeContentTypeParser('text/plain');
  answerProblems(app, allowedMethods);
  lingerOverUnreadBodies(app);
  logRequests(app);
  metrics.watch(app);
  secureBrowsers(app, options.allowedOrigins, allowedMethods);
  checkHosts(app, options.hosts);
  return { app, table };
}

function newFastify(options: HttpAppOptions, metrics: RequestMetrics): FastifyInstance {
  return Fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: newRequestId,
    bodyLimit: options.bodyLimitBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Node answers a request without Host by itself; host-check.ts does it with a problem.
    http: { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: REQUEST_TIMEOUT_MS, requireHostHeader: false },
    forceCloseConnections: true,
    routerOptions: { maxParamLength: MAX_PARAMETER_CHARACTERS },
    // No hook sees what is refused before it has a route.
    frameworkErrors: (error, request, reply) => {
      sendProblem(error, request, reply.headers(SECURITY_HEADERS));
      metrics.countUnrouted(request.method, reply.statusCode);
    },
    clientErrorHandler: (error, socket) => {
      const status = answerBrokenRequest(error, socket);
      if (status !== undefined) metrics.countUnrouted(undefined, status);
    },
    schemaController: { compilersFactory: schemaCompilers(options.checkAnswers ?? false) },
  }) as unknown as FastifyInstance;
}

/** One line a request: failures of the service are errors, the rest is for those who debug. Neither bodies nor tokens. */
function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const fields = {
      method: request.method,
      route: request.routeOptions.url,
      status: reply.statusCode,
      milliseconds: Math.round(reply.elapsedTime * 10) / 10,
    };
    if (reply.statusCode >= 500) request.log.warn(fields, 'request failed');
    else request.log.debug(fields, 'request answered');
  });
}
