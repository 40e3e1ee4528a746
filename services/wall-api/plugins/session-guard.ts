/** Who asks: reads `Authorization: Bearer TOKEN` and finds the person whose session it is. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { UnlockedPerson } from '../core/identity/person.ts';
import type { Sessions } from '../core/identity/session.ts';
import { Problem } from '../core/problem.ts';

/** How a route treats sessions; see routes/route-context.ts. */
export type SessionNeed = 'required' | 'optional';

declare module 'fastify' {
  interface FastifyRequest {
    person: UnlockedPerson | undefined;
  }
  interface FastifyContextConfig {
    session?: SessionNeed;
  }
}

const BEARER = /^Bearer +([A-Za-z0-9_-]{1,128}) *$/i;
const CHALLENGE = { headers: { 'www-authenticate': 'Bearer' } };

/** Sets `request.person` on every route whose config names a session need. */
export function guardSessions(app: FastifyInstance, sessions: Sessions): void {
  app.decorateRequest('person', undefined);
  app.addHook('onRequest', async (request) => {
    const need = request.routeOptions.config.session;
    if (need === undefined) return;
    const header = request.headers.authorization;
    if (header === undefined) {
      if (need === 'required') throw new Problem('session-required', undefined, CHALLENGE);
      return;
    }
    const token = bearerToken(request);
    request.person = token === undefined ? undefined : sessions.find(token);
    if (request.person === undefined) {
      throw new Problem('session-invalid', undefined, {
        headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
      });
    }
  });
}

/** The token a request shows; undefined when it shows none, or something that cannot be one. */
export function bearerToken(request: FastifyRequest): string | undefined {
  return BEARER.exec(request.headers.authorization ?? '')?.[1];
}

/** The person of a route with `session: 'required'`. */
export function personOf(request: FastifyRequest): UnlockedPerson {
  if (request.person === undefined) throw new Problem('session-required', undefined, CHALLENGE);
  return request.person;
}

/** The person of a route with `session: 'optional'`, when one is logged in. */
export function viewerOf(request: FastifyRequest): UnlockedPerson | undefined {
  return request.person;
}
