/** `npm run bench`: what the software costs, measured on this machine. */
import { cpus, totalmem } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { benchConsole, consoleMarkdown } from './console/console-bench.ts';
import { benchDensity, densityMarkdown } from './density-bench.ts';
import { benchEmbedder, embedderMarkdown } from './embedder-bench.ts';
import { benchFeeds, feedMarkdown } from './feed/feed-bench.ts';
import { benchMemory, memoryMarkdown } from './memory-bench.ts';
import { runPeers } from './peers/command.ts';
import { benchRestApi, restMarkdown } from './rest-api/rest-api-bench.ts';
import { benchRing, type RingBenchReport } from './ring-bench.ts';
import { benchScrape, scrapeMarkdown } from './scrape-bench.ts';

const atLeast =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least) throw new InvalidArgumentError(`a whole number from ${least} on`);
    return value;
  };

const sizesFrom =
  (least: number) =>
  (text: string): number[] =>
    text.split(',').map(atLeast(least));

const program = new Command('bench').description('Measures what Ringwall costs on this machine.');

program
  .command('ring', { isDefault: true })
  .description('messages, bytes, CPU and latency of a put and a get, and what an idle phone costs')
  .option('--phones <n>', 'phones, each a process', atLeast(2), 16)
  .option('--values <n>', '1-KiB records to put and to get in each run', atLeast(1), 500)
  .option('--idle <seconds>', 'how long to watch the quiet ring', atLeast(1), 60)
  .option('--json', 'print figures as JSON')
  .action(async (options: { phones: number; values: number; idle: number; json?: true }) => {
    const onProgress = (step: string): void => console.error(`· ${step}`);
    const report = await benchRing({ ...options, idleSeconds: options.idle, onProgress });
    console.log(options.json ? JSON.stringify(report, null, 2) : asMarkdown(report));
  });

program
  .command('memory')
  .description('private memory of an idle phone, in rings of several sizes, with and without people who posted')
  .option('--sizes <n,n,…>', 'phones of each ring, each a process', sizesFrom(1), [1, 8, 16])
  .option('--json', 'print figures as JSON')
  .action(async (options: { sizes: readonly number[]; json?: true }) => {
    const rings = await benchMemory({ ...options, onProgress: (step) => console.error(`· ${step}`) });
    console.log(options.json ? JSON.stringify(rings, null, 2) : memoryMarkdown(rings));
  });

program
  .command('embedder')
  .description('memory that the sentence encoder adds to a phone, and how long a text takes')
  .option('--phones <n>', 'phones, each a process', atLeast(2), 8)
  .option('--texts <n>', 'posts to embed on each phone', atLeast(1), 200)
  .option('--json', 'print figures as JSON')
  .action(async (options: { phones: number; texts: number; json?: true }) => {
    const report = await benchEmbedder({ ...options, onProgress: (step) => console.error(`· ${step}`) });
    console.log(options.json ? JSON.stringify(report, null, 2) : embedderMarkdown(report));
  });

program
  .command('scrape')
  .description('what it costs a phone to be scraped by Prometheus')
  .option('--phones <n>', 'phones, each a process', atLeast(2), 8)
  .option('--scrapes <n>', 'scrapes of each phone', atLeast(1), 300)
  .option('--json', 'print figures as JSON')
  .action(async (options: { phones: number; scrapes: number; json?: true }) => {
    const report = await benchScrape({ ...options, onProgress: (step) => console.error(`· ${step}`) });
    console.log(options.json ? JSON.stringify(report, null, 2) : scrapeMarkdown(report));
  });

program
  .command('density')
  .description(
    'phones in containers beside as many containers that sleep: start, memory, idle CPU; needs an engine and root',
  )
  .option('--phones <n>', 'phones, each in a container', atLeast(2), 200)
  .option('--idle <seconds>', 'how long to watch the quiet ring', atLeast(1), 60)
  .option('--json', 'print figures as JSON')
  .action(async (options: { phones: number; idle: number; json?: true }) => {
    const onProgress = (step: string): void => console.error(`· ${step}`);
    const report = await benchDensity({ phones: options.phones, idleSeconds: options.idle, onProgress });
    console.log(options.json ? JSON.stringify(report, null, 2) : densityMarkdown(report));
  });

