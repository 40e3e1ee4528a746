/** Searching posts by what they mean. */

import { Type } from '../../shared/http/type.ts';
import { Problem } from '../core/problem.ts';
import { viewerOf } from '../plugins/session-guard.ts';
import { ListedPostSchema, listedPostText, surroundingsOf } from './listed-posts.ts';
import { idTexts, PostPageOf } from './post-view.ts';
import type { WallRoutes } from './route-context.ts';
import { DEFAULT_LIMIT, PageQuery } from './schema.ts';

const MAX_QUERY_CHARACTERS = 1_000;

const SearchQuery = Type.Object(
  {
    q: Type.String({
      minLength: 1,
      maxLength: MAX_QUERY_CHARACTERS,
      description: 'What to look for, in words: posts that mean the like are found, also in other words.',
      examples: ['a recipe for bread'],
    }),
    limit: PageQuery.properties.limit,
  },
  { additionalProperties: false },
);

const FoundSchema = Type.Object(
  {
    post: ListedPostSchema,
    why: Type.Object(
      {
        similarity: Type.Number({
          description: 'The cosine between question and post: 1 the same, 0 nothing in common.',
        }),
        phone: Type.Union([Type.String(), Type.Null()], { description: 'The phone whose index named it.' }),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
);

export const SearchSchema = Type.Object(
  {
    ...PostPageOf(FoundSchema).properties,
    understood: Type.Boolean({
      description:
        'False: the encoder knows too little of these words (other scripts, emoji), so nothing was searched.',
    }),
    contacted: Type.Integer({ description: 'Phones whose indexes were asked.' }),
    routed: Type.Integer({ description: 'Phones on the way to where the question lies.' }),
    milliseconds: Type.Number(),
  },
  { additionalProperties: false },
);

export const searchRoutes: WallRoutes = async (app, { context }) => {
  const { meaning, social } = context;

  app.get(
    '/v1/search',
    {
      schema: {
        summary: 'Find posts by what they mean',
        description: 'The nearest first. Posts of people you blocked are left out. There is one page.',
        tags: ['feed'],
        querystring: SearchQuery,
        response: { 200: SearchSchema },
      },
      config: { session: 'optional', cost: 4, problems: ['meaning-unavailable', 'unprocessable-content'] },
    },
    async (request) => {
      const { q, limit = DEFAULT_LIMIT } = request.query;
      if (!q.isWellFormed()) throw new Problem('unprocessable-content', 'The question holds half of a surrogate pair.');
      const viewer = viewerOf(request);
      const [vector] = await meaning.embed([q]);
      if (vector === undefined) {
        const nothing = { items: [], cursor: null, complete: true, missing: [] };
        return { ...nothing, understood: false, contacted: 0, routed: 0, milliseconds: 0 };
      }
      const [near, blocked] = await Promise.all([
        meaning.nearest({ vectors: [vector], limit }),
        social.blocks.of(viewer),
      ]);
      const { answers, contacted, routed, milliseconds } = near;
      const { posts, complete } = answers[0]!;
      const admitted = posts.filter(({ author }) => !blocked.has(author));
      const readings = await social.posts.readMany(
        admitted.map(({ id }) => id),
        viewer,
      );
      const present = readings.flatMap((reading, i) => {
        const near = admitted[i]!;
        return reading.state === 'present' && reading.post.author === near.author ? [{ post: reading.post, near }] : [];
      });
      const missing = readings.filter((reading) => reading.state === 'missing');
      const surroundings = await surroundingsOf(
        context,
        present.map(({ post }) => post),
        viewer,
      );
      return {
        items: present.map(({ post, near: { similarity, from } }) => ({
          post: listedPostText(post, surroundings),
          why: { similarity, phone: from?.id ?? null },
        })),
        cursor: null,
        complete: complete && missing.every(({ cause }) => cause === 'nobody-holds-it'),
        missing: idTexts(missing.map(({ id }) => id)),
        ...{ understood: true, contacted, routed, milliseconds },
      };
    },
  );
};
