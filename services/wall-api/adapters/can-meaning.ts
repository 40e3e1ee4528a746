/** The meaning port of the core over a phone's EmbedderService and CanService, in-process or remote. */
import { type CanServiceDefinition, PublishOutcome } from '../../../proto/gen/ringwall/can/v1/can.ts';
import type { EmbedderServiceDefinition } from '../../../proto/gen/ringwall/embedder/v1/embedder.ts';
import { type Id, parseId } from '../../shared/core/id.ts';
import { RpcError, type Service } from '../../shared/runtime/grpc/rpc.ts';
import type {
  IndexedPost,
  IndexOutcome,
  Meaning,
  MeaningVector,
  NearAnswer,
  NearPost,
  NearQuery,
} from '../core/meaning/meaning.ts';
import { Problem } from '../core/problem.ts';

export interface MeaningServices {
  readonly can: Service<typeof CanServiceDefinition>;
  readonly embedder: Service<typeof EmbedderServiceDefinition>;
}

/** Longest wait: the model may have to be loaded first. */
const TIMEOUT_MS = 15_000;
/** Phones that a search may ask: so many a vector, and no more in all (services/can-index/adapters/can-service.ts). */
const BUDGET_A_VECTOR = 24;
const MAX_BUDGET = 256;
/** Entries of one request. */
const ENTRIES_A_REQUEST = 64;

const OUTCOMES: ReadonlyMap<PublishOutcome, IndexOutcome> = new Map([
  [PublishOutcome.STORED, 'stored'],
  [PublishOutcome.UNAVAILABLE, 'unavailable'],
]);

export class CanMeaning implements Meaning {
  readonly #services: MeaningServices;
  #model: string | undefined;

  constructor(services: MeaningServices) {
    this.#services = services;
  }

  async model(): Promise<string> {
    this.#model ??= (
      await asProblem(this.#services.embedder.getParameters({}, { timeoutMs: TIMEOUT_MS }))
    ).networkParameters;
    return this.#model;
  }

  async embed(texts: readonly string[]): Promise<readonly (MeaningVector | undefined)[]> {
    const answer = await asProblem(this.#services.embedder.embed({ texts: [...texts] }, { timeoutMs: TIMEOUT_MS }));
    return answer.texts.map(({ embedding }) => embedding && Float32Array.from(embedding.vector));
  }

  async publish(posts: readonly IndexedPost[]): Promise<readonly IndexOutcome[]> {
    const outcomes: IndexOutcome[] = [];
    for (const page of pages(posts, ENTRIES_A_REQUEST)) {
      const entries = page.map(({ id, author, createdAt, revision, vector }) => ({
        ...{ post: id, author, revision },
        createdAtMilliseconds: createdAt,
        vector: bytesOf(vector),
      }));
      const answer = await asProblem(this.#services.can.publish({ entries }, { timeoutMs: TIMEOUT_MS }));
      for (const outcome of answer.outcomes) outcomes.push(OUTCOMES.get(outcome) ?? 'refused');
    }
    return outcomes;
  }

  async withdraw(post: Id, vector: MeaningVector): Promise<void> {
    await asProblem(this.#services.can.withdraw({ post, vector: bytesOf(vector) }, { timeoutMs: TIMEOUT_MS }));
  }

  async nearest({ vectors, limit, since = 0 }: NearQuery): Promise<NearAnswer> {
    const budget = Math.min(MAX_BUDGET, vectors.length * BUDGET_A_VECTOR);
    const request = { vectors: vectors.map(bytesOf), limit, budget, sinceMilliseconds: since };
    const response = await asProblem(this.#services.can.search(request, { timeoutMs: TIMEOUT_MS }));
    const { answers, contacted, routed, milliseconds } = response;
    return {
      answers: answers.map(({ hits, complete }) => ({ posts: hits.flatMap((hit) => nearPost(hit) ?? []), complete })),
      contacted: contacted.length,
      ...{ routed, milliseconds },
    };
  }
}

type WireHit = Awaited<ReturnType<MeaningServices['can']['search']>>['answers'][number]['hits'][number];

function nearPost({ post, author, createdAtMilliseconds, similarity, from }: WireHit): NearPost | undefined {
  const [id, authorId, phone] = [parseId(post), parseId(author), parseId(from?.id ?? '')];
  if (id === undefined || authorId === undefined) return undefined;
  return {
    id,
    author: authorId,
    createdAt: createdAtMilliseconds,
    similarity,
    from: phone === undefined ? undefined : { id: phone, address: from!.address },
  };
}

/** Float32, little-endian, as every machine that Node runs on has them in memory. */
function bytesOf(vector: MeaningVector): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
}

function* pages<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

async function asProblem<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    throw new Problem('meaning-unavailable', undefined, { retryAfterS: 2, cause: error });
  }
}
