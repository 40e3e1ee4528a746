/** What a person should hear of, and up to where they have. */
import { invalidRequest } from '../../shared/http/problem-details.ts';
import { Type } from '../../shared/http/type.ts';
import type { UnlockedPerson } from '../core/identity/person.ts';
import type { Notification } from '../core/notifications/notifications.ts';
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

const NotificationsQuery = Type.Object(
  {
    ...PageQuery.properties,
    texts: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'Read the posts that they are about, too: more to ask the ring for.',
      }),
    ),
  },
  { additionalProperties: false },
);

export const notificationRoutes: WallRoutes = async (app, { context }) => {
  const { notifications, posts, cursors } = context.social;

  /** By notification; of posts that are what it says of them. */
  const textsOf = async (items: readonly Notification[], me: UnlockedPerson): Promise<ReadonlyMap<string, string>> => {
    const ids = new Set(items.flatMap(({ subject }) => ('post' in subject ? [subject.post] : [])));
    const readings = await posts.readMany([...ids], me);
    const read = new Map(
      readings.flatMap((reading) => (reading.state === 'present' ? [[reading.post.id, reading.post]] : [])),
    );
    const texts = new Map<string, string>();
    for (const { id, from, subject } of items) {
      const post = 'post' in subject ? read.get(subject.post) : undefined;
      const author = subject.type === 'reply' ? from : me.person;
      if (post?.author === author) texts.set(id, post.text);
    }
    return texts;
  };

  app.get(
    '/v1/notifications',
    {
      schema: {
        summary: 'What happened to you, newest first',
        description:
          'Each is signed by whom it is from; what it says of a post is their word. A page can be short before the end.',
        tags: ['notifications'],
        querystring: NotificationsQuery,
        response: { 200: PageOf(NotificationSchema) },
      },
      config: { session: 'required', problems: ['invalid-cursor', 'ring-unavailable', 'ring-timeout'] },
    },
    async (request) => {
      const me = personOf(request);
      const { cursor, limit = DEFAULT_LIMIT, texts: wantsTexts = false } = request.query;
      const list = ['notifications', me.person];
      const before = cursor === undefined ? undefined : cursors.read(list, cursor);
      const page = await notifications.page(me, before, limit);
      const [names, texts] = await Promise.all([
        namesOf(
          context.profiles,
          page.items.map(({ from }) => from),
        ),
        wantsTexts ? textsOf(page.items, me) : undefined,
      ]);
      return {
        items: page.items.map((item) =>
          notificationText(item, names.get(item.from), texts && { text: texts.get(item.id) }),
        ),
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
