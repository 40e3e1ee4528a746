/** Whether a service's process lives, and its metrics; whether it can serve is its own to say. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Registry } from '../runtime/metrics/metrics.ts';
import { Type } from './type.ts';

export const processRoutes: FastifyPluginAsyncTypebox<{ readonly registry: Registry }> = async (app, { registry }) => {
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
      reply.header('content-type', registry.contentType).serializer(String);
      return await registry.metrics();
    },
  );
};
