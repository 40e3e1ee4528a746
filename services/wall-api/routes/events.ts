/** What happens to a person, as it happens. */

import { EventStream, LastEventId, type StreamEvent } from '../../shared/http/event-stream.ts';
import { Type } from '../../shared/http/type.ts';
import type { WallEvent } from '../core/notifications/events.ts';
import { bearerToken, personOf } from '../plugins/session-guard.ts';
import { notificationText } from './notification-view.ts';
import { namesOf } from './people-names.ts';
import type { RouteContext, WallRoutes } from './route-context.ts';
import { idText, timeText } from './schema.ts';

const DESCRIPTION =
  'Server-sent events. `notification` and `reaction` hold a notification, `post` names a friend’s new post. `gap`: it ' +
  'is not known what happened since the last event had; read the lists again. The stream ends with ' +
  '`consumer-too-slow`, `session-ended` or `phone-stopping`. A comment every 15 seconds keeps it alive.';

export const eventRoutes: WallRoutes = async (app, { context }) => {
  const { events } = context.social;

  app.get(
    '/v1/events',
    {
      // A HEAD would run the whole stream for nobody.
      exposeHeadRoute: false,
      schema: {
        summary: 'What happens to you, as it happens',
        description: DESCRIPTION,
        tags: ['notifications'],
        headers: LastEventId,
        response: { 200: Type.Unknown({ description: 'A stream.' }) },
      },
      config: { session: 'required', cost: 5, produces: 'text/event-stream', problems: ['too-many-streams'] },
    },
    async (request, reply) => {
      const stream = new EventStream();
      stream.open();
      // Texts need names from the ring; one after the other, so that events keep their order.
      let sent = Promise.resolve();
      const ended = events.listen(personOf(request), request.headers['last-event-id'], (event) => {
        sent = sent.then(async () => stream.sendEvent(await eventText(event, context)));
        sent = sent.catch((error: unknown) => {
          stream.destroy();
          request.log.error({ err: error }, 'an event could not be sent');
        });
      });
      const token = bearerToken(request) ?? '';
      const endReason = (): string | undefined => {
        const expiresAt = context.sessions.expiryOf(token);
        return expiresAt === undefined || expiresAt <= context.now() ? 'session-ended' : undefined;
      };
      stream.hold({ stopping: context.stopping, stopReason: 'phone-stopping', endReason, ended });
      reply.header('content-type', 'text/event-stream').header('cache-control', 'no-store');
      return reply.send(stream);
    },
  );
};

async function eventText(event: WallEvent, context: RouteContext): Promise<StreamEvent> {
  const { id, type } = event;
  switch (type) {
    case 'gap':
      return { id, event: type, data: {} };
    case 'post': {
      const names = await namesOf(context.profiles, [event.author]);
      const author = { id: idText(event.author), name: names.get(event.author) ?? null };
      return { id, event: type, data: { id: idText(event.post), author, createdAt: timeText(event.createdAt) } };
    }
    case 'notification':
    case 'reaction': {
      const { notification } = event;
      const names = await namesOf(context.profiles, [notification.from]);
      return { id, event: type, data: notificationText(notification, names.get(notification.from)) };
    }
  }
}
