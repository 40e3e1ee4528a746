/** Notifications as the API shows them. */

import { type Static, Type } from '../../shared/http/type.ts';
import type { Notification } from '../core/notifications/notifications.ts';
import { NameSchema } from './post-view.ts';
import { KindSchema } from './reaction-view.ts';
import { IdText, idText, TimeText, timeText } from './schema.ts';

const COMMON = {
  id: Type.String({ description: 'Stable; differs between any two.' }),
  from: Type.Object({ id: IdText, name: NameSchema }, { additionalProperties: false }),
  createdAt: TimeText,
  unread: Type.Boolean(),
};

export const NotificationSchema = Type.Union([
  Type.Object(
    {
      ...COMMON,
      type: Type.Literal('reply'),
      post: Type.String({ description: 'The answer: a post’s id.' }),
      parent: Type.String({ description: 'Your post that it answers.' }),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    { ...COMMON, type: Type.Literal('reaction'), post: IdText, kind: KindSchema },
    { additionalProperties: false },
  ),
  Type.Object(
    { ...COMMON, type: Type.Union([Type.Literal('friend-request'), Type.Literal('friend-accepted')]) },
    { additionalProperties: false },
  ),
]);

export function notificationText(
  { id, from, createdAt, unread, subject }: Notification,
  name: string | undefined,
): Static<typeof NotificationSchema> {
  const common = { id, from: { id: idText(from), name: name ?? null }, createdAt: timeText(createdAt), unread };
  switch (subject.type) {
    case 'reply':
      return { ...common, type: subject.type, post: idText(subject.post), parent: idText(subject.parent) };
    case 'reaction':
      return { ...common, type: subject.type, post: idText(subject.post), kind: subject.kind };
    case 'friend-request':
    case 'friend-accepted':
      return { ...common, type: subject.type };
  }
}
