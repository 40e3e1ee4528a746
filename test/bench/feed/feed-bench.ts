/**
 * What a feed costs: each strategy on a testnet with people and posts, the wall of somebody who posted a lot, and how long
 * reads wait while the phone embeds texts.
 */
import { cpus } from 'node:os';
import { EmbedderServiceDefinition } from '../../../proto/gen/ringwall/embedder/v1/embedder.ts';
import { grpcClient } from '../../../services/shared/runtime/grpc/grpc-client.ts';
import { FEED_STRATEGIES, type FeedStrategyName } from '../../../services/wall-api/core/feed/feed.ts';
import { readCorpus } from '../../../testnet/people/corpus.ts';
import { readPeople } from '../../../testnet/people/people.ts';
import { askWall } from '../../../testnet/people/wall-request.ts';
import { Testnet } from '../../../testnet/testnet.ts';
import type { Bar } from '../../experiments/experiment.ts';
import { barsTable, markdownTable } from '../../experiments/page.ts';
import { difference, type Member, spentBy } from '../fleet-figures.ts';
import { percentile } from '../percentile.ts';
import { benchLongWall, type LongWallFigures } from './long-wall.ts';

export interface FeedBenchOptions {
  readonly phones: number;
  /** Of each strategy. */
  readonly feeds: number;
  /** Of the person who posted a lot. */
  readonly posts: number;
  readonly onProgress: (step: string) => void;
}

export interface FeedFigures {
  readonly strategy: FeedStrategyName;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of all phones, a feed. */
  readonly cpuMs: number;
  /** Sent over peer links, requests and replies. */
  readonly kilobytes: number;
  readonly messages: number;
  /** Posts of a page, on average. */
  readonly posts: number;
}

/** The 99th percentile of reads one after the other, in ms. */
export interface ReadsBesideEmbedding {
  readonly quietP99Ms: number;
  readonly busyP99Ms: number;
}

export interface FeedBenchReport {
  readonly phones: number;
  readonly feeds: readonly FeedFigures[];
  readonly wall: LongWallFigures;
  readonly reads: ReadsBesideEmbedding;
}

const MOST_ROUND_TRIPS_A_WALL = 3;
const MOST_MS_BLOCKED = 10;
const WARMING_FEEDS = 20;
const READS = 1_000;
/** The limits are for callers, and this one is many. */
const ENVIRONMENT = { RINGWALL_API_RATE_CAPACITY: '1000000', RINGWALL_API_RATE_PER_SECOND: '1000000' };

export async function benchFeeds(options: FeedBenchOptions): Promise<FeedBenchReport> {
  const { phones, posts, onProgress } = options;
  const wall = await benchLongWall(posts, onProgress);
  onProgress(`starting ${phones} phones with people and posts`);
  await using net = await Testnet.start({ phones, seed: 1, environment: ENVIRONMENT });
  const members = net.running.map((phone) => ({ pid: phone.pid!, metricsUrl: `${phone.api}/metrics` }));
  const token = await logIn(net);
  const { api } = net.running[0]!;
  const feeds: FeedFigures[] = [];
  for (const strategy of FEED_STRATEGIES) {
    onProgress(`feeds: ${strategy}`);
    feeds.push(await benchStrategy(strategy, `${api}/v1/feed?strategy=${strategy}`, token, members, options.feeds));
  }
  return { phones, feeds, wall, reads: await readsBesideEmbedding(onProgress) };
}

/** Somebody of the first phone, by their recovery phrase. */
async function logIn(net: Testnet): Promise<string> {
  const { api } = net.running[0]!;
  const person = (await readPeople(net.dataDir)).find((one) => one.api === api)!;
  const { passphrase, recoveryPhrase } = person;
  const made = await askWall<{ session: { token: string } }>(`${api}/v1/identity`, {
    body: { passphrase, recoveryPhrase },
  });
  return made.session.token;
}

interface FeedAnswer {
  readonly items: readonly unknown[];
}

async function benchStrategy(
  strategy: FeedStrategyName,
  url: string,
  token: string,
  members: readonly Member[],
  count: number,
): Promise<FeedFigures> {
  const times: number[] = [];
  let posts = 0;
  for (let i = 0; i < WARMING_FEEDS; i++) await askWall(url, { token });
  const before = await spentBy(members);
  for (let i = 0; i < count; i++) {
    const startedAt = performance.now();
    const { items } = await askWall<FeedAnswer>(url, { token });
    times.push(performance.now() - startedAt);
    posts += items.length;
  }
  const spent = difference(await spentBy(members), before);
  return {
    strategy,
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    cpuMs: (1000 * spent.cpuSeconds) / count,
    kilobytes: spent.bytes / 1024 / count,
    messages: spent.messages / count,
    posts: posts / count,
  };
}

