/** The wall API as a Fastify application, apart from where it listens: tests drive it by `inject`. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { callerAddress } from '../shared/http/caller-address.ts';
import { documentationRoutes } from '../shared/http/documentation.ts';
import { createHttpApp } from '../shared/http/http-app.ts';
import { problemRoutes } from '../shared/http/problem-routes.ts';
import { limitRates } from '../shared/http/rate-limit.ts';
import { instrument } from '../shared/runtime/metrics/metrics.ts';
import { AddressRanges } from '../shared/runtime/network/address-ranges.ts';
import { parseHostPort } from '../shared/runtime/network/host-port.ts';
import { PROBLEMS } from './core/problem.ts';
import { WALL_API } from './plugins/api-description.ts';
import { answerNotModified } from './plugins/entity-tag.ts';
import type { IdempotencyStore } from './plugins/idempotency.ts';
import { honourIdempotencyKeys } from './plugins/idempotency.ts';
import { WALL_METRICS } from './plugins/request-metrics.ts';
import { guardSessions } from './plugins/session-guard.ts';
import { measureSocial } from './plugins/social-metrics.ts';
import { ALL_ROUTES } from './routes/all.ts';
import type { RouteContext, WallRoutes } from './routes/route-context.ts';

export interface AppOptions {
  readonly context: RouteContext;
  readonly idempotency: IdempotencyStore;
  /** Tests only: fail requests whose answer does not match its schema. In service answers are not checked. */
  readonly checkAnswers?: boolean;
  /** Tests only: routes in place of all. */
  readonly routes?: readonly WallRoutes[];
}

/** Makes the application; the caller listens or injects, and closes it. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { context } = options;
  const { sessions, people, settings, registry } = context;
  const read = { sessions: () => sessions.size, people: () => people.size };
  const { app, table } = createHttpApp({
    logger: context.logger,
    instruments: instrument(registry, WALL_METRICS, read),
    bodyLimitBytes: settings.bodyLimitBytes,
    allowedOrigins: settings.allowedOrigins,
    hosts: [...settings.hosts, parseHostPort(context.phone.address)?.host ?? ''],
    checkAnswers: options.checkAnswers,
  });
  measureSocial(registry, context.social);
  guardSessions(app, sessions);
  const { rateCapacity: capacity, ratePerSecond: perSecond, idempotencyMs: keepMs } = settings;
  const proxies = new AddressRanges(settings.proxies);
  limitRates(app, {
    ...{ capacity, perSecond, now: context.now },
    callerOf: (request) => callerOf(request, proxies),
  });
  honourIdempotencyKeys(app, { store: options.idempotency, crypto: context.crypto, now: context.now, keepMs });
  answerNotModified(app);
  for (const routes of options.routes ?? ALL_ROUTES) await app.register(routes, { context });
  await app.register(problemRoutes, { problems: PROBLEMS });
  await app.register(documentationRoutes, { table, api: WALL_API });
  await app.ready();
  return app;
}

/** Rates are a person's where there is a session, else those of an address. */
function callerOf(request: FastifyRequest, proxies: AddressRanges): string {
  return request.person === undefined ? `ip ${callerAddress(request, proxies)}` : `person ${request.person.person}`;
}
