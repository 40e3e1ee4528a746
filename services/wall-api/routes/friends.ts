/** Friends: asking, accepting, declining, parting. */
import type { Id } from '../../shared/core/id.ts';
import { type Static, Type } from '../../shared/http/type.ts';
import { MAX_FRIENDS, type Tie } from '../core/friends/friends.ts';
import { personOf } from '../plugins/session-guard.ts';
import { namesOf } from './people-names.ts';
import { custodyText, NameSchema, WRITE_PROBLEMS } from './post-view.ts';
import type { WallRoutes } from './route-context.ts';
import { CustodySchema, IdParams, IdText, idText, readId, TimeText, timeText } from './schema.ts';

const TieSchema = Type.Object({ id: IdText, name: NameSchema, since: TimeText }, { additionalProperties: false });

export const FriendsSchema = Type.Object(
  {
    friends: Type.Array(TieSchema),
    incoming: Type.Array(TieSchema, { description: 'Who asks to be your friend: PUT accepts, DELETE declines.' }),
    outgoing: Type.Array(TieSchema, { description: 'Whom you asked.' }),
    complete: Type.Boolean({ description: 'False when too few phones answered to be sure that these are all.' }),
  },
  { additionalProperties: false },
);

export const FriendshipSchema = Type.Object(
  {
    id: IdText,
    state: Type.Union([Type.Literal('none'), Type.Literal('requested'), Type.Literal('friends')]),
    custody: CustodySchema,
  },
  { additionalProperties: false, description: 'How things stand now.' },
);

export const friendRoutes: WallRoutes = async (app, { context }) => {
  const { friends } = context.social;

  app.get(
    '/v1/friends',
    {
      schema: { summary: 'Your friends, and who asked whom', tags: ['friends'], response: { 200: FriendsSchema } },
      config: { session: 'required', problems: ['ring-unavailable', 'ring-timeout'] },
    },
    async (request) => {
      const list = await friends.list(personOf(request));
      const all = [...list.friends, ...list.incoming, ...list.outgoing];
      const names = await namesOf(
        context.profiles,
        all.map(({ person }) => person),
      );
      return {
        friends: list.friends.map((tie) => tieText(tie, names)),
        incoming: list.incoming.map((tie) => tieText(tie, names)),
        outgoing: list.outgoing.map((tie) => tieText(tie, names)),
        complete: list.complete,
      };
    },
  );

  app.put(
    '/v1/friends/:id',
    {
      schema: {
        summary: 'Ask a person to be your friend, or accept that they asked',
        description: `Up to ${MAX_FRIENDS} friends and requests. Friendship is public; what friends post to friends is not.`,
        tags: ['friends'],
        params: IdParams,
        response: { 200: FriendshipSchema },
      },
      config: {
        session: 'required',
        problems: [...WRITE_PROBLEMS, 'nobody-holds-it', 'blocked', 'limit-reached', 'unprocessable-content'],
      },
    },
    async (request) => {
      const other = readId(request.params.id);
      const { state, custody } = await friends.request(personOf(request), other);
      return { id: idText(other), state, custody: custodyText(custody) };
    },
  );

  app.delete(
    '/v1/friends/:id',
    {
      schema: {
        summary: 'End a friendship, take a request back or decline one',
        description: 'It is no fault when there is none. They keep the keys to what they could read so far.',
        tags: ['friends'],
        params: IdParams,
        response: { 200: FriendshipSchema },
      },
      config: { session: 'required', problems: [...WRITE_PROBLEMS, 'unprocessable-content'] },
    },
    async (request) => {
      const other = readId(request.params.id);
      const { state, custody } = await friends.remove(personOf(request), other);
      return { id: idText(other), state, custody: custodyText(custody) };
    },
  );
};

function tieText({ person, since }: Tie, names: ReadonlyMap<Id, string>): Static<typeof TieSchema> {
  return { id: idText(person), name: names.get(person) ?? null, since: timeText(since) };
}
