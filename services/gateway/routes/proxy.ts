/** Everything under /phones/{n}/ is that phone's. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../core/problem.ts';
import type { GatewayRoutes, RouteContext } from './route-context.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const PHONE_PATH = /^\/phones\/(\d{1,6})(?=[/?]|$)([^?]*)(.*)$/;

export const proxyRoutes: GatewayRoutes = async (app, { context }) => {
  // Bodies go on unread, whatever they are.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  for (const url of ['/phones/:n', '/phones/:n/*']) {
    app.route({
      method: METHODS,
      url,
      schema: { hide: true },
      config: { cost: 0 },
      handler: (request, reply) => forward(context, request, reply),
    });
  }
};

async function forward(context: RouteContext, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const [, number, path, query] = PHONE_PATH.exec(request.raw.url ?? '') ?? [];
  const n = Number(number);
  const phone = number === undefined ? undefined : context.book.find(n);
  if (phone === undefined) throw new Problem('no-such-phone');
  // Relative links on the phone's pages need the slash.
  if (path === '') return reply.redirect(`/phones/${number}/${query}`, 308);
  try {
    if (phone.api === undefined) throw new Problem('phone-unreachable', `Phone ${n} is ${phone.state}.`);
    return await context.proxy.forward(request, reply, {
      ...{ n, api: phone.api, prefix: `/phones/${number}` },
      path: `${path}${query}`,
    });
  } catch (error) {
    if (error instanceof Problem) context.instruments.unanswered.inc({ reason: error.slug });
    throw error;
  }
}
