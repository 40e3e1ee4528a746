/** Notifications as the API shows them. */
import { type Static, Type } from '../../shared/http/type.ts';
import { firstCharacters } from '../core/characters.ts';
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

/** How much of a text stands beside what happened. */
const EXCERPT_CHARACTERS = 140;

const ExcerptSchema = Type.Optional(
  Type.Union([Type.String(), Type.Null()], {
    description: `Where \`texts\` asked for it: the first ${EXCERPT_CHARACTERS} characters of that post; null when it cannot be read.`,
  }),
);

export const NotificationSchema = Type.Union([
  Type.Object(
    {
      ...COMMON,
      type: Type.Literal('reply'),
      post: Type.String({ description: 'The answer: a post’s id.' }),
      parent: Type.String({ description: 'Your post that it answers.' }),
      text: ExcerptSchema,
    },
    { additionalProperties: false },
  ),
  Type.Object(
    { ...COMMON, type: Type.Literal('reaction'), post: IdText, kind: KindSchema, text: ExcerptSchema },
    { additionalProperties: false },
  ),
  Type.Object(
    { ...COMMON, type: Type.Union([Type.Literal('friend-request'), Type.Literal('friend-accepted')]) },
    { additionalProperties: false },
  ),
]);

/** `about`: where it was asked for, the text of the post that the notification is about; undefined when it cannot be read. */
export function notificationText(
  { id, from, createdAt, unread, subject }: Notification,
  name: string | undefined,
  about?: { readonly text: string | undefined },
): Static<typeof NotificationSchema> {
  const excerpt =
    about === undefined
      ? {}
      : { text: about.text === undefined ? null : firstCharacters(about.text, EXCERPT_CHARACTERS) };
  const common = { id, from: { id: idText(from), name: name ?? null }, createdAt: timeText(createdAt), unread };
  switch (subject.type) {
    case 'reply':
      return {
        ...{ ...common, type: subject.type, post: idText(subject.post), parent: idText(subject.parent) },
        ...excerpt,
      };
    case 'reaction':
      return {
        ...{ ...common, type: subject.type, post: idText(subject.post), kind: subject.kind },
        ...excerpt,
      };
    case 'friend-request':
    case 'friend-accepted':
      return { ...common, type: subject.type };
  }
}
