/** What a person has posted. */
import { viewerOf } from '../plugins/session-guard.ts';
import { ListedPostSchema, listedPostText, surroundingsOf } from './listed-posts.ts';
import { idTexts, PostPageOf } from './post-view.ts';
import type { WallRoutes } from './route-context.ts';
import { DEFAULT_LIMIT, IdParams, PageQuery, readId } from './schema.ts';

export const peopleWallRoutes: WallRoutes = async (app, { context }) => {
  const { walls, cursors } = context.social;

  app.get(
    '/v1/people/:id/wall',
    {
      schema: {
        summary: 'A person’s posts, newest first',
        description:
          'Those that the reader can open; answers to others’ posts among them. A page can be short before the end.',
        tags: ['posts'],
        params: IdParams,
        querystring: PageQuery,
        response: { 200: PostPageOf(ListedPostSchema) },
      },
      config: { session: 'optional', problems: ['invalid-cursor', 'ring-unavailable', 'ring-timeout'] },
    },
    async (request) => {
      const person = readId(request.params.id);
      const viewer = viewerOf(request);
      const { cursor, limit = DEFAULT_LIMIT } = request.query;
      const list = ['wall', person];
      const before = cursor === undefined ? undefined : cursors.read(list, cursor);
      const page = await walls.page(person, viewer, before, limit);
      const surroundings = await surroundingsOf(context, page.items, viewer);
      return {
        items: page.items.map((post) => listedPostText(post, surroundings)),
        cursor: page.next === undefined ? null : cursors.make(list, page.next),
        complete: page.complete,
        missing: idTexts(page.missing),
      };
    },
  );
};