/** Reads of a post from the store of a phone that is alone, with and without one text after the other being embedded. */
async function readsBesideEmbedding(onProgress: (step: string) => void): Promise<ReadsBesideEmbedding> {
  onProgress('reads on a phone alone while it embeds');
  await using net = await Testnet.start({ phones: 1, people: false, seed: 1, environment: ENVIRONMENT });
  const { api, chord } = net.running[0]!;
  const body = { name: 'Ada', passphrase: 'the passphrase of Ada' };
  const { session } = await askWall<{ session: { token: string } }>(`${api}/v1/identity`, { body });
  const draft = { text: 'To be read a lot.', audience: 'public' };
  const post = await askWall<{ id: string }>(`${api}/v1/posts`, { token: session.token, body: draft });
  const url = `${api}/v1/posts/${post.id}`;
  const client = grpcClient(EmbedderServiceDefinition, chord!);
  try {
    const texts = (await readCorpus()).posts.map((post) => post.text);
    await client.service.embed({ texts: [texts[0]!] });
    await readsP99Ms(url);
    const quietP99Ms = await readsP99Ms(url);
    const reading = new AbortController();
    const embedding = (async (): Promise<void> => {
      for (let i = 0; !reading.signal.aborted; i++) await client.service.embed({ texts: [texts[i % texts.length]!] });
    })();
    const busyP99Ms = await readsP99Ms(url);
    reading.abort();
    await embedding;
    return { quietP99Ms, busyP99Ms };
  } finally {
    client.close();
  }
}

async function readsP99Ms(url: string): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < READS; i++) {
    const startedAt = performance.now();
    await askWall(url);
    times.push(performance.now() - startedAt);
  }
  return percentile(times, 0.99);
}

export function feedBarsOf({ wall, reads }: Pick<FeedBenchReport, 'wall' | 'reads'>): Bar[] {
  const roundTrips = Math.round(wall.p50Ms / wall.roundTripMs);
  const blockedMs = reads.busyP99Ms - reads.quietP99Ms;
  return [
    {
      asked: `first page of a wall of ${wall.posts} posts, round trips, at most ${MOST_ROUND_TRIPS_A_WALL}`,
      reached: `${roundTrips} (${wall.p50Ms.toFixed(0)} ms)`,
      met: roundTrips <= MOST_ROUND_TRIPS_A_WALL,
    },
    {
      asked: `p99 of reads while texts are embedded, ms beyond that without, at most ${MOST_MS_BLOCKED}`,
      reached: blockedMs.toFixed(1),
      met: blockedMs <= MOST_MS_BLOCKED,
    },
  ];
}

export function feedMarkdown(report: FeedBenchReport): string {
  const { wall, reads } = report;
  const columns = ['strategy', 'posts', 'p50 ms', 'p99 ms', 'CPU ms, all phones', 'KB', 'messages'];
  const rows = report.feeds.map((feed) => [
    feed.strategy,
    feed.posts.toFixed(1),
    feed.p50Ms.toFixed(1),
    feed.p99Ms.toFixed(1),
    feed.cpuMs.toFixed(1),
    feed.kilobytes.toFixed(1),
    feed.messages.toFixed(1),
  ]);
  return [
    `${report.phones} phones as processes with the testnet's people and posts, feeds one after the other on one of them; ` +
      `Node ${process.versions.node}, ${cpus().length} cores.`,
    markdownTable({ title: '', columns, rows }),
    `The first page of a wall of ${wall.posts} posts on a ring of ${wall.phones}, a round trip taking ${wall.roundTripMs} ms: ` +
      `${wall.p50Ms.toFixed(1)} ms (p50), ${wall.p99Ms.toFixed(1)} ms (p99), ${wall.incomplete} pages incomplete. Reads one after the other, p99: ` +
      `${reads.quietP99Ms.toFixed(1)} ms, and ${reads.busyP99Ms.toFixed(1)} ms while the phone embeds.`,
    barsTable(feedBarsOf(report)),
  ].join('\n\n');
}
