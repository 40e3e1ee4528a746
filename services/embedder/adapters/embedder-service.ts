/** The embedder as other services see it: EmbedderService of proto/ringwall/embedder/v1. */
import { status } from '@grpc/grpc-js';
import type {
  EmbedderServiceDefinition,
  GetParametersResponse,
  Place,
} from '../../../proto/gen/ringwall/embedder/v1/embedder.ts';
import { project, toTorus } from '../../shared/core/projection.ts';
import { type CallOptions, RpcError, type Service } from '../../shared/runtime/grpc/rpc.ts';
import { type ChosenModel, networkParameters } from './chosen-model.ts';
import type { TextEmbedder } from './text-embedder.ts';

export interface EmbedderServiceOptions {
  readonly chosen: ChosenModel;
  readonly embedder: Pick<TextEmbedder, 'embed'>;
  /** Texts were embedded, or not, after so many seconds. */
  readonly embedded: (embedded: number, notUnderstood: number, seconds: number) => void;
  /** The network failed: it cannot be loaded, or does not give what it should. */
  readonly failed: (error: unknown) => void;
}

/** Texts, or vectors, of one request. */
export const MAX_ITEMS = 256;
/** Texts of all requests under way. */
const MAX_WAITING = 2_048;

export function createEmbedderService(options: EmbedderServiceOptions): Service<typeof EmbedderServiceDefinition> {
  const { chosen, embedder } = options;
  const parameters = parametersOf(chosen);
  let waiting = 0;

  const placeOf = (vector: ArrayLike<number>): Place => {
    const coordinates = project(chosen.projection, vector);
    return { coordinates, point: toTorus(chosen.projection, coordinates) };
  };

  const embed = async (texts: readonly string[], signal?: AbortSignal): Promise<(Float32Array | undefined)[]> => {
    const startedAt = performance.now();
    waiting += texts.length;
    try {
      const vectors = await embedder.embed(texts, signal);
      const embedded = vectors.filter((vector) => vector !== undefined).length;
      options.embedded(embedded, texts.length - embedded, (performance.now() - startedAt) / 1000);
      return vectors;
    } catch (error) {
      if (signal?.aborted) throw new RpcError(status.CANCELLED, 'the caller gave up', { cause: error });
      options.failed(error);
      const message = `the model ${chosen.model.name} cannot be used: ${(error as Error).message}`;
      throw new RpcError(status.FAILED_PRECONDITION, message, { cause: error });
    } finally {
      waiting -= texts.length;
    }
  };

  return {
    async embed({ texts }, { signal }: CallOptions = {}) {
      checkCount(texts.length, 'texts');
      if (waiting + texts.length > MAX_WAITING) {
        throw new RpcError(status.RESOURCE_EXHAUSTED, `${waiting} texts wait already: try again later`);
      }
      const vectors = await embed(texts, signal);
      return {
        texts: vectors.map((vector) => ({
          embedding: vector && { vector: Array.from(vector), place: placeOf(vector) },
        })),
      };
    },
    async project({ vectors }) {
      checkCount(vectors.length, 'vectors');
      for (const { values } of vectors) checkVector(values, chosen.model.dimensions);
      return { places: vectors.map(({ values }) => placeOf(values)) };
    },
    getParameters: () => Promise.resolve(parameters),
  };
}

function checkCount(count: number, what: string): void {
  if (count > MAX_ITEMS) {
    throw new RpcError(status.INVALID_ARGUMENT, `at most ${MAX_ITEMS} ${what} a request, not ${count}`);
  }
}

function checkVector(values: readonly number[], dimensions: number): void {
  if (values.length !== dimensions) {
    throw new RpcError(status.INVALID_ARGUMENT, `a vector has ${dimensions} values, not ${values.length}`);
  }
  if (!values.every(Number.isFinite)) {
    throw new RpcError(status.INVALID_ARGUMENT, 'a vector has finite values');
  }
}

function parametersOf(chosen: ChosenModel): GetParametersResponse {
  const { name, version, checksum, dimensions, maxTokens } = chosen.model;
  const { projection } = chosen;
  return {
    model: { name, version, checksum, dimensions, maxTokens },
    projection: {
      version: projection.version,
      checksum: projection.checksum,
      axes: projection.axes.map((direction, axis) => ({
        direction: Array.from(direction),
        knots: Array.from(projection.quantiles[axis] ?? []),
      })),
    },
    networkParameters: networkParameters(chosen),
  };
}
