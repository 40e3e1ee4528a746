/** Whether the gateway lives, whether it can serve, and its metrics. */
import { processRoutes } from '../../shared/http/process-routes.ts';
import { Type } from '../../shared/http/type.ts';
import { Problem } from '../core/problem.ts';
import type { GatewayRoutes } from './route-context.ts';

const RETRY_S = 2;

export const healthRoutes: GatewayRoutes = async (app, { context }) => {
  await app.register(processRoutes, { registry: context.registry });

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
};
