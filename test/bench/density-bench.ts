/**
 * How densely phones in containers stand on one machine: a fleet as docker-compose.yml starts it, beside as many
 * containers that only sleep, started in the same run by the same means. Needs a container engine on this machine, and
 * root, for the memory of other users' processes.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { buildImage, IMAGE, prometheusImage } from '../../containers/image.ts';
import { run } from '../../containers/program.ts';
import { DEFAULT_SETTINGS } from '../../services/chord-router/core/settings.ts';
import { type ProcessFigures, processFigures } from '../../testnet/phones/process-figures.ts';
import { askPlace, ringFault } from '../../testnet/ring-check.ts';
import { percentile } from './percentile.ts';
import { untilAtRest } from './rest.ts';

export interface DensityOptions {
  readonly phones: number;
  readonly idleSeconds: number;
  readonly onProgress: (step: string) => void;
}

export interface DensityReport {
  readonly phones: number;
  /** From nothing to as many containers that sleep, and to phones that form an ideal ring. */
  readonly sleepSeconds: number;
  readonly startedSeconds: number;
  readonly idealSeconds: number;
  readonly privateMegabytes: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Cores that all phones took together while nobody asked them for anything but their metrics. */
  readonly idleCores: number;
  /** Phones whose last scrape by Prometheus went well. */
  readonly scraped: number;
}

/** Time beyond which a fleet will not come together any more: for each phone, and for the first. */
const PATIENCE_A_PHONE_MS = 3_000;
const PATIENCE_MS = 180_000;
const POLL_MS = 1_000;
/** So many are asked at once: the asking itself takes a core. */
const ASKED_AT_ONCE = 20;
const TRIES_TO_END = 5;
/** Exit code of who was told to end. */
const INTERRUPTED = 130;
/** Prometheus scrapes every 15 s. */
const SCRAPED_WITHIN_MS = 40_000;

export async function benchDensity(options: DensityOptions): Promise<DensityReport> {
  const { phones, onProgress } = options;
  if ((process.env['RINGWALL_IMAGE'] ?? '') === '') await buildImage({ onProgress });
  const fleet = new Fleet(await prometheusImage(onProgress), await freePort());
  // Hundreds of containers must not stay behind when somebody has no patience.
  const interrupt = (): void => void fleet.down().finally(() => process.exit(INTERRUPTED));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt);
  try {
    onProgress(`starting ${phones} containers that sleep`);
    const sleepSeconds = await seconds(() => fleet.sleep(phones));
    await fleet.down();
    onProgress(`starting ${phones} phones`);
    const begin = performance.now();
    const startedSeconds = await seconds(() => fleet.start(phones));
    const members = await fleet.members();
    onProgress('waiting for an ideal ring');
    await untilIdeal(members, phones);
    const idealSeconds = (performance.now() - begin) / 1000;
    await untilAtRest(onProgress);
    onProgress(`measuring ${options.idleSeconds} s of quiet`);
    const idle = await measureIdle(members, options.idleSeconds);
    return { phones, sleepSeconds, startedSeconds, idealSeconds, ...idle, scraped: await fleet.scraped(phones) };
  } finally {
    onProgress('ending all of them');
    await fleet.down();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupt);
  }
}

interface Member {
  readonly pid: number;
  readonly api: string;
}

/** A project of compose of its own, beside which a testnet may run. */
class Fleet {
  readonly #project = `ringwall-density-${randomBytes(3).toString('hex')}`;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #prometheusPort: number;

  constructor(prometheus: string, prometheusPort: number) {
    this.#prometheusPort = prometheusPort;
    this.#environment = { PROMETHEUS_IMAGE: prometheus, RINGWALL_PROMETHEUS_PORT: String(prometheusPort) };
  }

  async sleep(count: number): Promise<void> {
    const image = process.env['RINGWALL_IMAGE'] ?? IMAGE;
    const service = {
      image,
      entrypoint: ['sleep', '86400'],
      read_only: true,
      cap_drop: ['ALL'],
      tmpfs: ['/data', '/tmp'],
    };
    const file = JSON.stringify({ services: { sleeper: { ...service, stop_grace_period: '1s' } } });
    await this.#compose(['up', '--detach', '--scale', `sleeper=${count}`], file);
  }

  async start(count: number): Promise<void> {
    await this.#compose(['up', '--detach', '--no-build', '--scale', `phone=${count}`, 'tune', 'phone', 'prometheus']);
  }

