/** What a person should hear of, and up to where they have. */

import { invalidRequest } from '../../shared/http/problem-details.ts';
import { Type } from '../../shared/http/type.ts';
import { personOf } from '../plugins/session-guard.ts';
import { NotificationSchema, notificationText } from './notification-view.ts';
import { namesOf } from './people-names.ts';
import { WRITE_PROBLEMS } from './post-view.ts';
import type { WallRoutes } from './route-context.ts';
import { DEFAULT_LIMIT, PageOf, PageQuery, TimeText, timeText } from './schema.ts';

const MarkSchema = Type.Object(
  { readUntil: TimeText },
  { additionalProperties: false, description: 'Everything up to this time is read.' },
);

export const notificationRoutes: WallRoutes = async (app, { context }) => {
  const { notifications, cursors } = context.social;

  app.get(
    '/v1/notifications',
    {
      schema: {
        summary: 'What happened to you, newest first',
        description:
          'Each is signed by whom it is from; what it says of a post is their word. A page can be short before the end.',
        tags: ['notifications'],
        querystring: PageQuery,
        response: { 200: PageOf(NotificationSchema) },
      },
      config: { session: 'required', problems: ['invalid-cursor', 'ring-unavailable', 'ring-timeout'] },
    },
    async (request) => {
      const me = personOf(request);
      const { cursor, limit = DEFAULT_LIMIT } = request.query;
      const list = ['notifications', me.person];
      const before = cursor === undefined ? undefined : cursors.read(list, cursor);
      const page = await notifications.page(me, before, limit);
      const names = await namesOf(
        context.profiles,
        page.items.map(({ from }) => from),
      );
      return {
        items: page.items.map((item) => notificationText(item, names.get(item.from))),
        cursor: page.next === undefined ? null : cursors.make(list, page.next),
        complete: page.complete,
      };
    },
  );

  app.put(
    '/v1/notifications/read',
    {
      schema: {
        summary: 'Mark notifications as read',
        description:
          'Up to a time: that of the newest one seen. The mark never moves back, and goes with you to other phones.',
        tags: ['notifications'],
        body: Type.Object({ readUntil: TimeText }, { additionalProperties: false }),
        response: { 200: MarkSchema },
      },
      config: { session: 'required', problems: [...WRITE_PROBLEMS, 'superseded'] },
    },
    async (request) => {
      const until = Date.parse(request.body.readUntil);
      if (Number.isNaN(until)) throw invalidRequest([{ in: 'body', pointer: '/readUntil', detail: 'is no time' }]);
      const readUntil = await notifications.markRead(personOf(request), until);
      return { readUntil: timeText(readUntil) };
    },
  );
};
