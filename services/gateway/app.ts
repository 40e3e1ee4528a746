/** The gateway as a Fastify application, apart from where it listens: tests drive it by `inject`. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { documentationRoutes } from '../shared/http/documentation.ts';
import { createHttpApp } from '../shared/http/http-app.ts';
import { problemRoutes } from '../shared/http/problem-routes.ts';
import { limitRates } from '../shared/http/rate-limit.ts';
import { GATEWAY_API } from './api-description.ts';
import { PROBLEMS } from './core/problem.ts';
import { guardAdmin } from './plugins/admin-guard.ts';
import { consoleRoutes } from './routes/console.ts';
import { eventRoutes } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { labRoutes } from './routes/lab.ts';
import { labScenarioRoutes } from './routes/lab-scenarios.ts';
import { landingRoutes } from './routes/landing.ts';
import { lookupRoutes } from './routes/lookups.ts';
import { networkRoutes } from './routes/network.ts';
import { phoneRoutes } from './routes/phones.ts';
import { proxyRoutes } from './routes/proxy.ts';
import { pulseRoutes } from './routes/pulse.ts';
import type { GatewayRoutes, RouteContext } from './routes/route-context.ts';

export interface AppOptions {
  readonly context: RouteContext;
  /** Names and addresses beside loopback under which it may be called. */
  readonly hosts: readonly string[];
  /** The address of who sent a request. */
  readonly callerOf: (request: FastifyRequest) => string;
  /** Folder of the built console. */
  readonly consoleFolder?: string | undefined;
  readonly adminToken: string | undefined;
  /** Tests only: fail requests whose answer does not match its schema. */
  readonly checkAnswers?: boolean | undefined;
}

const BODY_LIMIT_BYTES = 65_536;
/** Of the gateway's own API; what goes to phones is theirs to limit. */
const RATE = { capacity: 2_000, perSecond: 50 };
const ALL_ROUTES: readonly GatewayRoutes[] = [
  phoneRoutes,
  networkRoutes,
  lookupRoutes,
  pulseRoutes,
  eventRoutes,
  labRoutes,
  labScenarioRoutes,
  proxyRoutes,
  landingRoutes,
  healthRoutes,
];

/** Makes the application; the caller listens or injects, and closes it. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { context, hosts, callerOf, adminToken, consoleFolder, checkAnswers } = options;
  const { logger, instruments, now } = context;
  const { app, table } = createHttpApp({
    ...{ logger, instruments, hosts, checkAnswers },
    bodyLimitBytes: BODY_LIMIT_BYTES,
    allowedOrigins: [],
  });
  limitRates(app, { ...RATE, now, callerOf });
  guardAdmin(app, adminToken);
  for (const routes of ALL_ROUTES) await app.register(routes, { context });
  await app.register(consoleRoutes, { folder: consoleFolder });
  await app.register(problemRoutes, { problems: PROBLEMS });
  await app.register(documentationRoutes, { table, api: GATEWAY_API });
  await app.ready();
  return app;
}
