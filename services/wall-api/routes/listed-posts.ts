/** Posts where they are shown among others, or with their conversation: with their authors' names and reactions. */
import type { Id } from '../../shared/core/id.ts';
import { type Static, Type } from '../../shared/http/type.ts';
import type { UnlockedPerson } from '../core/identity/person.ts';
import type { LoadedPost } from '../core/posts/posts.ts';
import { MAX_LISTED_REACTIONS, type ReactionSummary } from '../core/posts/reactions.ts';
import { namesOf } from './people-names.ts';
import { PostSchema, readPostText } from './post-view.ts';
import { ReactionsSchema, reactionsText } from './reaction-view.ts';
import type { RouteContext } from './route-context.ts';

export const ListedPostSchema = Type.Object(
  {
    ...PostSchema.properties,
    reactions: {
      ...ReactionsSchema,
      description:
        `How people reacted to it, of the newest ${MAX_LISTED_REACTIONS} reactions; ` +
        '`GET /v1/posts/{id}/reactions` counts on.',
    },
  },
  { additionalProperties: false },
);

/** What posts of a list are shown with. */
export interface Surroundings {
  readonly names: ReadonlyMap<Id, string>;
  readonly reactions: ReadonlyMap<Id, ReactionSummary>;
}

/** Reads what stands around posts, all at once. `people`: whose names are wanted besides their authors'. */
export async function surroundingsOf(
  { profiles, social }: Pick<RouteContext, 'profiles' | 'social'>,
  posts: readonly LoadedPost[],
  viewer: UnlockedPerson | undefined,
  people: readonly Id[] = [],
): Promise<Surroundings> {
  const ids = [...new Set(posts.map(({ id }) => id))];
  const [names, summaries] = await Promise.all([
    namesOf(profiles, [...posts.map(({ author }) => author), ...people]),
    social.reactions.summaries(ids, viewer),
  ]);
  return { names, reactions: new Map(summaries.map((summary, i) => [ids[i]!, summary])) };
}

/** A post that `surroundings` were read for. */
export function listedPostText(post: LoadedPost, { names, reactions }: Surroundings): Static<typeof ListedPostSchema> {
  return { ...readPostText(post, names.get(post.author)), reactions: reactionsText(reactions.get(post.id)!) };
}
