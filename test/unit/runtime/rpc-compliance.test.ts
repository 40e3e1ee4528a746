import { once } from 'node:events';
import { Client, credentials, makeGenericClientConstructor, status } from '@grpc/grpc-js';
import { service as officialHealth } from 'grpc-health-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  ChordServiceDefinition,
  type GetNearestRequest,
  type LookupRequest,
} from '../../../proto/gen/ringwall/chord/v1/chord.ts';
import { grpcClient } from '../../../services/shared/runtime/grpc/grpc-client.ts';
import { GrpcServer } from '../../../services/shared/runtime/grpc/grpc-server.ts';
import { inProcess } from '../../../services/shared/runtime/grpc/in-process.ts';
import { RpcError, type Service } from '../../../services/shared/runtime/grpc/rpc.ts';
import { HEALTH_STATUS, healthDefinition } from '../../../services/shared/runtime/metrics/health.ts';

type Chord = Service<typeof ChordServiceDefinition>;

interface Channel {
  readonly chord: Chord;
  readonly crashes: unknown[];
  close(): Promise<void>;
}

const LOOPBACK = { host: '127.0.0.1', port: 0 };

/** A service whose behaviour a test chooses by the request. */
function toyChord(onAborted: () => void): Chord {
  return {
    lookup: async ({ key }: LookupRequest) => {
      if (key === 'refuse') throw new RpcError(status.FAILED_PRECONDITION, 'not today');
      if (key === 'crash') throw new Error('secret of the inside');
      return { found: true, owner: { id: key, address: '127.0.0.1:1' }, replicas: [], hops: [], milliseconds: 1.5 };
    },
    getNearest: (_request: GetNearestRequest, options) =>
      new Promise((_resolve, reject) => {
        options?.signal?.addEventListener('abort', () => {
          onAborted();
          reject(new RpcError(status.CANCELLED, 'gone'));
        });
      }),
    put: async ({ records }) => ({
      receipts: records.map((record) => ({ outcome: 1, replicas: record.length, acknowledged: 1, newer: undefined })),
    }),
    get: async () => ({ records: [], complete: true, answered: [], hops: 0, milliseconds: 0 }),
    relay: async ({ payload }) => ({ outcome: 1, payload, milliseconds: 1 }),
    identify: async () => ({ phone: undefined }),
    getStatus: async () => {
      throw new RpcError(status.UNIMPLEMENTED, 'no status');
    },
  };
}

const channels: Record<string, (onAborted: () => void) => Promise<Channel>> = {
  'in process': async (onAborted) => {
    const crashes: unknown[] = [];
    const chord = inProcess(ChordServiceDefinition, toyChord(onAborted), (error) => crashes.push(error));
    return { chord, crashes, close: async () => {} };
  },
  'over a socket': async (onAborted) => {
    const crashes: unknown[] = [];
    const server = new GrpcServer({ crashed: (error) => crashes.push(error) });
    server.add(ChordServiceDefinition, toyChord(onAborted));
    const { port } = await server.listen(LOOPBACK);
    const client = grpcClient(ChordServiceDefinition, `127.0.0.1:${port}`);
    return {
      chord: client.service,
      crashes,
      close: async () => {
        client.close();
        await server.stop(1_000);
      },
    };
  },
};

const open: Channel[] = [];
afterEach(async () => {
  for (const channel of open.splice(0)) await channel.close();
});

