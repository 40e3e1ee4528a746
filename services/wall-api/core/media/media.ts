/** Media: pictures on the ring, as chunks under a signed root (docs/decisions/pictures-in-pieces.md). */
import { hexOf, type Id, uuidOf } from '../../../shared/core/id.ts';
import { contentHash, type RecordDraft, type RingRecord } from '../../../shared/core/record.ts';
import type { UnlockedPerson } from '../identity/person.ts';
import { mapBounded } from '../parallel.ts';
import type { Audience } from '../posts/post-format.ts';
import { Problem } from '../problem.ts';
import { EMPTY_VALUE } from '../ring/json-value.ts';
import type { Outbox } from '../ring/outbox.ts';
import { type Custody, getSettled, putRecords, type Ring } from '../ring/ring-client.ts';
import { MEDIA, MEDIA_CHUNK, REVISION } from '../ring/ring-names.ts';
import { type Attempt, leastCustody, putOver, sign } from '../ring/writer.ts';
import type { WallCrypto } from '../wall-crypto.ts';
import { ChunkReader, type OpenMedia } from './media-chunks.ts';
import {
  CHUNK_BYTES,
  chunkRange,
  decodeMedia,
  encodeMedia,
  encodeSealedMedia,
  type MediaContent,
  saltOf,
} from './media-format.ts';
import type { Picture } from './media-picture.ts';
import type { MediaReference } from './media-reference.ts';
import { mediaKey, mediaSalt, sealPart } from './media-seal.ts';

/** Chunks that go out, or come in to be removed, together. */
const BATCH = 6;

export interface MediaDraft {
  readonly picture: Picture;
  readonly alt: string | null;
  readonly audience: Audience;
}

export interface LoadedMedia extends OpenMedia {
  readonly audience: Audience;
  /** Milliseconds since the epoch, by the author's clock. */
  readonly createdAt: number;
  readonly root: RingRecord;
}

export interface StoredMedia {
  readonly media: LoadedMedia;
  readonly custody: Custody;
}

export interface MediaParts {
  readonly ring: Ring;
  readonly crypto: WallCrypto;
  readonly now: () => number;
  readonly outbox: Outbox;
}

/** Who asks for a medium: a person, or whoever has the key out of a post. */
export interface MediaViewer {
  readonly person: UnlockedPerson | undefined;
  readonly key: Uint8Array | undefined;
}

export class MediaLibrary {
  readonly chunks: ChunkReader;
  readonly #parts: MediaParts;

  constructor(parts: MediaParts) {
    this.#parts = parts;
    this.chunks = new ChunkReader(parts.ring, parts.crypto);
  }

  /**
   * Stores a picture: its chunks first, and the root that names them once each has a quorum. The same picture stored
   * again as the same attempt gives the same records. Throws as putRecords does; chunks that were put in vain are then
   * withdrawn, unless the same request may come again and use them.
   */
  async store(author: UnlockedPerson, draft: MediaDraft, attempt: Attempt): Promise<StoredMedia> {
    const { ring, crypto } = this.#parts;
    const { picture, alt, audience } = draft;
    const { type, width, height, content: bytes, thumbnail } = picture;
    const sha256 = hexOf(crypto.sha256(bytes));
    const described = { type, width, height, bytes: bytes.length, alt, sha256, chunks: [], thumbnail };
    const seal = audience === 'friends' ? this.#sealOf(author, described, attempt.at) : undefined;
    const put: RingRecord[] = [];
    try {
      const custodies = await this.#putChunks(author, bytes, seal?.key, attempt.at, put);
      const content: MediaContent = { ...described, chunks: put.map(({ place }) => place) };
      const value =
        seal === undefined
          ? encodeMedia(content)
          : encodeSealedMedia(content, author.person, seal.salt, seal.key, crypto);
      const root = sign(author, immutable(MEDIA, attempt.at, value), crypto);
      put.push(root);
      custodies.push(...(await putRecords(ring, [root])));
      const { place: id, createdAt } = root;
      const media = { id, author: author.person, content, key: seal?.key, audience, createdAt, root };
      return { media, custody: leastCustody(custodies) };
    } catch (error) {
      if (!attempt.repeatable) this.#parts.outbox.later(put.map((record) => this.#tombstone(author, record)));
      throw error;
    }
  }

