/** Pictures: taking them in, handing them out, removing them. */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from '../../shared/http/type.ts';
import { after } from '../adapters/timer.ts';
import { fromBase64Url } from '../core/base64url.ts';
import type { LoadedMedia } from '../core/media/media.ts';
import { MAX_ALT_CHARACTERS, MAX_MEDIA_BYTES } from '../core/media/media-format.ts';
import {
  KEPT_TYPE,
  MAX_PICTURE_FRAMES,
  MAX_PICTURE_PIXELS,
  MAX_UPLOAD_BYTES,
  PICTURE_TYPES,
  THUMBNAIL_SIDE,
} from '../core/media/media-picture.ts';
import { parseRange } from '../core/media/media-range.ts';
import { MEDIA_KEY_BYTES } from '../core/media/media-seal.ts';
import { Problem } from '../core/problem.ts';
import { isKnownToSender, setEtag } from '../plugins/entity-tag.ts';
import { firstTriedAt } from '../plugins/idempotency.ts';
import { personOf, viewerOf } from '../plugins/session-guard.ts';
import { Admission } from './media-admission.ts';
import { MEDIA_PROPERTIES, mediaText } from './media-view.ts';
import { AudienceSchema, custodyText, POST_PROBLEMS, WRITE_PROBLEMS } from './post-view.ts';
import type { WallRoutes } from './route-context.ts';
import { CustodySchema, IdParams, IdText, idText, readId, TimeText, timeText } from './schema.ts';

/** Each holds up to 16 MB while it waits for its turn. */
const UPLOADS_AT_ONCE = 4;
/** Each holds four chunks. */
const DOWNLOADS_AT_ONCE = 64;
/** A reader slower than this gives its place to others. */
const DOWNLOAD_MS = 120_000;
/** Tokens of the rate limit: a picture is half a second of a core and up to 450 records. */
const UPLOAD_COST = 10;
/** Content under an id never changes. */
const FOREVER = 'max-age=31536000, immutable';
/** Whoever opens a picture by itself gets nothing that runs, whatever its author signed. */
const CONTENT_SECURITY = "default-src 'none'; sandbox";

const UploadQuery = Type.Object(
  {
    alt: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: MAX_ALT_CHARACTERS,
        description: 'What the picture shows, for those who do not see it. Please give one; without it, it is null.',
      }),
    ),
    audience: Type.Optional({ ...AudienceSchema, default: 'public' }),
  },
  { additionalProperties: false },
);

const KeyQuery = Type.Object(
  {
    key: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9_-]{43}$',
        description: 'Of a friends-only picture, as the post that shows it has it in its `url`. Its author needs none.',
      }),
    ),
  },
  { additionalProperties: false },
);

const RangeHeaders = Type.Object({
  range: Type.Optional(Type.String({ description: 'One range of bytes: `bytes=0-65535`.' })),
  'if-range': Type.Optional(Type.String({ description: 'The ETag that the range belongs to.' })),
  'if-none-match': Type.Optional(Type.String()),
});

export const UploadedSchema = Type.Object(
  {
    ...MEDIA_PROPERTIES,
    author: IdText,
    bytes: Type.Integer({ description: 'Length of what is kept.' }),
    audience: AudienceSchema,
    createdAt: TimeText,
    custody: CustodySchema,
  },
  { additionalProperties: false, description: 'The picture as it is kept.' },
);

const RemovedSchema = Type.Object(
  { id: IdText, deletedAt: TimeText, custody: CustodySchema },
  { additionalProperties: false, description: 'The tombstone: `custody` says how many phones acknowledged it.' },
);

type MediaRequest = FastifyRequest<{ Params: Static<typeof IdParams>; Querystring: Static<typeof KeyQuery> }>;

