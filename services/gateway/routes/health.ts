/** Whether the gateway lives, whether it can serve, and its metrics. */
import { Type } from '../../shared/http/type.ts';
import { Problem } from '../core/problem.ts';
import type { GatewayRoutes } from './route-context.ts';

const RETRY_S = 2;

export const healthRoutes: GatewayRoutes = async (app, { context }) => {
  app.get(
    '/healthz',
    {
      schema: {
        summary: 'Whether the process lives',
        tags: ['service'],
        response: { 200: Type.Object({ status: Type.Literal('ok') }) },
      },
      config: { cost: 0 },
    },
    async () => ({ status: 'ok' as const }),
  );

  app.get(
    '/readyz',
    {
      schema: {
        summary: 'Whether some phone lives that requests can be handed to',
        tags: ['service'],
        response: { 200: Type.Object({ status: Type.Literal('ready'), alive: Type.Integer() }) },
      },
      config: { cost: 0, problems: ['no-phones'] },
    },
    async () => {
      const alive = context.book.phones.filter(({ state }) => state === 'alive').length;
      if (alive === 0) throw new Problem('no-phones', undefined, { retryAfterS: RETRY_S });
      return { status: 'ready' as const, alive };
    },
  );

  app.get(
    '/metrics',
    {
      schema: {
        summary: 'Metrics in the Prometheus text format',
        tags: ['service'],
        response: { 200: Type.String() },
      },
      config: { cost: 0, produces: 'text/plain' },
    },
    async (_request, reply) => {
      reply.header('content-type', context.registry.contentType).serializer(String);
      return await context.registry.metrics();
    },
  );
};