  /**
   * The medium of an id, opened with the viewer's key, or with the author's own. Throws nobody-holds-it,
   * ring-unavailable, deleted or not-readable.
   */
  async require(id: Id, viewer: MediaViewer): Promise<LoadedMedia> {
    const root = await this.#root(id);
    const { author, value, createdAt } = root;
    const salt = saltOf(value);
    const own = salt !== undefined && viewer.person?.person === author;
    const key = own ? mediaKey(viewer.person, salt, this.#parts.crypto) : viewer.key;
    const reading = decodeMedia(value, author, key, this.#parts.crypto);
    if (reading.state === 'sealed') {
      throw new Problem('not-readable', 'It is sealed; the posts that show it have the address with its key.');
    }
    if (reading.state === 'malformed') throw noMedia(id);
    const audience = salt === undefined ? 'public' : 'friends';
    const { content } = reading;
    return { id, author, content, key: salt === undefined ? undefined : key, audience, createdAt, root };
  }

  /**
   * What a post of this audience says of the author's pictures. Throws as `require`, and unprocessable-content for
   * pictures of others or of another audience.
   */
  async references(author: UnlockedPerson, ids: readonly Id[], audience: Audience): Promise<readonly MediaReference[]> {
    return await Promise.all(
      ids.map(async (id): Promise<MediaReference> => {
        const media = await this.require(id, { person: author, key: undefined });
        if (media.author !== author.person) {
          throw new Problem('unprocessable-content', `The picture ${uuidOf(id)} is somebody else’s.`);
        }
        if (media.audience !== audience) {
          throw new Problem(
            'unprocessable-content',
            `The picture ${uuidOf(id)} was uploaded for the audience ${media.audience}, the post is for ${audience}.`,
          );
        }
        const { type, width, height, alt } = media.content;
        return { id, type, width, height, alt, key: media.key };
      }),
    );
  }

  /**
   * Removes a picture of the author's from the ring, for good: the chunks first, so that what failed half-way can be
   * done again. Gives the tombstone's custody. Throws forbidden, and as `require` and putOver do.
   */
  async remove(author: UnlockedPerson, id: Id): Promise<{ readonly deletedAt: number; readonly custody: Custody }> {
    const { ring, crypto, now } = this.#parts;
    const media = await this.require(id, { person: author, key: undefined }).catch((error: unknown) => {
      // Only its author can open it without a key.
      throw error instanceof Problem && error.slug === 'not-readable' ? new Problem('forbidden') : error;
    });
    if (media.author !== author.person) throw new Problem('forbidden', `Only its author may delete ${uuidOf(id)}.`);
    const deletedAt = now();
    await mapBounded(media.content.chunks, BATCH, async (_, index) => {
      const chunk = await this.chunks.read(media, index);
      if (chunk.state === 'unreachable') {
        throw new Problem('ring-unavailable', 'A piece of the picture is out of reach.', { retryAfterS: 2 });
      }
      if (chunk.state === 'present') await putOver(ring, author, [this.#removal(chunk.record, deletedAt)], crypto);
    });
    const [custody] = await putOver(ring, author, [this.#removal(media.root, deletedAt)], crypto);
    return { deletedAt, custody: custody! };
  }

  async #root(id: Id): Promise<RingRecord> {
    const { ring } = this.#parts;
    const answer = await ring.get({ place: id, name: MEDIA, consistency: 'one', limit: 1 });
    const root = answer.records.find(({ kind }) => kind === 'immutable');
    if (root !== undefined) return root;
    const { records } = await getSettled(ring, { place: id, name: REVISION, limit: 10 });
    const tombstone = records.find(({ final }) => final);
    if (tombstone !== undefined) {
      throw new Problem('deleted', undefined, { members: { deletedAt: tombstone.createdAt } });
    }
    if (answer.complete) throw noMedia(id);
    throw new Problem('ring-unavailable', 'Too few of the phones that should hold this answered.', { retryAfterS: 2 });
  }

  /** Everything that the key will encrypt goes into its salt; the chunks follow from content and time. */
  #sealOf(author: UnlockedPerson, described: MediaContent, createdAt: number): { salt: Uint8Array; key: Uint8Array } {
    const { crypto } = this.#parts;
    const salt = mediaSalt(author, contentHash(MEDIA, createdAt, encodeMedia(described), crypto), crypto);
    return { salt, key: mediaKey(author, salt, crypto) };
  }

  /** Signs and puts the chunks; `put` gets them in their order, also those that no quorum took. */
  async #putChunks(
    author: UnlockedPerson,
    bytes: Uint8Array,
    key: Uint8Array | undefined,
    createdAt: number,
    put: RingRecord[],
  ): Promise<Custody[]> {
    const { ring, crypto } = this.#parts;
    const count = Math.ceil(bytes.length / CHUNK_BYTES);
    const custodies: Custody[] = [];
    while (put.length < count) {
      const batch = Array.from({ length: Math.min(BATCH, count - put.length) }, (_, i) => {
        const index = put.length + i;
        const { from, to } = chunkRange(index, bytes.length);
        const plain = bytes.subarray(from, to);
        const value = key === undefined ? plain : sealPart(key, index + 1, plain, author.person, crypto);
        return sign(author, immutable(MEDIA_CHUNK, createdAt, value), crypto);
      });
      put.push(...batch);
      custodies.push(...(await putRecords(ring, batch)));
    }
    return custodies;
  }

  #removal({ name, createdAt, value }: RingRecord, deletedAt: number): RecordDraft {
    const proof = contentHash(name, createdAt, value, this.#parts.crypto);
    const version = { seq: 1, createdAt: deletedAt, deleted: true, value: EMPTY_VALUE };
    return { kind: 'mutable', name: REVISION, slot: '', proof, ...version };
  }

  #tombstone(author: UnlockedPerson, record: RingRecord): RingRecord {
    return sign(author, this.#removal(record, this.#parts.now()), this.#parts.crypto);
  }
}

function immutable(name: string, createdAt: number, value: Uint8Array): RecordDraft {
  return { kind: 'immutable', name, slot: '', seq: 0, createdAt, deleted: false, value };
}

function noMedia(id: Id): Problem {
  return new Problem('nobody-holds-it', `No phone holds a picture ${uuidOf(id)}.`);
}
