/** The wall API as a Fastify application, apart from where it listens: tests drive it by `inject`. */
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import { parseHostPort } from '../shared/runtime/host-port.ts';
import { SECURITY_HEADERS, secureBrowsers } from './plugins/browser-security.ts';
import { answerNotModified } from './plugins/entity-tag.ts';
import { checkHosts } from './plugins/host-check.ts';
import type { IdempotencyStore } from './plugins/idempotency.ts';
import { honourIdempotencyKeys } from './plugins/idempotency.ts';
import { answerBrokenRequest, answerProblems, newRequestId, sendProblem } from './plugins/problem-details.ts';
import { limitRates } from './plugins/rate-limit.ts';
import { RequestMetrics } from './plugins/request-metrics.ts';
import { RouteTable } from './plugins/route-table.ts';
import { schemaCompilers } from './plugins/schema-compilers.ts';
import { guardSessions } from './plugins/session-guard.ts';
import { measureSocial } from './plugins/social-metrics.ts';
import { ALL_ROUTES } from './routes/all.ts';
import { documentationRoutes } from './routes/documentation.ts';
import type { RouteContext, WallRoutes } from './routes/route-context.ts';

export interface AppOptions {
  readonly context: RouteContext;
  readonly idempotency: IdempotencyStore;
  /** Tests only: fail requests whose answer does not match its schema. In service answers are not checked. */
  readonly checkAnswers?: boolean;
  /** Tests only: routes in place of all. */
  readonly routes?: readonly WallRoutes[];
}

/** A whole request must have arrived after this long. */
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 72_000;
const MAX_HEADER_BYTES = 16_384;
/** Longest segment of a path; ids take 36 characters. */
const MAX_PARAMETER_CHARACTERS = 128;
const MAX_CONNECTIONS = 2_048;

/** Makes the application; the caller listens or injects, and closes it. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { context } = options;
  const { sessions, people } = context;
  const metrics = new RequestMetrics(context.registry, { sessions: () => sessions.size, people: () => people.size });
  const app = newFastify(options, metrics);
  const table = new RouteTable();
  const allowedMethods = (path: string): readonly string[] => table.methodsOf(path);
  table.watch(app);
  app.server.maxConnections = MAX_CONNECTIONS;
  // A body of another media type than JSON is refused, not read.
  app.removeContentTypeParser('text/plain');
  answerProblems(app, allowedMethods);
  logRequests(app);
  metrics.watch(app);
  measureSocial(context.registry, context.social);
  secureBrowsers(app, context.settings.allowedOrigins, allowedMethods);
  checkHosts(app, [...context.settings.hosts, parseHostPort(context.phone.address)?.host ?? '']);
  guardSessions(app, sessions);
  const { rateCapacity: capacity, ratePerSecond: perSecond, idempotencyMs: keepMs } = context.settings;
  limitRates(app, { capacity, perSecond, now: context.now });
  honourIdempotencyKeys(app, { store: options.idempotency, crypto: context.crypto, now: context.now, keepMs });
  answerNotModified(app);
  for (const routes of options.routes ?? ALL_ROUTES) await app.register(routes, { context });
  await app.register(documentationRoutes, { context, table });
  await app.ready();
  return app;
}

function newFastify({ context, checkAnswers = false }: AppOptions, metrics: RequestMetrics): FastifyInstance {
  return Fastify({
    loggerInstance: context.logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: newRequestId,
    bodyLimit: context.settings.bodyLimitBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Node answers a request without Host by itself; plugins/host-check.ts does it with a problem.
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
    schemaController: { compilersFactory: schemaCompilers(checkAnswers) },
  }) as unknown as FastifyInstance;
}

/** One line a request: failures of the phone are errors, the rest is for those who debug. Neither bodies nor tokens. */
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