program
  .command('rest')
  .description("reads and writes of a phone's REST API, with 1, 16 and 64 connections")
  .option('--phones <n>', 'phones of the ring that is measured beside a phone alone', atLeast(2), 8)
  .option('--requests <n>', 'reads of each row; a tenth of it are writes', atLeast(10), 2_000)
  .option('--json', 'print figures as JSON')
  .action(async (options: { phones: number; requests: number; json?: true }) => {
    const report = await benchRestApi({ ...options, onProgress: (step) => console.error(`· ${step}`) });
    console.log(options.json ? JSON.stringify(report, null, 2) : restMarkdown(report));
  });

program
  .command('feed')
  .description('CPU, bytes and time of a feed; the wall of somebody who posted a lot; reads while texts are embedded')
  .option('--phones <n>', 'phones, each a process', atLeast(2), 8)
  .option('--feeds <n>', 'of each strategy', atLeast(1), 200)
  .option('--posts <n>', 'of the person who posted a lot', atLeast(20), 10_000)
  .option('--json', 'print figures as JSON')
  .action(async (options: { phones: number; feeds: number; posts: number; json?: true }) => {
    const report = await benchFeeds({ ...options, onProgress: (step) => console.error(`· ${step}`) });
    console.log(options.json ? JSON.stringify(report, null, 2) : feedMarkdown(report));
  });

program
  .command('console')
  .description('frames of the console in a Chromium while the pointer moves and phones of a drawn network change')
  .option('--phones <n>', 'phones of the network', atLeast(2), 500)
  .option('--seconds <n>', 'how long to watch each use', atLeast(1), 10)
  .option('--console <folder>', 'a console built elsewhere, to compare with: the one of these sources by default')
  .option('--json', 'print figures as JSON')
  .action(async (options: { phones: number; seconds: number; console?: string; json?: true }) => {
    const onProgress = (step: string): void => console.error(`· ${step}`);
    const { phones, seconds, console: folder } = options;
    const rows = await benchConsole({ phones, seconds, folder, onProgress });
    console.log(options.json ? JSON.stringify(rows, null, 2) : consoleMarkdown(rows));
  });

program
  .command('peers')
  .description('ours beside hyperdht and bittorrent-dht, in a network namespace of its own where root allows it')
  .option('--whole', 'the table of docs/benchmarks: all sizes, losses and delays that it has; takes half an hour')
  .option('--nodes <n,n,…>', 'nodes of each network, from 8 on', sizesFrom(8), [16, 64])
  .option('--processes <n>', 'processes that hold them: from 4 on, a signal ends a quarter', atLeast(1), 1)
  .option('--freeze', 'stop a quarter of the processes rather than kill them')
  .option(
    '--libp2p',
    "libp2p's kad-dht, too, which takes some hundred times the processor: ask for few nodes and values",
  )
  .option('--values <n>', '1-KiB values to put and to get in each row', atLeast(1), 500)
  .option('--idle <seconds>', 'how long to watch the quiet network; 0: not at all', atLeast(0), 30)
  .option('--runs <n>', 'of which the median is given', atLeast(1), 3)
  .option('--delay <ms>', 'keep back all that nodes send, for round trips', atLeast(0), 0)
  .option('--memory', 'ours alone, its links in memory: more nodes than one process may have sockets for')
  .option('--out <folder>', 'where to write figures, tables and a plot, after every run')
  .option('--resume', 'go on with the runs that --out has')
  .option('--json', 'print figures as JSON')
  .action(runPeers);

await program.parseAsync();

function asMarkdown(report: RingBenchReport): string {
  const { idle } = report;
  const rows = report.operations.map(
    (cost) =>
      `| ${cost.operation} | ${cost.messages.toFixed(1)} | ${cost.kilobytes.toFixed(2)} | ${cost.cpuMs.toFixed(2)} ` +
      `| ${cost.p50Ms.toFixed(2)} | ${cost.p99Ms.toFixed(2)} |`,
  );
  return [
    `${report.phones} phones as processes and one more that asks, ${report.replication} replicas, ` +
      `${report.values} records of 1 KiB a row; Node ${process.versions.node}, ` +
      `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB.`,
    '',
    '| operation | messages | KB | CPU ms, whole fleet | p50 ms | p99 ms |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    `Idle: ${idle.cpuMsPerPhoneSecond.toFixed(2)} ms CPU, ${idle.messagesPerPhoneSecond.toFixed(2)} messages and ` +
      `${idle.bytesPerPhoneSecond.toFixed(0)} bytes a phone and second; private memory of a phone process ` +
      `${idle.privateMegabytes.p50.toFixed(1)} MB (median), ${idle.privateMegabytes.max.toFixed(1)} MB (largest).`,
  ].join('\n');
}
