/** Holds entries against the posts themselves: reads the post on the ring, computes its vector, compares. */
import { type ChordServiceDefinition, Consistency } from '../../../proto/gen/ringwall/chord/v1/chord.ts';
import type { EmbedderServiceDefinition } from '../../../proto/gen/ringwall/embedder/v1/embedder.ts';
import type { Id } from '../../shared/core/id.ts';
import { wordsOfPost } from '../../shared/core/post-words.ts';
import { openRecord, type RecordCrypto, type RingRecord } from '../../shared/core/record.ts';
import { dot } from '../../shared/core/vector.ts';
import { RpcError, type Service } from '../../shared/runtime/grpc/rpc.ts';
import type { Entry } from '../core/entries/entry.ts';
import type { Testimony, WitnessOperation } from '../core/entries/witness.ts';

/** Vectors of one text from two machines differ by less. */
const SAME_VECTOR = 0.999;
const TIMEOUT_MS = 10_000;
/** The names of a post's records (docs/architecture.md, "Names on the ring"). */
const POST = 'post';
const REVISION = 'revision';

export interface WitnessParts {
  readonly chord: Service<typeof ChordServiceDefinition>;
  readonly embedder: Service<typeof EmbedderServiceDefinition>;
  readonly crypto: RecordCrypto;
}

interface Versions {
  readonly original: RingRecord;
  readonly newest: RingRecord;
}

export class Witness {
  readonly #parts: WitnessParts;

  constructor(parts: WitnessParts) {
    this.#parts = parts;
  }

  async testify(operation: WitnessOperation): Promise<Testimony> {
    const post = operation.type === 'witness-entry' ? operation.entry.post : operation.post;
    try {
      const [original, revision] = await Promise.all([this.#read(post, POST), this.#read(post, REVISION)]);
      // A tombstone proves whose post it stood over, and takes the post itself off the ring.
      if (revision?.deleted === true) return 'deleted';
      if (original === undefined) return 'unknown';
      const versions = { original, newest: revision ?? original };
      if (operation.type === 'witness-version') return seqOf(versions) > operation.revision ? 'stale' : 'true';
      return await this.#compare(operation.entry, versions);
    } catch (error) {
      if (error instanceof RpcError) return 'unknown';
      throw error;
    }
  }

  async #read(place: Id, name: string): Promise<RingRecord | undefined> {
    const request = { place, name, limit: 1, consistency: Consistency.QUORUM };
    const { records } = await this.#parts.chord.get(request, { timeoutMs: TIMEOUT_MS });
    const opened = records[0] && openRecord(records[0], this.#parts.crypto);
    return opened?.ok === true ? opened.value : undefined;
  }

  async #compare(entry: Entry, versions: Versions): Promise<Testimony> {
    const { original, newest } = versions;
    const isTold = original.author === entry.author && original.createdAt === entry.createdAtMs;
    if (!isTold) return 'forged';
    const texts = [wordsOf(newest), wordsOf(original)].map((words) => words ?? '');
    const { texts: embedded } = await this.#parts.embedder.embed({ texts }, { timeoutMs: TIMEOUT_MS });
    const [now, before] = embedded.map(({ embedding }) => embedding && Float32Array.from(embedding.vector));
    if (now !== undefined && dot(now, entry.vector) >= SAME_VECTOR) return 'true';
    const wasTrue = before !== undefined && dot(before, entry.vector) >= SAME_VECTOR;
    return wasTrue || entry.revision < seqOf(versions) ? 'stale' : 'forged';
  }
}

/** 0: the post was never edited. */
function seqOf({ original, newest }: Versions): number {
  return newest === original ? 0 : newest.seq;
}

/** The words of a public post; undefined of a sealed one, or of what is no post. */
function wordsOf({ value }: RingRecord): string | undefined {
  try {
    const post: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value));
    const { text, media } = (post ?? {}) as { readonly text?: unknown; readonly media?: unknown };
    return typeof text === 'string' ? wordsOfPost(text, descriptionsIn(media)) : undefined;
  } catch {
    return undefined;
  }
}

/** What a post's value says of its pictures. */
function descriptionsIn(media: unknown): readonly string[] {
  return (Array.isArray(media) ? media : []).flatMap((picture: unknown) => {
    const alt = (picture as { readonly alt?: unknown } | null)?.alt;
    return typeof alt === 'string' ? alt : [];
  });
}