export const mediaRoutes: WallRoutes = async (app, { context }) => {
  const { media: library } = context.social;
  const uploads = new Admission(UPLOADS_AT_ONCE);
  const places = new WeakMap<FastifyRequest, () => void>();
  const downloads = new Admission(DOWNLOADS_AT_ONCE);
  app.addContentTypeParser(/^(image\/|application\/octet-stream)/i, { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );

  const requireMedia = async (request: MediaRequest): Promise<LoadedMedia> => {
    const { key } = request.query;
    const viewer = {
      person: viewerOf(request),
      key: key === undefined ? undefined : fromBase64Url(key, MEDIA_KEY_BYTES),
    };
    return await library.require(readId(request.params.id), viewer);
  };

  app.post(
    '/v1/media',
    {
      schema: {
        summary: 'Upload a picture',
        description:
          `The body is the picture itself: JPEG, PNG, WebP or GIF, up to ${MAX_UPLOAD_BYTES} bytes, ${MAX_PICTURE_PIXELS} pixels and ` +
          `${MAX_PICTURE_FRAMES} frames, told by its content. It is turned upright, made anew as WebP of at most ${MAX_MEDIA_BYTES} ` +
          'bytes, animations as animations, so that nothing else of the file survives (no place, no camera, nothing behind ' +
          'its end), and kept in pieces on the ring. A post names it in `media`; a picture for a friends-only post is ' +
          'uploaded with `audience=friends` and encrypted.',
        tags: ['media'],
        querystring: UploadQuery,
        response: { 201: UploadedSchema },
      },
      bodyLimit: MAX_UPLOAD_BYTES,
      onRequest: async (request, reply) => {
        const leave = uploads.enter();
        places.set(request, leave);
        reply.raw.once('close', leave);
      },
      // Not when the answer has been read: who is refused may go on sending for a while, and holds no memory any more.
      onSend: async (request, _reply, payload) => {
        places.get(request)?.();
        return payload;
      },
      config: {
        session: 'required',
        idempotent: true,
        cost: UPLOAD_COST,
        consumes: [...PICTURE_TYPES, 'application/octet-stream'],
        problems: [...WRITE_PROBLEMS, 'not-a-picture', 'picture-unreadable', 'picture-too-large', 'pictures-busy'],
      },
    },
    async (request, reply) => {
      const author = personOf(request);
      const { alt = null, audience = 'public' } = request.query;
      const attempt = { at: firstTriedAt(request, context.now), repeatable: request.idempotency !== undefined };
      const picture = await context.pictures.make(pictureIn(request.body), MAX_MEDIA_BYTES);
      const { media, custody } = await library.store(author, { picture, alt, audience }, attempt);
      reply.code(201).header('location', `/v1/media/${idText(media.id)}`);
      const { type, width, height, bytes } = media.content;
      return reply.send({
        ...mediaText({ id: media.id, type, width, height, alt, key: media.key }),
        author: idText(media.author),
        bytes,
        audience,
        createdAt: timeText(media.createdAt),
        custody: custodyText(custody),
      });
    },
  );

  app.route({
    method: ['GET', 'HEAD'],
    url: '/v1/media/:id',
    schema: {
      summary: 'A picture',
      description:
        'Streamed from the ring piece by piece, each checked. When pieces are missing the answer is a problem that says how ' +
        'many; when one goes missing under way, the connection ends before `Content-Length` is reached.',
      tags: ['media'],
      params: IdParams,
      querystring: KeyQuery,
      headers: RangeHeaders,
      response: {
        200: Type.Unknown({ description: 'The picture.' }),
        206: Type.Unknown({ description: 'The range that was asked for.' }),
        304: Type.Null({ description: 'It is the one that If-None-Match names.' }),
      },
    },
    config: {
      session: 'optional',
      produces: KEPT_TYPE,
      problems: [...POST_PROBLEMS, 'media-incomplete', 'range-not-satisfiable', 'pictures-busy'],
    },
    handler: async (request: MediaRequest, reply) => {
      const media = await requireMedia(request);
      const { sha256, bytes } = media.content;
      if (isKnownToSender(request, sha256)) return notModified(reply, media, sha256);
      if (request.method === 'HEAD') return describe(reply, media, sha256).header('content-length', bytes).send();
      const range = parseRange(rangeOf(request, sha256), bytes);
      if (range === 'unsatisfiable') {
        const headers = { 'content-range': `bytes */${bytes}` };
        throw new Problem('range-not-satisfiable', undefined, { headers });
      }
      const leave = downloads.enter();
      try {
        const { from, to } = range === 'whole' ? { from: 0, to: bytes } : range;
        const stream = Readable.from(await library.chunks.open(media, { from, to }), { objectMode: false });
        const cancel = after(DOWNLOAD_MS, () => stream.destroy());
        stream.once('close', cancel).once('close', leave);
        describe(reply, media, sha256).header('content-length', to - from);
        if (range !== 'whole') reply.code(206).header('content-range', `bytes ${from}-${to - 1}/${bytes}`);
        return reply.send(stream);
      } catch (error) {
        leave();
        throw error;
      }
    },
  });

  app.route({
    method: ['GET', 'HEAD'],
    url: '/v1/media/:id/thumbnail',
    schema: {
      summary: 'A small version of a picture',
      description: `At most ${THUMBNAIL_SIDE} pixels wide and high; of an animation its first frame. It is there as long as the picture's root is.`,
      tags: ['media'],
      params: IdParams,
      querystring: KeyQuery,
      response: { 200: Type.Unknown({ description: 'The thumbnail.' }) },
    },
    config: { session: 'optional', produces: KEPT_TYPE, problems: POST_PROBLEMS },
    handler: async (request: MediaRequest, reply) => {
      const media = await requireMedia(request);
      const { thumbnail, sha256 } = media.content;
      describe(reply, media, `${sha256}-thumbnail`).header('content-type', KEPT_TYPE);
      if (request.method === 'HEAD') return reply.header('content-length', thumbnail.length).send();
      return reply.send(Buffer.from(thumbnail.buffer, thumbnail.byteOffset, thumbnail.length));
    },
  });

  app.delete(
    '/v1/media/:id',
    {
      schema: {
        summary: 'Delete a picture of yours, for good',
        description: 'Posts that show it stay, and say where it was. Deleting a post does not delete its pictures.',
        tags: ['media'],
        params: IdParams,
        response: { 200: RemovedSchema },
      },
      config: { session: 'required', cost: UPLOAD_COST, problems: [...POST_PROBLEMS, ...WRITE_PROBLEMS, 'forbidden'] },
    },
    async (request) => {
      const id = readId(request.params.id);
      const { deletedAt, custody } = await library.remove(personOf(request), id);
      return { id: idText(id), deletedAt: timeText(deletedAt), custody: custodyText(custody) };
    },
  );
};

/** The bytes of a body. JSON has a parser of its own, and is no picture. */
function pictureIn(body: unknown): Uint8Array {
  if (body === undefined || body === null) throw new Problem('empty-body', 'The picture is the body.');
  if (!(body instanceof Uint8Array)) throw new Problem('unsupported-media-type');
  if (body.length === 0) throw new Problem('empty-body', 'The picture is the body.');
  return body;
}

/** The range that counts: not when it belongs to another version (RFC 9110, 13.1.5). */
function rangeOf(request: FastifyRequest, version: string): string | undefined {
  const condition = request.headers['if-range'];
  return condition === undefined || condition === `"${version}"` ? request.headers.range : undefined;
}

function describe(reply: FastifyReply, { id, content, audience }: LoadedMedia, version: string): FastifyReply {
  setEtag(reply, version);
  const extension = content.type.slice('image/'.length);
  return reply.headers({
    'content-type': content.type,
    'content-disposition': `inline; filename="${idText(id)}.${extension}"`,
    'content-security-policy': CONTENT_SECURITY,
    'cache-control': `${audience === 'public' ? 'public' : 'private'}, ${FOREVER}`,
    'accept-ranges': 'bytes',
  });
}

function notModified(reply: FastifyReply, media: LoadedMedia, version: string): FastifyReply {
  return describe(reply, media, version).removeHeader('content-type').code(304).send();
}
