/**
 * What it costs a phone to be watched: a testnet with people and posts on it is left alone, first unwatched and then with
 * every phone scraped, far oftener than Prometheus would, so that the difference stands out.
 */
import { Testnet } from '../../testnet/testnet.ts';
import { cpuSecondsOf, type Member } from './fleet-figures.ts';
import { percentile } from './percentile.ts';

export interface ScrapeBenchOptions {
  readonly phones: number;
  /** Of each phone. */
  readonly scrapes: number;
  readonly onProgress: (step: string) => void;
}

export interface ScrapeBenchReport {
  readonly phones: number;
  readonly scrapes: number;
  /** Of an unwatched phone, each second. */
  readonly idleCpuMsPerSecond: number;
  /** Of the phone, beyond what it takes anyway. */
  readonly cpuMsPerScrape: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of one answer, medians over the phones. */
  readonly series: number;
  readonly kilobytes: number;
}

const SETTLE_MS = 30_000;
/** Watched and unwatched times take turns, for what a phone does by itself changes. */
const TURNS = 6;
const UNWATCHED_MS = 5_000;
/** Between two rounds of scrapes, in ms. */
const PAUSE_MS = 20;
/** How often Prometheus scrapes (prometheus/prometheus.yml), in s. */
const INTERVAL_SECONDS = 15;

export async function benchScrape({ phones, scrapes, onProgress }: ScrapeBenchOptions): Promise<ScrapeBenchReport> {
  onProgress(`starting ${phones} phones with people and posts`);
  await using net = await Testnet.start({ phones, seed: 1 });
  const members = net.running.map((phone) => ({ pid: phone.pid!, metricsUrl: `${phone.api}/metrics` }));
  await pause(SETTLE_MS);
  const unwatched = { cpu: 0, wall: 0 };
  const watched = { cpu: 0, wall: 0 };
  const times: number[] = [];
  let texts: readonly string[] = [];
  for (let turn = 1; turn <= TURNS; turn++) {
    onProgress(`turn ${turn} of ${TURNS}`);
    await add(unwatched, members, () => pause(UNWATCHED_MS));
    await add(watched, members, async () => {
      for (let round = 0; round < scrapes / TURNS; round++) {
        texts = await scrapeAll(members, times);
        await pause(PAUSE_MS);
      }
    });
  }
  const idleCpuPerSecond = unwatched.cpu / unwatched.wall;
  return {
    ...{ phones, scrapes: times.length / phones },
    idleCpuMsPerSecond: (1000 * idleCpuPerSecond) / phones,
    cpuMsPerScrape: (1000 * (watched.cpu - idleCpuPerSecond * watched.wall)) / times.length,
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    series: percentile(texts.map(seriesIn), 0.5),
    kilobytes: percentile(
      texts.map((text) => Buffer.byteLength(text) / 1024),
      0.5,
    ),
  };
}

/** One phone after the other; notes how long each took, in ms. */
async function scrapeAll(members: readonly Member[], times: number[]): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const { metricsUrl } of members) {
    const startedAt = performance.now();
    texts.push(await (await fetch(metricsUrl)).text());
    times.push(performance.now() - startedAt);
  }
  return texts;
}

export function scrapeMarkdown(report: ScrapeBenchReport): string {
  const cores = report.cpuMsPerScrape / (1000 * INTERVAL_SECONDS);
  return [
    `${report.phones} phones as processes with people and posts, ${report.scrapes} scrapes of each; Node ${process.versions.node}.`,
    '',
    `- CPU of the phone a scrape: ${report.cpuMsPerScrape.toFixed(2)} ms; unwatched it takes ${report.idleCpuMsPerSecond.toFixed(2)} ms a second.`,
    `- Every ${INTERVAL_SECONDS} s, that is ${(100 * cores).toFixed(3)} % of a core a phone, and ${(200 * cores).toFixed(3)} cores for 200 phones.`,
    `- An answer: ${report.series} series, ${report.kilobytes.toFixed(1)} KiB, ${report.p50Ms.toFixed(2)} ms (p50), ${report.p99Ms.toFixed(2)} ms (p99).`,
  ].join('\n');
}

/** Adds the CPU time of the members while something goes on, and how long that took, in s. */
async function add(
  sum: { cpu: number; wall: number },
  members: readonly Member[],
  run: () => Promise<void>,
): Promise<void> {
  const startedAt = performance.now();
  const before = await cpuSecondsOf(members);
  await run();
  sum.cpu += (await cpuSecondsOf(members)) - before;
  sum.wall += (performance.now() - startedAt) / 1000;
}

function seriesIn(text: string): number {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
