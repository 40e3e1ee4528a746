/**
 * What a put, a get and an idle phone cost: a testnet of processes on this machine, and one more phone inside this
 * process that puts and gets signed 1-KiB records through the same code as any phone. Messages, bytes and CPU are
 * those of the whole fleet, both ends of every link.
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Consistency, PutOutcome } from '../../proto/gen/ringwall/chord/v1/chord.ts';
import { DEFAULT_SETTINGS } from '../../services/chord-router/core/settings.ts';
import { type RunningChordRouter, startChordRouter } from '../../services/chord-router/start.ts';
import { chooseModel, networkParameters } from '../../services/embedder/adapters/chosen-model.ts';
import { type RingRecord, sealRecord } from '../../services/shared/core/record.ts';
import { createRegistry } from '../../services/shared/runtime/metrics/metrics.ts';
import { createLogger } from '../../services/shared/runtime/program/logging.ts';
import { recordCrypto } from '../../services/shared/runtime/record-crypto.ts';
import { Testnet } from '../../testnet/testnet.ts';
import { difference, type Member, privateMegabytes, type Spent, spentBy } from './fleet-figures.ts';
import { percentile } from './percentile.ts';
import { untilAtRest } from './rest.ts';

export interface RingBenchOptions {
  readonly phones: number;
  readonly values: number;
  readonly idleSeconds: number;
  readonly onProgress: (step: string) => void;
}

/** What one operation cost on average, and how long it took. */
export interface OperationCost {
  readonly operation: string;
  readonly messages: number;
  readonly kilobytes: number;
  readonly cpuMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface RingBenchReport {
  readonly phones: number;
  readonly replication: number;
  readonly values: number;
  readonly operations: readonly OperationCost[];
  readonly idle: {
    readonly cpuMsPerPhoneSecond: number;
    readonly messagesPerPhoneSecond: number;
    readonly bytesPerPhoneSecond: number;
    readonly privateMegabytes: { readonly p50: number; readonly max: number };
  };
}

const VALUE_BYTES = 1024;
/** How many operations of the concurrent runs are under way at once. */
const IN_FLIGHT = 32;
const RECORDS_AN_AUTHOR = 100;

export async function benchRing(options: RingBenchOptions): Promise<RingBenchReport> {
  options.onProgress(`starting ${options.phones} phones`);
  await using net = await Testnet.start({ phones: options.phones, seed: 1, people: false });
  const members = net.running.map((phone) => ({ pid: phone.pid!, metricsUrl: `${phone.api}/metrics` }));
  await using client = await ClientPhone.join(
    net.running.slice(0, 3).map((phone) => phone.peer),
    net.network,
  );
  await client.untilSettled();

  await untilAtRest(options.onProgress);
  const idle = await measureIdle(members, options);
  const fleet = [...members, client.member];
  const records = makeRecords(options.values * 2);
  const operations: OperationCost[] = [];
  const measure = async (operation: string, width: number, count: number, run: (i: number) => Promise<void>) => {
    options.onProgress(operation);
    operations.push(await costOf(operation, fleet, width, count, run));
  };
  const { values } = options;
  await measure('put, one after the other', 1, values, (i) => client.put(records[i]!));
  await measure(`put, ${IN_FLIGHT} in flight`, IN_FLIGHT, values, (i) => client.put(records[values + i]!));
  await measure('get, one after the other', 1, values, (i) => client.get(records[i]!));
  await measure(`get, ${IN_FLIGHT} in flight`, IN_FLIGHT, values, (i) => client.get(records[values + i]!));
  return { phones: options.phones, replication: DEFAULT_SETTINGS.replication, values, operations, idle };
}

async function measureIdle(members: readonly Member[], options: RingBenchOptions): Promise<RingBenchReport['idle']> {
  options.onProgress(`measuring ${options.idleSeconds} s of quiet`);
  const startedAt = performance.now();
  const before = await spentBy(members);
  await new Promise((resolve) => setTimeout(resolve, options.idleSeconds * 1000));
  const spent = difference(await spentBy(members), before);
  const phoneSeconds = ((performance.now() - startedAt) / 1000) * members.length;
  const memory = await privateMegabytes(members);
  return {
    cpuMsPerPhoneSecond: (spent.cpuSeconds * 1000) / phoneSeconds,
    messagesPerPhoneSecond: spent.messages / phoneSeconds,
    bytesPerPhoneSecond: spent.bytes / phoneSeconds,
    privateMegabytes: { p50: percentile(memory, 0.5), max: Math.max(...memory) },
  };
}

async function costOf(
  operation: string,
  fleet: readonly Member[],
  width: number,
  count: number,
  run: (i: number) => Promise<void>,
): Promise<OperationCost> {
  const before: Spent = await spentBy(fleet);
  const times: number[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const i = next++;
      const startedAt = performance.now();
      await run(i);
      times.push(performance.now() - startedAt);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  const spent = difference(await spentBy(fleet), before);
  return {
    operation,
    messages: spent.messages / count,
    kilobytes: spent.bytes / 1024 / count,
    cpuMs: (spent.cpuSeconds * 1000) / count,
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
  };
}

/** Signed by many authors, for one may only write so much in a minute. */
function makeRecords(count: number): RingRecord[] {
  const crypto = recordCrypto;
  const authors = Array.from({ length: Math.ceil(count / RECORDS_AN_AUTHOR) }, () => generateKeyPairSync('ed25519'));
  return Array.from({ length: count }, (_, i) => {
    const { publicKey, privateKey } = authors[i % authors.length]!;
    const authorKey = Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url');
    const value = Buffer.alloc(VALUE_BYTES, `${i} of a bench, `);
    const draft = { kind: 'immutable', name: 'post', slot: '', seq: 0, createdAt: i, deleted: false, value } as const;
    return sealRecord(draft, authorKey, (message) => sign(null, message, privateKey), crypto);
  });
}

/** A phone in this process: what the bench drives, and pays for, like any other. */
class ClientPhone implements AsyncDisposable {
  readonly member: Member;
  readonly #router: RunningChordRouter;
  readonly #metrics: Server;
  readonly #folder: string;

  private constructor(router: RunningChordRouter, metrics: Server, folder: string) {
    this.#router = router;
    this.#metrics = metrics;
    this.#folder = folder;
    const { port } = metrics.address() as AddressInfo;
    this.member = { pid: process.pid, metricsUrl: `http://127.0.0.1:${port}/metrics` };
  }

  static async join(seeds: readonly string[], network: string): Promise<ClientPhone> {
    const folder = await mkdtemp(join(tmpdir(), 'ringwall-bench-'));
    const registry = createRegistry();
    const router = await startChordRouter({
      settings: {
        dataFolder: folder,
        peerListen: { host: '127.0.0.1', port: 0 },
        advertise: undefined,
        seeds,
        network,
        verifyAddress: true,
        balanceId: true,
        peerTls: false,
        connectionsPerIp: undefined,
        adminToken: undefined,
        chord: DEFAULT_SETTINGS,
      },
      logger: createLogger('warn'),
      registry,
      parameters: networkParameters(await chooseModel(undefined, () => {})),
    });
    const metrics = createServer((_, response) => void registry.metrics().then((text) => response.end(text)));
    await new Promise<void>((resolve) => metrics.listen(0, '127.0.0.1', resolve));
    await router.joined;
    return new ClientPhone(router, metrics, folder);
  }

  async untilSettled(): Promise<void> {
    while (!(await this.#router.service.getStatus({})).settled)
      await new Promise((resolve) => setTimeout(resolve, 100));
  }

  async put(record: RingRecord): Promise<void> {
    const { receipts } = await this.#router.service.put({ records: [Buffer.from(record.bytes)] });
    if (receipts[0]?.outcome !== PutOutcome.STORED)
      throw new Error(`a put was not stored: outcome ${receipts[0]?.outcome}`);
  }

  async get(record: RingRecord): Promise<void> {
    const request = { place: record.place, name: 'post', limit: 1, consistency: Consistency.ONE };
    const { records } = await this.#router.service.get(request);
    if (!records[0]?.equals(Buffer.from(record.bytes))) throw new Error(`a get brought other bytes than were put`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#router.leave();
    await this.#router.stop();
    this.#metrics.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
