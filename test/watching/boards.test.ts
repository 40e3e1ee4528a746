/**
 * Every board of grafana/ on a Prometheus that watches real phones: people post, read and search, a phone dies, another
 * leaves, one comes; then every query of every panel has data.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../../services/gateway/start.ts';
import { createRegistry } from '../../services/shared/runtime/metrics/metrics.ts';
import { createLogger } from '../../services/shared/runtime/program/logging.ts';
import { Testnet } from '../../testnet/testnet.ts';
import { eventually, PATIENCE_MS } from '../integration/eventually.ts';
import { request, WallClient } from '../integration/wall-client.ts';
import { hasData, panelAsks } from './panel-asks.ts';
import { PrometheusProcess } from './prometheus-process.ts';

const PHONES = 7;
/** Fewer than the phones, so that one that dies leaves repair something to do. */
const REPLICATION = 3;
const VICTIM = 3;
const LEAVER = 5;
/** What Grafana would put for $__rate_interval at one scrape a second, made long enough for a machine that stumbles. */
const RATE_INTERVAL = '30s';
const STRATEGIES = ['nearest', 'friends', 'recent', 'random'];

const targetOf = (api: string): string => api.replace('http://', '');

describe('boards', () => {
  let net: Testnet;
  let gateway: RunningGateway;
  let prometheus: PrometheusProcess;
  let writer: WallClient;
  let reader: WallClient;
  let posts = 0;

  beforeAll(async () => {
    // Encoders leave the memory at once, so that there are cold starts to see at any time.
    const environment = { RINGWALL_MODEL_IDLE_SECONDS: '1' };
    net = await Testnet.start({ phones: PHONES, seed: 11, replication: REPLICATION, environment });
    const apis = net.phones.map(({ api }) => targetOf(api));
    gateway = await startGateway({
      listen: { host: '127.0.0.1', port: 0 },
      source: { kind: 'list', apis },
      hosts: [],
      logger: createLogger('error'),
      registry: createRegistry(),
    });
    prometheus = await PrometheusProcess.start({ phone: apis, gateway: [targetOf(gateway.url)] });
    [writer, reader] = await Promise.all([
      WallClient.signUp(net.phone(1).api, 'Writer'),
      WallClient.signUp(net.phone(2).api, 'Reader'),
    ]);
  });

  afterAll(async () => {
    await prometheus?.[Symbol.asyncDispose]();
    await gateway?.stop();
    await net?.[Symbol.asyncDispose]();
  });

  /** What people do, once: post, react, read feeds of all kinds, search, ask for what is not there. */
  async function doSomething(): Promise<void> {
    const post = await writer.publish(`We baked bread and cooked soup, for the ${posts++}th time`);
    await reader.send('PUT', `/v1/posts/${post.id}/reactions/like`);
    for (const strategy of STRATEGIES) await reader.get(`/v1/feed?strategy=${strategy}`);
    await reader.get('/v1/search?q=cooking%20dinner');
    // A phone samples the recall of its first search, and then one in minutes: another phone searches each time.
    const searching = net.running[posts % net.running.length]!;
    await request(`${searching.api}/v1/search?q=cooking%20dinner`);
    await reader.get(`/v1/posts/${'00'.repeat(16)}`);
    await reader.get(`/v1/network/lookup/${'5a'.repeat(16)}`);
    await request(`${gateway.url}/phones/1/v1/network/self`);
  }

  const rings = (): Promise<number | undefined> => prometheus.value('ringwall:rings:sum');
  const near = (value: number | undefined, wanted: number): boolean =>
    value !== undefined && Math.abs(value - wanted) < 0.01;

  it('find one ring, two while the network is cut in two, and one again', async () => {
    await eventually('there is one ring', async () => near(await rings(), 1));
    await net.faults.cut([1, 2, 3]);
    await eventually('there are two', async () => near(await rings(), 2));
    await net.faults.heal();
    await eventually('there is one again', async () => near(await rings(), 1), 2 * PATIENCE_MS);
    await net.waitForIdealRing();
    await eventually(
      'every phone has neighbours in the space of meanings',
      async () => ((await prometheus.value('min(ringwall_can_neighbours)')) ?? 0) > 0,
    );
    await eventually(
      'all phones are counted',
      async () => (await prometheus.value('ringwall:phones:count')) === PHONES,
    );
  });

  it('have data in every panel, once a phone has died, one has left and one has come back', async () => {
    await doSomething();
    await net.kill(VICTIM);
    await net.stop(LEAVER);
    await net.waitForIdealRing();
    await net.restart(VICTIM);
    const missing = panelAsks();
    const dashboard = { prometheus, rateInterval: RATE_INTERVAL, instance: targetOf(net.phone(2).api) };
    expect(missing.size).toBeGreaterThan(150);
    await eventually(
      'every panel has data',
      async () => {
        await doSomething();
        for (const [name, ask] of missing) if (await hasData(ask, dashboard)) missing.delete(name);
        if (missing.size > 0) throw new Error(`no data yet: ${[...missing.keys()].join('; ')}`);
        return true;
      },
      2 * PATIENCE_MS,
    );
  });

  it('offer every phone that runs to choose from', async () => {
    const instances = await prometheus.labelValues('ringwall_chord_ring_share_ratio', 'instance');
    for (const { api } of net.running) expect(instances).toContain(targetOf(api));
  });
});
