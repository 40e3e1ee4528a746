/** Feeds: posts to read, each with the reason it is there. */
import { type Id, idFromNumber } from '../../shared/core/id.ts';
import { PositionText } from '../../shared/http/schema.ts';
import { type Static, Type } from '../../shared/http/type.ts';
import { FEED_STRATEGIES, type FeedItem, type FeedReason, type FeedStrategyName } from '../core/feed/feed.ts';
import { Problem } from '../core/problem.ts';
import { DAY_MS } from '../core/ring/ring-names.ts';
import { measureFeeds } from '../plugins/feed-metrics.ts';
import { viewerOf } from '../plugins/session-guard.ts';
import { ListedPostSchema, listedPostText, type Surroundings, surroundingsOf } from './listed-posts.ts';
import { idTexts, NameSchema, PostPageOf } from './post-view.ts';
import type { WallRoutes } from './route-context.ts';
import { DEFAULT_LIMIT, IdText, idText, PageQuery } from './schema.ts';

const DEFAULT_STRATEGY: FeedStrategyName = 'recent';

const FeedQuery = Type.Object(
  {
    ...PageQuery.properties,
    strategy: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 32,
        default: DEFAULT_STRATEGY,
        description:
          '`nearest`: near to what you care about (GET /v1/interests), from people you may never have met. ' +
          '`friends`: your friends’ posts, newest first. `recent`: everybody’s public posts, newest first. ' +
          '`random`: the posts nearest to random keys, without any choice: a baseline to compare with.',
        examples: [...FEED_STRATEGIES],
      }),
    ),
  },
  { additionalProperties: false },
);

export const WhySchema = Type.Union(
  [
    Type.Object(
      {
        strategy: Type.Literal('nearest'),
        interest: Type.Object(
          { id: Type.String(), label: Type.String() },
          { additionalProperties: false, description: 'Which of your interests it is near to.' },
        ),
        similarity: Type.Number({ description: 'The cosine between the post and the interest.' }),
        phone: Type.Union([Type.String(), Type.Null()], { description: 'The phone whose index named it.' }),
      },
      { additionalProperties: false },
    ),
    Type.Object(
      { strategy: Type.Literal('friends'), friend: Type.Object({ id: IdText, name: NameSchema }) },
      { additionalProperties: false },
    ),
    Type.Object(
      {
        strategy: Type.Literal('recent'),
        day: Type.String({ description: 'The UTC day whose posts were asked for.', examples: ['2025-11-22'] }),
        shard: Type.Integer({ description: 'Which of the sets that keep the day’s posts named it.' }),
      },
      { additionalProperties: false },
    ),
    Type.Object(
      {
        strategy: Type.Literal('random'),
        key: PositionText,
        distance: Type.String({ description: 'How far clockwise the post lies from the key: 32 hexadecimal digits.' }),
        distanceOfRing: Type.Number({ description: 'The same as a part of the whole ring, 0 to 1.' }),
      },
      { additionalProperties: false },
    ),
  ],
  { description: 'Why the post is here. `post.served` tells which phone answered, over how many hops.' },
);

const ItemSchema = Type.Object({ post: ListedPostSchema, why: WhySchema }, { additionalProperties: false });

export const FeedSchema = Type.Object(
  {
    ...PostPageOf(ItemSchema).properties,
    contacted: Type.Optional(
      Type.Integer({ description: 'Phones whose indexes of meanings were asked for this feed.' }),
    ),
  },
  { additionalProperties: false },
);

export const feedRoutes: WallRoutes = async (app, { context }) => {
  const { feeds, blocks, cursors } = context.social;
  const served = measureFeeds(context.registry);

  app.get(
    '/v1/feed',
    {
      schema: {
        summary: 'Posts to read, with the reason for each',
        description: 'No post comes twice over the pages of one feed. Posts of people you blocked are left out.',
        tags: ['feed'],
        querystring: FeedQuery,
        response: { 200: FeedSchema },
      },
      config: {
        session: 'optional',
        cost: 4,
        problems: [
          'meaning-unavailable',
          'strategy-unavailable',
          'invalid-cursor',
          'session-required',
          'ring-unavailable',
          'ring-timeout',
        ],
      },
    },
    async (request) => {
      const { cursor, limit = DEFAULT_LIMIT, strategy = DEFAULT_STRATEGY } = request.query;
      const viewer = viewerOf(request);
      const feed = feeds[requireStrategy(strategy)];
      if (feed.needsViewer && viewer === undefined) throw new Problem('session-required');
      const list = ['feed', feed.name, viewer?.person ?? ''];
      const before = cursor === undefined ? undefined : cursors.read(list, cursor);
      const page = await feed.page({ viewer, blocked: await blocks.of(viewer), before, limit });
      served(feed.name, page);
      const surroundings = await surroundingsOf(
        context,
        page.items.map(({ post }) => post),
        viewer,
      );
      return {
        items: page.items.map((item) => itemText(item, surroundings)),
        cursor: page.next === undefined ? null : cursors.make(list, page.next),
        complete: page.complete,
        missing: idTexts(page.missing),
        ...(page.contacted === undefined ? {} : { contacted: page.contacted }),
      };
    },
  );
};

function requireStrategy(text: string): FeedStrategyName {
  const strategy = FEED_STRATEGIES.find((name) => name === text);
  if (strategy !== undefined) return strategy;
  throw new Problem('strategy-unavailable', `There is no strategy of this name: ${JSON.stringify(text)}.`, {
    members: { available: FEED_STRATEGIES },
  });
}

function itemText({ post, why }: FeedItem, surroundings: Surroundings): Static<typeof ItemSchema> {
  return { post: listedPostText(post, surroundings), why: whyText(why, surroundings.names) };
}

const RING_SIZE = 2 ** 128;

function whyText(why: FeedReason, names: ReadonlyMap<Id, string>): Static<typeof WhySchema> {
  switch (why.strategy) {
    case 'nearest': {
      const { strategy, interest: id, label, similarity, from } = why;
      return { strategy, interest: { id, label }, similarity, phone: from?.id ?? null };
    }
    case 'friends':
      return { strategy: why.strategy, friend: { id: idText(why.friend), name: names.get(why.friend) ?? null } };
    case 'recent':
      return { strategy: why.strategy, day: new Date(why.day * DAY_MS).toISOString().slice(0, 10), shard: why.shard };
    case 'random': {
      const { strategy, key, distance } = why;
      return { strategy, key, distance: idFromNumber(distance), distanceOfRing: Number(distance) / RING_SIZE };
    }
  }
}
