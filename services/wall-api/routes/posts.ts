/** Posts: writing, reading, editing, deleting, and the texts they had. */

import { invalidRequest } from '../../shared/http/problem-details.ts';
import { type Static, Type } from '../../shared/http/type.ts';
import { MAX_POST_MEDIA } from '../core/media/media-reference.ts';
import { MAX_TEXT_CHARACTERS } from '../core/posts/post-format.ts';
import { KEPT_REVISIONS } from '../core/posts/post-index.ts';
import type { Published } from '../core/posts/publishing.ts';
import { checkIfMatch, setEtag } from '../plugins/entity-tag.ts';
import { firstTriedAt } from '../plugins/idempotency.ts';
import { personOf, viewerOf } from '../plugins/session-guard.ts';
import { namesOf } from './people-names.ts';
import {
  AudienceSchema,
  custodyText,
  idTexts,
  POST_PROBLEMS,
  PostSchema,
  PublishedSchema,
  postText,
  readPostText,
  WRITE_PROBLEMS,
} from './post-view.ts';
import type { WallRoutes } from './route-context.ts';
import { CustodySchema, IdParams, IdText, idText, PageOf, readId, TimeText, timeText } from './schema.ts';

const TextSchema = Type.String({
  maxLength: MAX_TEXT_CHARACTERS,
  description: 'Not only white space, unless the post has pictures: those may stand alone.',
  examples: ['The first post of this ring.'],
});

const PostBody = Type.Object(
  {
    text: TextSchema,
    audience: AudienceSchema,
    inReplyTo: Type.Optional(IdText),
    media: Type.Optional(
      Type.Array(Type.Object({ id: IdText }, { additionalProperties: false }), {
        maxItems: MAX_POST_MEDIA,
        description: 'Pictures of yours, uploaded before (POST /v1/media) for the same audience.',
      }),
    ),
  },
  { additionalProperties: false },
);

const EditBody = Type.Object({ text: TextSchema }, { additionalProperties: false });

const IfMatch = Type.Object({
  'if-match': Type.Optional(Type.String({ description: 'The ETag of the version to replace or delete.' })),
});

const DeletedSchema = Type.Object(
  {
    id: IdText,
    deletedAt: TimeText,
    custody: CustodySchema,
    indexed: Type.Boolean({
      description: 'False: some list names it for a while yet; whoever follows finds it deleted.',
    }),
  },
  { additionalProperties: false, description: 'The tombstone: `custody` says how many phones acknowledged it.' },
);

export const VersionSchema = Type.Object(
  { version: Type.Integer({ description: '1 for the original.' }), text: Type.String(), writtenAt: TimeText },
  { additionalProperties: false },
);

export const postRoutes: WallRoutes = async (app, { context }) => {
  const { posts, publisher, histories } = context.social;

  const publishedText = async (published: Published): Promise<Static<typeof PublishedSchema>> => {
    const { post, custody, indexed, leftOut } = published;
    const names = await namesOf(context.profiles, [post.author]);
    return {
      ...postText(post, names.get(post.author)),
      custody: custodyText(custody),
      indexed,
      leftOut: idTexts(leftOut),
    };
  };

  app.post(
    '/v1/posts',
    {
      schema: {
        summary: 'Write a post',
        description: 'Answered once a majority of the phones that should keep it have it on disk.',
        tags: ['posts'],
        body: PostBody,
        response: { 201: PublishedSchema },
      },
      config: {
        session: 'required',
        idempotent: true,
        problems: [...POST_PROBLEMS, ...WRITE_PROBLEMS, 'blocked', 'unprocessable-content'],
      },
    },
    async (request, reply) => {
      const { text, audience, inReplyTo, media = [] } = request.body;
      requireContent(text, media.length);
      const draft = {
        ...{ text, audience, media: media.map(({ id }) => readId(id)) },
        inReplyTo: inReplyTo === undefined ? undefined : readId(inReplyTo),
      };
      const attempt = { at: firstTriedAt(request, context.now), repeatable: request.idempotency !== undefined };
      const published = await publisher.create(personOf(request), draft, attempt);
      setEtag(reply, published.post.hash);
      reply.code(201).header('location', `/v1/posts/${idText(published.post.id)}`);
      return reply.send(await publishedText(published));
    },
  );

  app.get(
    '/v1/posts/:id',
    {
      schema: { summary: 'Read a post', tags: ['posts'], params: IdParams, response: { 200: PostSchema } },
      config: { session: 'optional', problems: POST_PROBLEMS },
    },
    async (request, reply) => {
      const post = await posts.require(readId(request.params.id), viewerOf(request));
      const names = await namesOf(context.profiles, [post.author]);
      setEtag(reply, post.hash);
      return readPostText(post, names.get(post.author));
    },
  );

  app.put(
    '/v1/posts/:id',
    {
      schema: {
        summary: 'Edit a post of yours',
        description: 'Its audience and what it answers stay. Earlier texts stay readable in its history.',
        tags: ['posts'],
        params: IdParams,
        headers: IfMatch,
        body: EditBody,
        response: { 200: PublishedSchema },
      },
      config: {
        session: 'required',
        problems: [
          ...POST_PROBLEMS,
          ...WRITE_PROBLEMS,
          'forbidden',
          'precondition-required',
          'precondition-failed',
          'superseded',
          'unprocessable-content',
        ],
      },
    },
    async (request, reply) => {
      const me = personOf(request);
      const { text } = request.body;
      const post = await posts.requireOwn(readId(request.params.id), me);
      requireContent(text, post.media.length);
      checkIfMatch(request, post.hash, { required: true });
      const published = await publisher.edit(me, post, text);
      setEtag(reply, published.post.hash);
      return await publishedText(published);
    },
  );

  app.delete(
    '/v1/posts/:id',
    {
      schema: {
        summary: 'Delete a post of yours, for good',
        description: 'A signed tombstone takes its place, so that no phone that was away can bring it back.',
        tags: ['posts'],
        params: IdParams,
        headers: IfMatch,
        response: { 200: DeletedSchema },
      },
      config: {
        session: 'required',
        problems: [...POST_PROBLEMS, ...WRITE_PROBLEMS, 'forbidden', 'precondition-failed'],
      },
    },
    async (request) => {
      const me = personOf(request);
      const post = await posts.requireOwn(readId(request.params.id), me);
      checkIfMatch(request, post.hash);
      const { id, deletedAt, custody, indexed } = await publisher.remove(me, post);
      return { id: idText(id), deletedAt: timeText(deletedAt), custody: custodyText(custody), indexed };
    },
  );

  app.get(
    '/v1/posts/:id/history',
    {
      schema: {
        summary: 'The texts a post has had, newest first',
        description: `The original and the newest ${KEPT_REVISIONS} edits; a gap in the versions is an edit that is kept no longer.`,
        tags: ['posts'],
        params: IdParams,
        response: { 200: PageOf(VersionSchema) },
      },
      config: { session: 'optional', problems: POST_PROBLEMS },
    },
    async (request) => {
      const { versions, complete } = await histories.read(readId(request.params.id), viewerOf(request));
      const items = versions.map(({ version, text, writtenAt }) => ({ version, text, writtenAt: timeText(writtenAt) }));
      return { items, cursor: null, complete };
    },
  );
};

/** Throws invalid-request when a post would say nothing and show nothing. */
function requireContent(text: string, pictures: number): void {
  if (pictures > 0 || text.trim() !== '') return;
  const detail = 'needs a word: only a post with pictures may do without';
  throw invalidRequest([{ in: 'body', pointer: '/text', detail }]);
}
