/** What happens in the network, as it happens. */
import { EventStream, LastEventId } from '../../shared/http/event-stream.ts';
import { Type } from '../../shared/http/type.ts';
import type { NetworkSnapshot } from '../client/contract.ts';
import { Problem } from '../core/problem.ts';
import { phoneText } from './phones.ts';
import { pulseText } from './pulse.ts';
import type { GatewayRoutes, RouteContext } from './route-context.ts';

/** The snapshot of a network as large as it may be is some 600 kB, and the first thing that waits. */
const MAX_WAITING_BYTES = 2 ** 21;
const DESCRIPTION =
  'Server-sent events. `snapshot`: all phones and the pulse, at the start and when it is not known any more what came ' +
  'since the last event had. `phones`: those that changed, and the numbers that are forgotten. `pulse`: as of ' +
  '/v1/network/pulse, every 2 seconds. `lab`: what somebody did in the churn lab. The stream ends with ' +
  '`consumer-too-slow` or `gateway-stopping`. A comment every 15 seconds keeps it alive.';

export const eventRoutes: GatewayRoutes = async (app, { context }) => {
  app.get(
    '/v1/events',
    {
      // A HEAD would run the whole stream for nobody.
      exposeHeadRoute: false,
      schema: {
        summary: 'What happens in the network, as it happens',
        description: DESCRIPTION,
        tags: ['network'],
        headers: LastEventId,
        response: { 200: Type.Unknown({ description: 'A stream.' }) },
      },
      config: { cost: 5, produces: 'text/event-stream', problems: ['too-many-streams'] },
    },
    async (request, reply) => {
      if (context.hub.isFull) throw new Problem('too-many-streams', undefined, { retryAfterS: 5 });
      context.watch.watched();
      const stream = new EventStream(MAX_WAITING_BYTES);
      stream.open();
      const missed = context.hub.since(request.headers['last-event-id']);
      for (const event of missed ?? [snapshotOf(context)]) stream.sendEvent(event);
      stream.hold({
        ...{ stopping: context.stopping, stopReason: 'gateway-stopping' },
        ended: context.hub.listen((event) => stream.sendEvent(event)),
      });
      reply.header('content-type', 'text/event-stream').header('cache-control', 'no-store');
      return reply.send(stream);
    },
  );
};

function snapshotOf(context: RouteContext) {
  const data: NetworkSnapshot = { phones: context.book.phones.map(phoneText), pulse: pulseText(context) };
  return { id: context.hub.lastId, event: 'snapshot', data };
}
