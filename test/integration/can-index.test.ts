/** The index of meanings on real phones: posts published on one are found by their meaning on another. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CanServiceDefinition, PublishOutcome } from '../../proto/gen/ringwall/can/v1/can.ts';
import { EmbedderServiceDefinition } from '../../proto/gen/ringwall/embedder/v1/embedder.ts';
import { grpcClient } from '../../services/shared/runtime/grpc/grpc-client.ts';
import type { Service } from '../../services/shared/runtime/grpc/rpc.ts';
import { eventually } from './eventually.ts';

const MAIN = join(import.meta.dirname, '../../services/phone-node/main.ts');
const PHONES = 5;
const TEXTS = [
  'The recipe needs flour, butter and three eggs.',
  'Bake the bread until the crust is golden brown.',
  'The striker scored twice in the second half.',
  'Our goalkeeper saved a penalty in the last minute.',
  'The rover sent new pictures from the surface of Mars.',
  'Astronomers found a planet around a distant star.',
];

interface Phone {
  readonly child: ChildProcess;
  readonly can: Service<typeof CanServiceDefinition>;
  readonly embedder: Service<typeof EmbedderServiceDefinition>;
  close(): Promise<void>;
}

const phones: Phone[] = [];
let folder: string;

async function startPhone(n: number, seeds: string): Promise<{ readonly phone: Phone; readonly peer: string }> {
  const child = fork(MAIN, [], {
    silent: true,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: {
      ...process.env,
      RINGWALL_DATA: join(folder, String(n)),
      RINGWALL_API_LISTEN: '127.0.0.1:0',
      RINGWALL_PEER_LISTEN: '127.0.0.1:0',
      RINGWALL_CHORD_LISTEN: '127.0.0.1:0',
      RINGWALL_SEEDS: seeds,
      RINGWALL_EXIT_WITH_PARENT: 'true',
      RINGWALL_LOG_LEVEL: 'warn',
    },
  });
  let log = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const [ready] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]): never => {
      throw new Error(`the phone ended with ${code}:\n${log}`);
    }),
  ])) as [{ peer: string; chord: string }];
  const can = grpcClient(CanServiceDefinition, ready.chord);
  const embedder = grpcClient(EmbedderServiceDefinition, ready.chord);
  const close = async (): Promise<void> => {
    can.close();
    embedder.close();
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  const phone = { child, can: can.service, embedder: embedder.service, close };
  phones.push(phone);
  return { phone, peer: ready.peer };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringwall-can-'));
  const { peer } = await startPhone(0, '');
  await Promise.all(Array.from({ length: PHONES - 1 }, (_, i) => startPhone(i + 1, peer)));
});

afterAll(async () => {
  await Promise.all(phones.map((phone) => phone.close()));
  await rm(folder, { recursive: true, force: true });
});

describe('what is no question and no entry', () => {
  const unit = (change: (vector: Float32Array) => void = () => {}): Buffer => {
    const vector = new Float32Array(512);
    vector[0] = 1;
    change(vector);
    return Buffer.from(vector.buffer);
  };
  const right = { limit: 10, budget: 8, sinceMilliseconds: 0 };
  const short = unit().subarray(4);
  const notFinite = unit((vector) => vector.fill(Number.NaN, 3, 4));
  const long = unit((vector) => vector.fill(2, 0, 1));

  it.each<[string, (can: Phone['can']) => Promise<unknown>, RegExp]>([
    ['a search by nothing', (can) => can.search({ ...right, vectors: [] }), /1 to 16 vectors/],
    ['… by too much', (can) => can.search({ ...right, vectors: Array(17).fill(unit()) }), /1 to 16 vectors/],
    ['… by a short vector', (can) => can.search({ ...right, vectors: [unit(), short] }), /vector/],
    ['… by one that is not finite', (can) => can.search({ ...right, vectors: [notFinite] }), /finite/],
    ['… for no posts', (can) => can.search({ ...right, vectors: [unit()], limit: 0 }), /limit must be 1 to 100/],
    ['… for too many', (can) => can.search({ ...right, vectors: [unit()], limit: 101 }), /limit must be 1 to 100/],
    ['… of too many phones', (can) => can.search({ ...right, vectors: [unit()], budget: 257 }), /at most 256/],
    ['an exact one for too many', (can) => can.searchExactly({ vector: unit(), limit: 101 }), /limit must be 1 to 100/],
    ['… by what is not finite', (can) => can.searchExactly({ vector: notFinite, limit: 1 }), /not finite/],
    ['… by what is not of length 1', (can) => can.searchExactly({ vector: long, limit: 1 }), /not of length 1/],
    ['a removal by a short vector', (can) => can.withdraw({ post: '1'.repeat(32), vector: short }), /vector/],
    ['… of what is no post', (can) => can.withdraw({ post: 'x', vector: unit() }), /post must be/],
    ['a point with too few axes', (can) => can.find({ point: [1, 2] }), /8 coordinates/],
  ])('%s is refused, and it says why', async (_what, ask, why) => {
    await expect(ask(phones[0]!.can)).rejects.toMatchObject({ code: status.INVALID_ARGUMENT, message: why });
  });

  it('entries whose vectors are none are told apart from those that are taken, and not kept', async () => {
    const entry = { author: 'a'.repeat(32), createdAtMilliseconds: Date.now(), revision: 0 };
    const entries = [notFinite, long].map((vector, i) => ({ ...entry, post: String(i).repeat(32), vector }));
    const { outcomes } = await phones[0]!.can.publish({ entries });
    expect(outcomes).toEqual([PublishOutcome.INVALID, PublishOutcome.INVALID]);
    for (const { can } of phones) expect((await can.getStatus({})).entries).toBe(0);
  });
});

it('shares the space out, and finds on every phone what was published on one', async () => {
  await eventually('every phone has a zone', async () => {
    const all = await Promise.all(phones.map(({ can }) => can.getStatus({})));
    return all.every(({ zones, neighbours }) => zones.length === 1 && neighbours.length > 0);
  });
  const { texts } = await phones[1]!.embedder.embed({ texts: [...TEXTS] });
  const vectors = texts.map(({ embedding }) => Buffer.from(Float32Array.from(embedding!.vector).buffer));
  const entries = vectors.map((vector, i) => ({
    post: String(i).padStart(32, '0'),
    author: 'a'.repeat(32),
    createdAtMilliseconds: Date.now(),
    revision: 0,
    vector,
  }));
  // The only post of the network is the nearest one to whatever is asked: a question about football finds the one on Mars.
  await phones[1]!.can.publish({ entries: [entries[4]!] });
  for (const { can } of phones) {
    const search = { vectors: [vectors[2]!], limit: 2, budget: 8, sinceMilliseconds: 0 };
    const answer = await eventually('the only post is found', async () => {
      const [nearest] = (await can.search(search)).answers;
      return nearest!.hits.length === 1 && nearest!.complete && nearest;
    });
    expect(answer.hits).toMatchObject([{ post: entries[4]!.post }]);
  }
  await eventually('all are kept', async () => {
    const { outcomes } = await phones[1]!.can.publish({ entries });
    return outcomes.length === TEXTS.length && outcomes.every((outcome) => outcome === PublishOutcome.STORED);
  });
  for (const { can } of phones) {
    const search = { vectors: [vectors[2]!], limit: 2, budget: 8, sinceMilliseconds: 0 };
    const answer = await eventually('the two posts about football are found, the very one first', async () => {
      const [nearest] = (await can.search(search)).answers;
      return nearest!.hits.map(({ post }) => Number(post)).join() === '2,3' && nearest;
    });
    expect(answer.hits[0]!.similarity).toBeCloseTo(1, 4);
    const exact = await eventually('everything is searched', async () => {
      const found = await can.searchExactly({ vector: vectors[4]!, limit: TEXTS.length });
      return found.complete && found;
    });
    expect(exact.hits).toHaveLength(TEXTS.length);
  }
});