describe.each(Object.entries(channels))('a service called %s', (_name, openChannel) => {
  const start = async (onAborted: () => void = () => {}): Promise<Channel> => {
    const channel = await openChannel(onAborted);
    open.push(channel);
    return channel;
  };

  it('answers', async () => {
    const { chord } = await start();
    const found = await chord.lookup({ key: 'a' });
    expect(found.owner).toEqual({ id: 'a', address: '127.0.0.1:1' });
    expect(found.milliseconds).toBe(1.5);
    const put = await chord.put({ records: [Buffer.alloc(3), Buffer.alloc(70_000)] });
    expect(put.receipts.map((receipt) => receipt.replicas)).toEqual([3, 70_000]);
  });

  it('hands on the code and message of an RpcError', async () => {
    const { chord, crashes } = await start();
    await expect(chord.lookup({ key: 'refuse' })).rejects.toMatchObject({
      name: 'RpcError',
      code: status.FAILED_PRECONDITION,
      message: 'not today',
    });
    expect(crashes).toEqual([]);
  });

  it('says INTERNAL and nothing else when the implementation throws', async () => {
    const { chord, crashes } = await start();
    await expect(chord.lookup({ key: 'crash' })).rejects.toMatchObject({
      code: status.INTERNAL,
      message: 'internal error',
    });
    expect(crashes).toHaveLength(1);
  });

  it('gives up after its time', async () => {
    const aborted = Promise.withResolvers<void>();
    const { chord } = await start(aborted.resolve);
    await expect(chord.getNearest({ key: 'a', name: 'post' }, { timeoutMs: 30 })).rejects.toMatchObject({
      code: status.DEADLINE_EXCEEDED,
    });
    await aborted.promise;
  });

  it('gives up when its caller does', async () => {
    const aborted = Promise.withResolvers<void>();
    const { chord } = await start(aborted.resolve);
    await chord.lookup({ key: 'a' });
    const abort = new AbortController();
    const call = chord.getNearest({ key: 'a', name: 'post' }, { signal: abort.signal });
    setImmediate(() => abort.abort());
    await expect(call).rejects.toMatchObject({ code: status.CANCELLED });
    await expect(chord.lookup({ key: 'a' }, { signal: abort.signal })).rejects.toMatchObject({
      code: status.CANCELLED,
    });
  });
});

describe('a gRPC server', () => {
  it('answers bytes that are no message with INVALID_ARGUMENT', async () => {
    const crashes: unknown[] = [];
    const server = new GrpcServer({ crashed: (error) => crashes.push(error) });
    server.add(
      ChordServiceDefinition,
      toyChord(() => {}),
    );
    const { port } = await server.listen(LOOPBACK);
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    const code = await new Promise((resolve) => {
      client.makeUnaryRequest(
        '/ringwall.chord.v1.ChordService/Lookup',
        (bytes: Buffer) => bytes,
        (bytes: Buffer) => bytes,
        Buffer.from([10, 200, 1, 2]),
        (error) => resolve(error?.code),
      );
    });
    expect(code).toBe(status.INVALID_ARGUMENT);
    expect(crashes).toEqual([]);
    client.close();
    await server.stop(1_000);
  });

  it('tells its health to a client made of the official definition, which must do without Watch', async () => {
    const server = new GrpcServer({ crashed: () => {} });
    server.health.set('some.Service', true);
    const { port } = await server.listen(LOOPBACK);
    const OfficialClient = makeGenericClientConstructor(officialHealth, 'Health');
    const client = new OfficialClient(`127.0.0.1:${port}`, credentials.createInsecure());
    const answer = await new Promise((resolve) => {
      client['Check']!({ service: 'some.Service' }, (error: unknown, response: unknown) => resolve(error ?? response));
    });
    expect(answer).toEqual({ status: 'SERVING' });
    const watching = client['Watch']!({ service: '' });
    const [refusal] = await once(watching, 'error');
    expect(refusal.code).toBe(status.UNIMPLEMENTED);
    client.close();
    await server.stop(1_000);
  });

  it('tells its health, and fails callers as UNAVAILABLE once it has stopped', async () => {
    const server = new GrpcServer({ crashed: () => {} });
    server.add(
      ChordServiceDefinition,
      toyChord(() => {}),
    );
    const { port } = await server.listen(LOOPBACK);
    const { service: health, close } = grpcClient(healthDefinition, `127.0.0.1:${port}`);
    expect(await health.check({ service: '' })).toEqual({ status: HEALTH_STATUS.SERVING });
    server.health.set(ChordServiceDefinition.fullName, false);
    expect(await health.check({ service: ChordServiceDefinition.fullName })).toEqual({
      status: HEALTH_STATUS.NOT_SERVING,
    });
    await expect(health.check({ service: 'nobody' })).rejects.toMatchObject({ code: status.NOT_FOUND });
    await server.stop(1_000);
    await expect(health.check({ service: '' })).rejects.toMatchObject({ code: status.UNAVAILABLE });
    close();
  });
});
