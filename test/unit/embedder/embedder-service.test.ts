/** The embedder as other services see it. */
import { status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { EmbedderServiceDefinition } from '../../../proto/gen/ringwall/embedder/v1/embedder.ts';
import { createEmbedderService, MAX_ITEMS } from '../../../services/embedder/adapters/embedder-service.ts';
import { ResidentModel } from '../../../services/embedder/adapters/resident-model.ts';
import { TextEmbedder } from '../../../services/embedder/adapters/text-embedder.ts';
import { grpcClient } from '../../../services/shared/runtime/grpc/grpc-client.ts';
import { GrpcServer } from '../../../services/shared/runtime/grpc/grpc-server.ts';
import { formatHostPort } from '../../../services/shared/runtime/network/host-port.ts';
import { spellingModel } from './spelling-model.ts';

const projection = {
  axes: [Float32Array.of(1)],
  quantiles: [Float32Array.of(-0.5, 0, 0.5)],
  ...{ version: '3', checksum: '1'.repeat(64), modelChecksum: '0'.repeat(64) },
};

function scene() {
  const model = spellingModel(8);
  const embedder = new TextEmbedder({ model: new ResidentModel({ model, idleMs: Infinity }), maxTokens: 8 });
  const counted: number[][] = [];
  const failures: unknown[] = [];
  const service = createEmbedderService({
    ...{ chosen: { model, projection }, embedder },
    embedded: (embedded, notUnderstood) => counted.push([embedded, notUnderstood]),
    failed: (error) => failures.push(error),
  });
  return { model, service, counted, failures };
}

describe('the embedder service', () => {
  test('gives vectors and their places, and says where there are none', async () => {
    const { service, counted } = scene();
    const { texts } = await service.embed({ texts: ['a', 'CAPITALS'] });
    // A coordinate of 97 is beyond all quantiles: vectors of this toy have no length of 1.
    const place = { coordinates: [97], point: [2 ** 32 - 1] };
    expect(texts).toEqual([{ embedding: { vector: [97], place } }, { embedding: undefined }]);
    expect(counted).toEqual([[1, 1]]);
    expect(await service.embed({ texts: [] })).toEqual({ texts: [] });
  });

  test('projects vectors', async () => {
    const { service } = scene();
    const { places } = await service.project({ vectors: [{ values: [0] }, { values: [0.25] }] });
    expect(places).toEqual([
      { coordinates: [0], point: [2 ** 31] },
      { coordinates: [0.25], point: [2 ** 31 + 2 ** 29] },
    ]);
  });

  test('says what a network has to agree on', async () => {
    const { model, projection: told, networkParameters } = await scene().service.getParameters({});
    expect(model).toEqual({ name: 'spelling', version: '1', checksum: '0'.repeat(64), dimensions: 1, maxTokens: 8 });
    const axes = [{ direction: [1], knots: [-0.5, 0, 0.5] }];
    expect(told).toEqual({ version: '3', checksum: '1'.repeat(64), axes });
    expect(networkParameters).toMatch(/^spelling 1, projection 3, [0-9a-f]{16}$/);
  });

  test.each([
    ['too many vectors', Array.from({ length: MAX_ITEMS + 1 }, () => [0]), 'at most 256 vectors'],
    ['a vector of another length', [[0], [0, 0]], 'a vector has 1 values, not 2'],
    ['a vector that is not finite', [[Number.NaN]], 'finite'],
  ])('refuses %s', async (_, vectors, message) => {
    const request = { vectors: vectors.map((values) => ({ values })) };
    const refusal = { code: status.INVALID_ARGUMENT, message: expect.stringContaining(message) };
    await expect(scene().service.project(request)).rejects.toMatchObject(refusal);
  });

  test('refuses too many texts at once, of one caller or of all', async () => {
    const { service } = scene();
    const texts = Array.from({ length: MAX_ITEMS }, () => 'a');
    await expect(service.embed({ texts: [...texts, 'b'] })).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
    const waiting = Array.from({ length: 8 }, () => service.embed({ texts }));
    await expect(service.embed({ texts: ['b'] })).rejects.toMatchObject({ code: status.RESOURCE_EXHAUSTED });
    await Promise.all(waiting);
    expect((await service.embed({ texts: ['b'] })).texts).toHaveLength(1);
  });

  test('stops working for a caller who has gone', async () => {
    const { service, failures } = scene();
    const abort = new AbortController();
    const embedding = service.embed({ texts: ['a', 'bb', 'ccc'] }, { signal: abort.signal });
    abort.abort();
    await expect(embedding).rejects.toMatchObject({ code: status.CANCELLED });
    expect(failures).toEqual([]);
  });

  test('says why the model cannot be used', async () => {
    const { model, service, failures } = scene();
    model.load = () => Promise.reject(new Error('model.onnx is gone'));
    await expect(service.embed({ texts: ['a'] })).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
      message: 'the model spelling cannot be used: model.onnx is gone',
    });
    expect(failures).toHaveLength(1);
  });

  test('is the same over a socket', async () => {
    const { service } = scene();
    const server = new GrpcServer({ crashed: (error) => expect.unreachable(String(error)) });
    server.add(EmbedderServiceDefinition, service);
    const client = grpcClient(
      EmbedderServiceDefinition,
      formatHostPort(await server.listen({ host: '127.0.0.1', port: 0 })),
    );
    try {
      const texts = ['a', '', 'b'];
      expect(await client.service.embed({ texts })).toEqual(await service.embed({ texts }));
    } finally {
      client.close();
      await server.stop(0);
    }
  });
});
