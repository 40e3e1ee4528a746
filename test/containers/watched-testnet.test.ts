/**
 * A whole testnet as compose starts it, watched: an ideal ring, a post that travels, boards that are full, and a quarter of
 * the containers killed without a loss. RINGWALL_TEST_PHONES chooses how many phones; 12 unless it does.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../containers/program.ts';
import { DEFAULT_SETTINGS } from '../../services/chord-router/core/settings.ts';
import { inParallel } from '../../testnet/in-parallel.ts';
import { askPlace, type RingPlace, ringFault } from '../../testnet/ring-check.ts';
import { eventually } from '../integration/eventually.ts';
import { expectPost } from '../integration/expect-post.ts';
import { type PostBody, request, WallClient } from '../integration/wall-client.ts';
import { type Dashboard, hasData, panelAsks } from '../watching/panel-asks.ts';
import { PrometheusClient } from '../watching/prometheus-client.ts';
import { ComposedTestnet, PATIENCE_MS } from './composed-testnet.ts';

const PHONES = Number(process.env['RINGWALL_TEST_PHONES'] ?? 12);
const KILLED = Math.floor(PHONES / 4);
const POSTS = 40;
const AT_ONCE = 8;
/** What Grafana makes of scrapes every 15 s. */
const RATE_INTERVAL = '1m';
const STRATEGIES = ['nearest', 'friends', 'recent', 'random'];

let net: ComposedTestnet;
let prometheus: PrometheusClient;
let ada: WallClient;
const posts: PostBody[] = [];

interface FeedBody {
  readonly items: readonly { readonly post: { readonly id: string } }[];
}

const api = (n: number): string => `${net.door}/phones/${n}`;

beforeAll(async () => {
  net = await ComposedTestnet.start({ phones: PHONES, watched: true });
  prometheus = new PrometheusClient(net.prometheus);
}, PATIENCE_MS);

afterAll(async () => {
  await net?.[Symbol.asyncDispose]();
}, PATIENCE_MS);

/** Numbers of the phones that live. */
async function alive(): Promise<number[]> {
  return (await net.phones()).filter(({ state }) => state === 'alive').map(({ n }) => n);
}

async function waitForIdealRing(count: number): Promise<void> {
  await eventually(
    `${count} phones form an ideal ring`,
    async () => {
      const numbers = await alive();
      const answers: RingPlace[] = [];
      await inParallel(numbers, AT_ONCE, async (n) => {
        const place = await askPlace(api(n));
        if (place !== undefined) answers.push(place);
      });
      const ids = answers.map(({ id }) => id);
      const fault = ringFault(ids, answers, DEFAULT_SETTINGS.successors);
      if (answers.length !== count) throw new Error(`${answers.length} of ${count} phones answer`);
      if (fault !== undefined) throw new Error(fault);
      return true;
    },
    PATIENCE_MS,
  );
}

/** What people do, once: post, react, read feeds of all kinds, search, ask for what is not there. */
async function doSomething(round: number): Promise<void> {
  const post = await ada.publish(`We baked bread and cooked soup, for the ${round}th time`);
  await ada.send('PUT', `/v1/posts/${post.id}/reactions/like`);
  for (const strategy of STRATEGIES) await ada.get(`/v1/feed?strategy=${strategy}`);
  const searching = 1 + (round % PHONES);
  await request(`${api(searching)}/v1/search?q=cooking%20dinner`);
  await ada.get(`/v1/posts/${'00'.repeat(16)}`);
  await ada.get(`/v1/network/lookup/${'5a'.repeat(16)}`);
}

/** As Prometheus names a phone. Of one that was killed soon after its start there may never be enough for a rate. */
async function livingInstance(): Promise<string> {
  for (const instance of await prometheus.labelValues('ringwall_chord_ring_share_ratio', 'instance')) {
    if ((await prometheus.value(`up{instance="${instance}"}`)) === 1) return instance;
  }
  throw new Error('Prometheus scrapes no phone');
}

it('people are put on them, and all form an ideal ring', { timeout: 2 * PATIENCE_MS }, async () => {
  await net.waitForPeople();
  await waitForIdealRing(PHONES);
});

it('a post made through the gateway appears in the feed of another phone', { timeout: PATIENCE_MS }, async () => {
  ada = await WallClient.signUp(api(1), 'Ada of the gateway');
  for (let i = 0; i < POSTS; i++) {
    posts.push(await ada.publish(`Through one door, to everybody, ${i}.`));
  }
  await eventually('the last post is in the feed', async () => {
    const { body } = await request<FeedBody>(`${api(PHONES)}/v1/feed?strategy=recent`);
    return body.items.some(({ post }) => post.id === posts.at(-1)!.id);
  });
});

it('a quarter of the containers is killed: nothing is lost, and it shows on the boards', {
  timeout: 2 * PATIENCE_MS,
}, async () => {
  await eventually('all are on the boards', async () => (await prometheus.value('ringwall:phones:count')) === PHONES);
  await eventually(
    'each has neighbours in the space of meanings',
    async () => ((await prometheus.value('min(ringwall_can_neighbours)')) ?? 0) > 0,
  );
  const victims = Array.from({ length: KILLED }, (_, i) => 2 + 3 * i);
  await run('docker', ['kill', ...victims.map((n) => `${net.project}-phone-${n}`)]);
  await eventually('the gateway misses them', async () => (await alive()).length === PHONES - KILLED);
  const readers = await alive();
  await inParallel([...posts.entries()], AT_ONCE, async ([i, post]) => {
    await expectPost(api(readers[i % readers.length]!), post);
  });
  await waitForIdealRing(PHONES - KILLED);
  await eventually(
    'the boards show that they are gone',
    async () => (await prometheus.value('ringwall:phones:count')) === PHONES - KILLED,
    PATIENCE_MS,
  );
});

it('every panel of every board has data', { timeout: PATIENCE_MS }, async () => {
  const missing = panelAsks();
  expect(missing.size).toBeGreaterThan(150);
  const dashboard: Dashboard = { prometheus, rateInterval: RATE_INTERVAL, instance: await livingInstance() };
  let round = 0;
  await eventually(
    'every panel has data',
    async () => {
      await doSomething(round++);
      for (const [name, ask] of missing) if (await hasData(ask, dashboard)) missing.delete(name);
      if (missing.size > 0) throw new Error(`no data yet: ${[...missing.keys()].join('; ')}`);
      return true;
    },
    PATIENCE_MS - 60_000,
  );
});
