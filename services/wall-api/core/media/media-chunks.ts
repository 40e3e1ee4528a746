/** The content of a medium, out of its chunks: some are fetched ahead, and each is checked before it is passed on. */
import type { Id } from '../../../shared/core/id.ts';
import type { RingRecord } from '../../../shared/core/record.ts';
import { mapBounded } from '../parallel.ts';
import { Problem } from '../problem.ts';
import type { Ring, RingAnswer } from '../ring/ring-client.ts';
import { MEDIA_CHUNK } from '../ring/ring-names.ts';
import type { WallCrypto } from '../wall-crypto.ts';
import { CHUNK_BYTES, chunkRange, type MediaContent } from './media-format.ts';
import type { ByteRange } from './media-range.ts';
import { openPart } from './media-seal.ts';

/** Chunks of one reader that are under way or wait at once: 256 KiB. */
const AHEAD = 4;

/** A medium whose root was read and opened. */
export interface OpenMedia {
  readonly id: Id;
  readonly author: Id;
  readonly content: MediaContent;
  /** Of a sealed medium. */
  readonly key: Uint8Array | undefined;
}

/** `lost`: every phone that should hold it was asked; or what they hold is not what the root means. */
export type ChunkReading =
  | { readonly state: 'present'; readonly record: RingRecord; readonly bytes: Uint8Array }
  | { readonly state: 'lost' }
  | { readonly state: 'unreachable' };

export class ChunkReader {
  readonly #ring: Ring;
  readonly #crypto: WallCrypto;

  constructor(ring: Ring, crypto: WallCrypto) {
    this.#ring = ring;
    this.#crypto = crypto;
  }

  /** One chunk: by the medium's author, of the length its place in the content asks for. Does not throw Problems. */
  async read({ author, content, key }: OpenMedia, index: number): Promise<ChunkReading> {
    const answer = await this.#get(content.chunks[index]!);
    if (answer === undefined) return { state: 'unreachable' };
    const record = answer.records.find(({ kind, name }) => kind === 'immutable' && name === MEDIA_CHUNK);
    if (record === undefined) return { state: answer.complete ? 'lost' : 'unreachable' };
    // The place proves the content and its author; that the author is the root's is left to be checked.
    if (record.author !== author) return { state: 'lost' };
    const bytes = key === undefined ? record.value : openPart(key, index + 1, record.value, author, this.#crypto);
    const { from, to } = chunkRange(index, content.bytes);
    return bytes?.length === to - from ? { state: 'present', record, bytes } : { state: 'lost' };
  }

  /**
   * The bytes of a range, in pieces. The first chunks are there when it resolves. Throws nobody-holds-it or
   * media-incomplete when one of those is not; the iteration throws media-incomplete when a later one is not.
   */
  async open(media: OpenMedia, range: ByteRange): Promise<AsyncGenerator<Uint8Array, void, undefined>> {
    const first = Math.floor(range.from / CHUNK_BYTES);
    const last = Math.floor((range.to - 1) / CHUNK_BYTES);
    const indexes = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    const opening = await Promise.all(indexes.slice(0, AHEAD).map((index) => this.read(media, index)));
    if (opening.some(({ state }) => state !== 'present')) throw await this.#incomplete(media);
    return this.#pieces(media, range, indexes, opening);
  }

  async *#pieces(
    media: OpenMedia,
    range: ByteRange,
    indexes: readonly number[],
    opening: readonly ChunkReading[],
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const ahead: Promise<ChunkReading>[] = opening.map((reading) => Promise.resolve(reading));
    for (const [position, index] of indexes.entries()) {
      const chunk = await ahead.shift()!;
      if (chunk.state !== 'present') throw new Problem('media-incomplete', `Chunk ${index} went out of reach.`);
      const next = indexes[position + AHEAD];
      if (next !== undefined) ahead.push(this.#readAhead(media, next));
      const { from, to } = chunkRange(index, media.content.bytes);
      yield chunk.bytes.subarray(Math.max(range.from, from) - from, Math.min(range.to, to) - from);
    }
  }

  /** A reader that goes away leaves reads behind that nobody waits for: they must not fail unheard. */
  #readAhead(media: OpenMedia, index: number): Promise<ChunkReading> {
    const reading = this.read(media, index);
    reading.catch(() => undefined);
    return reading;
  }

  /** Counts what is missing of the whole medium. */
  async #incomplete(media: OpenMedia): Promise<Problem> {
    const chunks = media.content.chunks.length;
    const indexes = Array.from({ length: chunks }, (_, index) => index);
    const states = await mapBounded(indexes, AHEAD, async (index) => (await this.read(media, index)).state);
    const missing = states.filter((state) => state !== 'present').length;
    const detail = `${missing} of its ${chunks} chunks are missing; its thumbnail is there.`;
    const members = { missing, chunks };
    if (!states.includes('unreachable') && missing > 0) return new Problem('nobody-holds-it', detail, { members });
    return new Problem('media-incomplete', detail, { members, retryAfterS: 2 });
  }

  /** Undefined when the ring could not be asked. */
  async #get(place: Id): Promise<RingAnswer | undefined> {
    try {
      return await this.#ring.get({ place, name: MEDIA_CHUNK, consistency: 'one', limit: 1 });
    } catch (error) {
      if (error instanceof Problem) return undefined;
      throw error;
    }
  }
}
