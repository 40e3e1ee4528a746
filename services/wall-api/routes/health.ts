/** Whether this phone lives, whether it can serve, and its metrics. */
import { RingState } from '../../../proto/gen/ringwall/chord/v1/chord.ts';
import { Type } from '../../shared/http/type.ts';
import { asProblem } from '../adapters/chord-ring.ts';
import { Problem } from '../core/problem.ts';
import type { WallRoutes } from './route-context.ts';

const READY_TIMEOUT_MS = 2_000;

export const healthRoutes: WallRoutes = async (app, { context }) => {
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
        summary: 'Whether the phone is a member of the ring and can serve',
        description: '`settled` is false while it still fetches records it is responsible for; others serve them.',
        tags: ['service'],
        response: { 200: Type.Object({ status: Type.Literal('ready'), settled: Type.Boolean() }) },
      },
      config: { cost: 0, problems: ['ring-unavailable', 'ring-timeout'] },
    },
    async () => {
      const { state, settled } = await asProblem(context.chord.getStatus({}, { timeoutMs: READY_TIMEOUT_MS }));
      if (state !== RingState.MEMBER) throw new Problem('ring-unavailable', 'This phone is no member of the ring.');
      return { status: 'ready' as const, settled };
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
