/**
 * What the embedder costs: private memory that the model adds to a phone of a testnet in which all phones use it, how
 * long a text takes, how long the model takes to come back, and what onnxruntime's own settings would cost instead.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { EmbedderServiceDefinition } from '../../proto/gen/ringwall/embedder/v1/embedder.ts';
import { type GrpcClient, grpcClient } from '../../services/shared/runtime/grpc/grpc-client.ts';
import { readCorpus } from '../../testnet/people/corpus.ts';
import { ALLOCATOR, NODE_FLAGS } from '../../testnet/phones/phone-process.ts';
import { Testnet } from '../../testnet/testnet.ts';
import type { EncoderFigures } from './encoder-process.ts';
import { privateMegabytes } from './fleet-figures.ts';
import { percentile } from './percentile.ts';
import { untilModelsLetGo } from './rest.ts';

export interface EmbedderBenchOptions {
  readonly phones: number;
  readonly texts: number;
  readonly onProgress: (step: string) => void;
}

/** Median and largest over the phones, in MB. */
interface Megabytes {
  readonly p50: number;
  readonly max: number;
}

export interface EmbedderBenchReport {
  readonly phones: number;
  readonly texts: number;
  readonly before: Megabytes;
  /** That the model added, while it was in memory. */
  readonly added: Megabytes;
  /** That was still there when it had been let go. */
  readonly left: Megabytes;
  readonly coldStartMs: { readonly p50: number; readonly max: number };
  /** One short text after the other, through the phone's sibling API. */
  readonly callMs: { readonly p50: number; readonly p99: number };
  readonly encoder: { readonly ours: EncoderFigures; readonly defaults: EncoderFigures };
}

const IDLE_SECONDS = 90;
const ENCODER = join(import.meta.dirname, 'encoder-process.ts');

export async function benchEmbedder(options: EmbedderBenchOptions): Promise<EmbedderBenchReport> {
  const { phones, texts, onProgress } = options;
  onProgress(`starting ${phones} phones`);
  await using net = await Testnet.start({
    ...{ phones, seed: 1, people: false },
    environment: { RINGWALL_MODEL_IDLE_SECONDS: String(IDLE_SECONDS) },
  });
  const members = net.running.map((phone) => ({ pid: phone.pid!, metricsUrl: `${phone.api}/metrics` }));
  const clients = net.running.map((phone) => grpcClient(EmbedderServiceDefinition, phone.chord!));
  try {
    const before = await privateMegabytes(members);
    onProgress('first texts: every phone loads its model');
    const coldStarts = await inTurn(clients, (client) => timed(client, 'A first post.'));
    onProgress(`${texts} texts a phone`);
    const posts = (await readCorpus()).posts.map((post) => post.text);
    const calls = await inTurn(clients, (client) => embedPosts(client, posts, texts));
    const during = await privateMegabytes(members);
    onProgress('waiting until the models are let go');
    await untilModelsLetGo(members);
    const after = await privateMegabytes(members);
    onProgress('the encoder alone');
    return {
      ...{ phones, texts },
      before: summary(before),
      added: summary(during.map((value, i) => value - before[i]!)),
      left: summary(after.map((value, i) => value - before[i]!)),
      coldStartMs: { p50: percentile(coldStarts, 0.5), max: Math.max(...coldStarts) },
      callMs: { p50: percentile(calls.flat(), 0.5), p99: percentile(calls.flat(), 0.99) },
      encoder: { ours: await encoderFigures('ours'), defaults: await encoderFigures('defaults') },
    };
  } finally {
    for (const client of clients) client.close();
  }
}

type Client = GrpcClient<typeof EmbedderServiceDefinition>;

/** One after the other: phones that share a machine's cores would wait for each other otherwise. */
async function inTurn<T>(clients: readonly Client[], work: (client: Client) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (const client of clients) results.push(await work(client));
  return results;
}

async function timed(client: Client, text: string): Promise<number> {
  const startedAt = performance.now();
  const { texts } = await client.service.embed({ texts: [text] });
  if (texts[0]?.embedding === undefined) throw new Error(`no vector for ${JSON.stringify(text)}`);
  return performance.now() - startedAt;
}

async function embedPosts(client: Client, posts: readonly string[], count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) times.push(await timed(client, posts[i % posts.length]!));
  await timed(client, posts.join(' ')); // as long as can be
  return times;
}

/** Of two processes that share the weights, for those of a single one would count as private. */
async function encoderFigures(settings: 'ours' | 'defaults'): Promise<EncoderFigures> {
  const start = (): ChildProcess =>
    fork(ENCODER, [settings], { execArgv: [...NODE_FLAGS], env: { ...process.env, ...ALLOCATOR } });
  const [measured, other] = [start(), start()];
  await Promise.all([once(measured, 'message'), once(other, 'message')]);
  measured.send('measure');
  const [figures] = (await once(measured, 'message')) as [EncoderFigures];
  other.kill();
  return figures;
}

function summary(values: readonly number[]): Megabytes {
  return { p50: percentile(values, 0.5), max: Math.max(...values) };
}

export function embedderMarkdown(report: EmbedderBenchReport): string {
  const mb = ({ p50, max }: Megabytes): string => `${p50.toFixed(1)} MB (median), ${max.toFixed(1)} MB (largest)`;
  const rows = Object.entries(report.encoder).flatMap(([settings, { lengths, addedMegabytes }]) =>
    lengths.map(
      ({ tokens, p50Ms, p99Ms, cpuP50Ms }) =>
        `| ${settings} | ${addedMegabytes.toFixed(1)} | ${tokens} | ${p50Ms.toFixed(2)} | ${p99Ms.toFixed(2)} | ${cpuP50Ms.toFixed(2)} |`,
    ),
  );
  return [
    `${report.phones} phones as processes, ${report.texts} posts of the testnet's corpus a phone, one after the other.`,
    '',
    `- Private memory of a phone before: ${mb(report.before)}.`,
    `- That the model adds: ${mb(report.added)}.`,
    `- That is left of it when the model was let go: ${mb(report.left)}.`,
    `- A text, through the phone's sibling API: ${report.callMs.p50.toFixed(2)} ms (p50), ${report.callMs.p99.toFixed(2)} ms (p99).`,
    `- A first text, with the loading of the model: ${report.coldStartMs.p50.toFixed(0)} ms (p50), ${report.coldStartMs.max.toFixed(0)} ms (max).`,
    '',
    '| onnxruntime set up | MB it adds to a process | tokens | p50 ms | p99 ms | CPU ms, p50 |',
    '|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}
