/** Whether this phone lives, whether it can serve, and its metrics. */
import { RingState } from '../../../proto/gen/ringwall/chord/v1/chord.ts';
import { processRoutes } from '../../shared/http/process-routes.ts';
import { Type } from '../../shared/http/type.ts';
import { asProblem } from '../adapters/chord-ring.ts';
import { Problem } from '../core/problem.ts';
import type { WallRoutes } from './route-context.ts';

const READY_TIMEOUT_MS = 2_000;

export const healthRoutes: WallRoutes = async (app, { context }) => {
  await app.register(processRoutes, { registry: context.registry });

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
};
