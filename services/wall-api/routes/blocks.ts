/** Whom you do not want to hear of. Nobody else can read it. */

import { Type } from '../../shared/http/type.ts';
import { MAX_BLOCKS } from '../core/friends/blocks.ts';
import { personOf } from '../plugins/session-guard.ts';
import { custodyText, WRITE_PROBLEMS } from './post-view.ts';
import type { WallRoutes } from './route-context.ts';
import { CustodySchema, IdParams, IdText, idText, PageOf, readId, TimeText, timeText } from './schema.ts';

export const BlockSchema = Type.Object({ id: IdText, since: TimeText }, { additionalProperties: false });

const BlockedSchema = Type.Object(
  { id: IdText, blocked: Type.Boolean(), custody: CustodySchema },
  { additionalProperties: false, description: 'How things stand now.' },
);

export const blockRoutes: WallRoutes = async (app, { context }) => {
  const { blocks, friends } = context.social;

  app.get(
    '/v1/blocks',
    {
      schema: {
        summary: 'Whom you have blocked, the latest first',
        tags: ['friends'],
        response: { 200: PageOf(BlockSchema) },
      },
      config: { session: 'required', problems: ['ring-unavailable', 'ring-timeout'] },
    },
    async (request) => {
      const list = await blocks.list(personOf(request));
      return {
        items: list.map(({ person, since }) => ({ id: idText(person), since: timeText(since) })),
        cursor: null,
        complete: true,
      };
    },
  );

  app.put(
    '/v1/blocks/:id',
    {
      schema: {
        summary: 'Block a person',
        description:
          'Their posts leave your feeds and threads, their notifications and reactions are not shown, and a friendship ' +
          `with them ends. They are not told. Up to ${MAX_BLOCKS}.`,
        tags: ['friends'],
        params: IdParams,
        response: { 200: BlockedSchema },
      },
      config: {
        session: 'required',
        problems: [...WRITE_PROBLEMS, 'superseded', 'limit-reached', 'unprocessable-content'],
      },
    },
    async (request) => {
      const me = personOf(request);
      const other = readId(request.params.id);
      const custody = await blocks.add(me, other);
      await friends.part(me, other);
      return { id: idText(other), blocked: true, custody: custodyText(custody) };
    },
  );

  app.delete(
    '/v1/blocks/:id',
    {
      schema: {
        summary: 'Lift a block',
        description: 'It is no fault when there is none. A friendship that it ended does not come back by itself.',
        tags: ['friends'],
        params: IdParams,
        response: { 200: BlockedSchema },
      },
      config: { session: 'required', problems: [...WRITE_PROBLEMS, 'superseded'] },
    },
    async (request) => {
      const other = readId(request.params.id);
      const custody = await blocks.remove(personOf(request), other);
      return { id: idText(other), blocked: false, custody: custodyText(custody) };
    },
  );
};
