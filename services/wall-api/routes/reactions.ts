/** Reactions to posts. */

import { Type } from '../../shared/http/type.ts';
import { personOf, viewerOf } from '../plugins/session-guard.ts';
import { custodyText, POST_PROBLEMS, WRITE_PROBLEMS } from './post-view.ts';
import { KindSchema, ReactionsSchema, reactionsText } from './reaction-view.ts';
import type { WallRoutes } from './route-context.ts';
import { CustodySchema, IdParams, IdText, idText, readId } from './schema.ts';

const KindParams = Type.Object({ id: IdText, kind: KindSchema });

const ReactionSchema = Type.Object(
  { post: IdText, kind: KindSchema, reacted: Type.Boolean(), custody: CustodySchema },
  { additionalProperties: false, description: 'How it stands now.' },
);

export const reactionRoutes: WallRoutes = async (app, { context }) => {
  const { reactions } = context.social;

  app.put(
    '/v1/posts/:id/reactions/:kind',
    {
      schema: { summary: 'React to a post', tags: ['posts'], params: KindParams, response: { 200: ReactionSchema } },
      config: { session: 'required', problems: [...POST_PROBLEMS, ...WRITE_PROBLEMS, 'invalid-request', 'blocked'] },
    },
    async (request) => {
      const { id, kind } = request.params;
      const custody = await reactions.add(personOf(request), readId(id), kind);
      return { post: idText(readId(id)), kind, reacted: true, custody: custodyText(custody) };
    },
  );

  app.delete(
    '/v1/posts/:id/reactions/:kind',
    {
      schema: {
        summary: 'Take a reaction back',
        description: 'It is no fault when there is none.',
        tags: ['posts'],
        params: KindParams,
        response: { 200: ReactionSchema },
      },
      config: { session: 'required', problems: [...POST_PROBLEMS, ...WRITE_PROBLEMS, 'invalid-request'] },
    },
    async (request) => {
      const { id, kind } = request.params;
      const custody = await reactions.remove(personOf(request), readId(id), kind);
      return { post: idText(readId(id)), kind, reacted: false, custody: custodyText(custody) };
    },
  );

  app.get(
    '/v1/posts/:id/reactions',
    {
      schema: {
        summary: 'How people reacted to a post',
        tags: ['posts'],
        params: IdParams,
        response: { 200: ReactionsSchema },
      },
      config: { session: 'optional', problems: POST_PROBLEMS },
    },
    async (request) => {
      return reactionsText(await reactions.summary(readId(request.params.id), viewerOf(request)));
    },
  );
};
