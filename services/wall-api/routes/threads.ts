/** The conversation around a post. */

import { type Static, Type } from '../../shared/http/type.ts';
import { MAX_ANCESTORS, MAX_DEPTH, MAX_REPLIES, type ThreadEntry } from '../core/posts/threads.ts';
import { viewerOf } from '../plugins/session-guard.ts';
import { ListedPostSchema, listedPostText, surroundingsOf } from './listed-posts.ts';
import { NameSchema, POST_PROBLEMS } from './post-view.ts';
import type { WallRoutes } from './route-context.ts';
import { IdParams, IdText, idText, readId } from './schema.ts';

const ENTRY_PROPERTIES = {
  id: IdText,
  author: Type.Union([IdText, Type.Null()], { description: 'Null where it is not known.' }),
  authorName: NameSchema,
  state: Type.Union(
    [
      Type.Literal('present'),
      Type.Literal('deleted'),
      Type.Literal('unreadable'),
      Type.Literal('missing'),
      Type.Literal('blocked'),
    ],
    {
      description:
        '`unreadable`: sealed for others. `missing`: it is known of, and no phone that answered has it. ' +
        '`blocked`: its author is somebody you blocked.',
    },
  ),
  post: Type.Optional(ListedPostSchema),
};

export const EntrySchema = Type.Object(ENTRY_PROPERTIES, { additionalProperties: false });

export const ReplySchema = Type.Object(
  {
    ...ENTRY_PROPERTIES,
    parent: IdText,
    depth: Type.Integer({ description: '1 for answers to the post that was asked for.' }),
    more: Type.Boolean({ description: 'There are answers to it beyond the bounds: ask for its own thread.' }),
  },
  { additionalProperties: false },
);

export const ThreadSchema = Type.Object(
  {
    ancestors: Type.Array(EntrySchema, { description: 'What the post answers, the beginning of the thread first.' }),
    post: ListedPostSchema,
    replies: Type.Array(ReplySchema, { description: 'Each after its parent; older answers first.' }),
    truncated: Type.Boolean({ description: 'The thread goes on beyond the bounds.' }),
    complete: Type.Boolean({
      description:
        'False when too few phones answered to be sure that every answer is listed and every text the newest.',
    }),
  },
  { additionalProperties: false },
);

export const threadRoutes: WallRoutes = async (app, { context }) => {
  const { threads } = context.social;

  app.get(
    '/v1/posts/:id/thread',
    {
      schema: {
        summary: 'What a post answers, and what answers it',
        description:
          `Up to ${MAX_ANCESTORS} posts upwards, and ${MAX_REPLIES} answers over ${MAX_DEPTH} levels. Every answer that is ` +
          'known of is listed, also one that was deleted or cannot be found.',
        tags: ['posts'],
        params: IdParams,
        response: { 200: ThreadSchema },
      },
      config: { session: 'optional', cost: 4, problems: POST_PROBLEMS },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const { post, ancestors, replies, truncated, complete } = await threads.read(readId(request.params.id), viewer);
      const entries = [...ancestors, ...replies];
      const surroundings = await surroundingsOf(
        context,
        [post, ...entries.flatMap((entry) => entry.post ?? [])],
        viewer,
        entries.flatMap(({ author }) => author ?? []),
      );
      const entryText = (entry: ThreadEntry): Static<typeof EntrySchema> => {
        const authorName = entry.author === undefined ? undefined : surroundings.names.get(entry.author);
        return {
          id: idText(entry.id),
          author: entry.author === undefined ? null : idText(entry.author),
          authorName: authorName ?? null,
          state: entry.state,
          ...(entry.post === undefined ? {} : { post: listedPostText(entry.post, surroundings) }),
        };
      };
      return {
        ancestors: ancestors.map(entryText),
        post: listedPostText(post, surroundings),
        replies: replies.map((reply) => {
          const { parent, depth, more } = reply;
          return Object.assign(entryText(reply), { parent: idText(parent), depth, more });
        }),
        truncated,
        complete,
      };
    },
  );
};