  /** Ends all containers. */
  async down(): Promise<void> {
    const down = ['--profile', '*', 'down', '--remove-orphans', '--volumes', '--timeout', '1'];
    for (let tries = 1; ; tries++) {
      try {
        return await this.#compose(down);
      } catch (error) {
        if (tries < TRIES_TO_END) {
          await pause(POLL_MS * tries);
          continue;
        }
        if ((await this.#containers()).length > 0) throw error;
        // Engine 20.10 forgets to take some of hundreds of containers off their network, which then stays until the
        // engine is started anew. It is in nobody's way: the containers themselves are gone.
        return;
      }
    }
  }

  async members(): Promise<readonly Member[]> {
    const ids = await this.#containers('label=com.docker.compose.service=phone');
    const format = '{{.State.Pid}} {{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
    const lines = (await run('docker', ['inspect', '--format', format, ...ids])).trim().split('\n');
    return lines.map((line) => {
      const [pid, ip] = line.split(' ');
      return { pid: Number(pid), api: `http://${ip}:8080` };
    });
  }

  async #containers(...filters: readonly string[]): Promise<readonly string[]> {
    const wanted = [`label=com.docker.compose.project=${this.#project}`, ...filters];
    const ids = await run('docker', [
      'ps',
      '--quiet',
      '--no-trunc',
      ...wanted.flatMap((filter) => ['--filter', filter]),
    ]);
    return ids.split('\n').filter((id) => id !== '');
  }

  /** Waits, for a while, until Prometheus has scraped all of them; gives how many it has. */
  async scraped(wanted: number): Promise<number> {
    const query = 'count(up{job="phone"} == 1)';
    const url = `http://127.0.0.1:${this.#prometheusPort}/api/v1/query?query=${encodeURIComponent(query)}`;
    const deadline = performance.now() + SCRAPED_WITHIN_MS;
    for (;;) {
      const response = await fetch(url);
      type Body = { data: { result: { value: [number, string] }[] } };
      const scraped = Number(((await response.json()) as Body).data.result[0]?.value[1] ?? 0);
      if (scraped >= wanted || performance.now() > deadline) return scraped;
      await pause(POLL_MS);
    }
  }

  async #compose(parameters: readonly string[], file?: string): Promise<void> {
    const from = file === undefined ? [] : ['--file', '-'];
    const environment = { ...this.#environment, COMPOSE_PROFILES: 'observability' };
    await run('docker', ['compose', '--project-name', this.#project, ...from, ...parameters], {
      environment,
      input: file,
    });
  }
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
}

/** Resolves when the phones know exactly each other; throws with what is wrong when they do not in time. */
async function untilIdeal(members: readonly Member[], wanted: number): Promise<void> {
  if (members.length !== wanted)
    throw new Error(`only ${members.length} of ${wanted} phones run: see \`docker ps --all\``);
  const deadline = performance.now() + PATIENCE_MS + wanted * PATIENCE_A_PHONE_MS;
  for (;;) {
    const places = [];
    for (let i = 0; i < members.length; i += ASKED_AT_ONCE) {
      const some = members.slice(i, i + ASKED_AT_ONCE);
      places.push(...(await Promise.all(some.map(({ api }) => askPlace(api)))));
    }
    const answers = places.filter((place) => place !== undefined);
    const fault =
      answers.length < wanted
        ? `${wanted - answers.length} phones do not answer`
        : ringFault(
            answers.map(({ id }) => id),
            answers,
            DEFAULT_SETTINGS.successors,
          );
    if (fault === undefined) return;
    if (performance.now() > deadline) throw new Error(`the ring is not ideal: ${fault}`);
    await pause(POLL_MS);
  }
}

async function measureIdle(
  members: readonly Member[],
  idleSeconds: number,
): Promise<Pick<DensityReport, 'idleCores' | 'privateMegabytes'>> {
  const begin = performance.now();
  const before = await figuresOf(members);
  await pause(idleSeconds * 1000);
  const after = await figuresOf(members);
  const cpuSeconds = after.reduce((sum, figures, i) => sum + figures.cpuSeconds - before[i]!.cpuSeconds, 0);
  const memory = after.map(({ privateBytes }) => privateBytes / 2 ** 20);
  return {
    idleCores: cpuSeconds / ((performance.now() - begin) / 1000),
    privateMegabytes: { p50: percentile(memory, 0.5), p99: percentile(memory, 0.99), max: Math.max(...memory) },
  };
}

async function figuresOf(members: readonly Member[]): Promise<readonly ProcessFigures[]> {
  return await Promise.all(
    members.map(async ({ pid }) => {
      const figures = await processFigures(pid);
      if (figures === undefined)
        throw new Error(`process ${pid} cannot be read: the bench needs root where the engine runs`);
      return figures;
    }),
  );
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export function densityMarkdown(report: DensityReport): string {
  const { phones, sleepSeconds, startedSeconds, idealSeconds, privateMegabytes, idleCores, scraped } = report;
  const ratio = (idealSeconds / sleepSeconds).toFixed(2);
  return [
    `| ${phones} containers | measured | bar |`,
    '|---|---|---|',
    `| that sleep, started | ${sleepSeconds.toFixed(1)} s | |`,
    `| that are phones, started | ${startedSeconds.toFixed(1)} s | |`,
    `| that are phones, an ideal ring | ${idealSeconds.toFixed(1)} s | |`,
    `| an ideal ring against sleep | ${ratio} | 1.75 |`,
    `| private memory of a phone, median, 99th percentile, largest | ${privateMegabytes.p50.toFixed(1)}, ` +
      `${privateMegabytes.p99.toFixed(1)}, ${privateMegabytes.max.toFixed(1)} MB | 40 MB |`,
    `| idle CPU of all phones, scraped every 15 s | ${idleCores.toFixed(2)} cores | 0.5 |`,
    `| phones that Prometheus scraped | ${scraped} | ${phones} |`,
  ].join('\n');
}
