/** Posts as the API shows them. */
import type { Id } from '../../shared/core/id.ts';
import { PositionText } from '../../shared/http/schema.ts';
import { type Static, type TSchema, Type } from '../../shared/http/type.ts';
import type { LoadedPost } from '../core/posts/posts.ts';
import type { ProblemSlug } from '../core/problem.ts';
import type { Custody } from '../core/ring/ring-client.ts';
import { mediaText, PostMediaSchema } from './media-view.ts';
import { CustodySchema, IdText, idText, PageOf, TimeText, timeText } from './schema.ts';

export const AudienceSchema = Type.Union([Type.Literal('public'), Type.Literal('friends')], {
  description:
    '`friends`: sealed to the keys of the author’s friends; other phones keep it without being able to read it.',
});

export const NameSchema = Type.Union([Type.String(), Type.Null()], {
  description: 'From the profile; null when there is none or it is out of reach.',
});

const ServedSchema = Type.Object(
  {
    phone: Type.Union([PositionText, Type.Null()], { description: 'The replica that answered.' }),
    hops: Type.Integer({ description: 'Phones asked one after the other before the answer.' }),
    milliseconds: Type.Number(),
  },
  { description: 'How the post came to this phone.', additionalProperties: false },
);

const POST_PROPERTIES = {
  id: IdText,
  author: IdText,
  authorName: NameSchema,
  text: Type.String(),
  createdAt: TimeText,
  editedAt: Type.Optional(TimeText),
  version: Type.Integer({ description: '1 for the original, one more with each edit.' }),
  audience: AudienceSchema,
  inReplyTo: Type.Optional(IdText),
  media: PostMediaSchema,
  complete: Type.Boolean({
    description: 'False: too few phones answered to rule out a newer version, or that the post was deleted.',
  }),
};

export const PostSchema = Type.Object({ ...POST_PROPERTIES, served: ServedSchema }, { additionalProperties: false });

export const PublishedSchema = Type.Object(
  {
    ...POST_PROPERTIES,
    custody: CustodySchema,
    indexed: Type.Boolean({
      description:
        'False: the post is safe, but not every list names it yet; this phone keeps trying for some minutes.',
    }),
    leftOut: Type.Array(IdText, {
      description: 'Friends who cannot read it, because the key to seal it for them was out of reach.',
    }),
  },
  { additionalProperties: false, description: 'The post as it now stands.' },
);

/** A page of something made of posts. */
export function PostPageOf<Item extends TSchema>(item: Item) {
  return Type.Object(
    {
      ...PageOf(item).properties,
      missing: Type.Array(IdText, { description: 'Posts that belong here and could not be read.' }),
    },
    { additionalProperties: false },
  );
}

type PostText = Omit<Static<typeof PostSchema>, 'served'>;

/** A post in JSON's terms, but for what only reads or writes know. */
export function postText(post: LoadedPost, authorName: string | undefined): PostText {
  const { id, author, text, createdAt, editedAt, version, audience, inReplyTo, media, complete } = post;
  return {
    id: idText(id),
    author: idText(author),
    authorName: authorName ?? null,
    text,
    createdAt: timeText(createdAt),
    ...(editedAt === undefined ? {} : { editedAt: timeText(editedAt) }),
    version,
    audience,
    ...(inReplyTo === undefined ? {} : { inReplyTo: idText(inReplyTo) }),
    media: media.map(mediaText),
    complete,
  };
}

/** A post that was read. */
export function readPostText(post: LoadedPost, authorName: string | undefined): Static<typeof PostSchema> {
  const { phone, hops, milliseconds } = post.served;
  return {
    ...postText(post, authorName),
    served: { phone: phone?.id ?? null, hops, milliseconds },
  };
}

export function custodyText({ replicas, acknowledged }: Custody): Static<typeof CustodySchema> {
  return { replicas, acknowledged };
}

export function idTexts(ids: readonly Id[]): string[] {
  return ids.map(idText);
}

/** What reading one post can answer instead. */
export const POST_PROBLEMS: readonly ProblemSlug[] = [
  'nobody-holds-it',
  'deleted',
  'not-readable',
  'ring-unavailable',
  'ring-timeout',
];

/** What any write to the ring can answer instead. */
export const WRITE_PROBLEMS: readonly ProblemSlug[] = [
  'too-few-replicas',
  'over-quota',
  'ring-unavailable',
  'ring-timeout',
];
