/** Who may change things: those who show the admin token. */
import type { FastifyInstance } from 'fastify';
import { BearerToken } from '../../shared/runtime/bearer-token.ts';
import { Problem } from '../core/problem.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Takes requests only with the admin token. */
    admin?: boolean;
  }
}

const HOW_TO_SWITCH_ON =
  'The gateway was started without RINGWALL_ADMIN_TOKEN. For phones in containers docker-compose.lab.yml switches the ' +
  'lab on: npm run containers -- up --lab.';

/** Answers for routes with `admin: true`: lab-off without a token to show, 401 when another or none is shown. */
export function guardAdmin(app: FastifyInstance, adminToken: string | undefined): void {
  const token = adminToken === undefined ? undefined : new BearerToken(adminToken);
  app.addHook('onRequest', async (request) => {
    if (request.routeOptions.config.admin !== true) return;
    if (token === undefined) throw new Problem('lab-off', HOW_TO_SWITCH_ON);
    const { authorization } = request.headers;
    if (authorization === undefined) {
      throw new Problem('admin-token-required', undefined, { headers: { 'www-authenticate': 'Bearer' } });
    }
    if (token.isShownBy(authorization)) return;
    throw new Problem('admin-token-wrong', undefined, {
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    });
  });
}
