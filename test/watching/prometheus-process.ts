/** A Prometheus of this machine, with the project's rules, that watches what a test runs. Debian: apt-get install prometheus. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from '../integration/eventually.ts';
import { requireProgram } from './program.ts';

const RULES = join(import.meta.dirname, '../../prometheus/rules');
const LISTENING = /msg="Listening on" address=(\S+)/;

/** What is scraped: the jobs' targets, each host:port. */
export type Targets = Readonly<Record<string, readonly string[]>>;

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  /** Over time, the oldest first; what is no number is left out. */
  readonly values: readonly number[];
}

interface Answer<Data> {
  readonly status: string;
  readonly error?: string;
  readonly data: Data;
}

export class PrometheusProcess implements AsyncDisposable {
  readonly url: string;
  readonly #startedAt = Date.now() / 1000;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(url: string, child: ChildProcess, folder: string) {
    this.url = url;
    this.#child = child;
    this.#folder = folder;
  }

  /** Scrapes and evaluates every second, and is ready when it resolves. */
  static async start(targets: Targets): Promise<PrometheusProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'ringwall-prometheus-'));
    const config = join(folder, 'prometheus.yml');
    await writeFile(config, configOf(targets));
    const parameters = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      '--web.listen-address=127.0.0.1:0',
    ];
    const child = spawn(requireProgram('prometheus'), parameters, { stdio: ['ignore', 'ignore', 'pipe'] });
    try {
      const prometheus = new PrometheusProcess(`http://${await addressOf(child)}`, child, folder);
      await eventually('Prometheus is ready', async () => (await fetch(`${prometheus.url}/-/ready`)).ok);
      return prometheus;
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  /** What a query gave at any time since the start. Throws with what is wrong with the query. */
  async range(query: string): Promise<Sample[]> {
    const parameters = { query, start: `${this.#startedAt}`, end: `${Date.now() / 1000}`, step: '1' };
    const { result } = await this.#ask<{ result: { metric: Record<string, string>; values: [number, string][] }[] }>(
      '/api/v1/query_range',
      parameters,
    );
    return result.map(({ metric, values }) => ({
      labels: metric,
      values: values.map(([, value]) => Number(value)).filter((value) => Number.isFinite(value)),
    }));
  }

  /** What a query of one series gives now; undefined when it gives nothing. */
  async value(query: string): Promise<number | undefined> {
    const { result } = await this.#ask<{ result: { value: [number, string] }[] }>('/api/v1/query', { query });
    return result[0] === undefined ? undefined : Number(result[0].value[1]);
  }

  async labelValues(metric: string, label: string): Promise<string[]> {
    return await this.#ask<string[]>(`/api/v1/label/${label}/values`, { 'match[]': metric });
  }

  async #ask<Data>(path: string, parameters: Record<string, string>): Promise<Data> {
    const response = await fetch(`${this.url}${path}?${new URLSearchParams(parameters).toString()}`);
    const answer = (await response.json()) as Answer<Data>;
    if (answer.status !== 'success') throw new Error(`${answer.error}, in ${JSON.stringify(parameters)}`);
    return answer.data;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGKILL');
      await once(this.#child, 'exit');
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function configOf(targets: Targets): string {
  return JSON.stringify({
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: [join(RULES, '*.yml')],
    scrape_configs: Object.entries(targets).map(([job, addresses]) => ({
      job_name: job,
      static_configs: [{ targets: addresses }],
    })),
  });
}

/** Where it listens, from its log. Rejects with the last line when it ends before that. */
async function addressOf(child: ChildProcess): Promise<string> {
  let last = '';
  const listening = new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    // All of the log is read, for a full pipe would stop it.
    createInterface({ input: child.stderr! })
      .on('line', (line) => {
        last = line;
        const address = LISTENING.exec(line)?.[1];
        if (address !== undefined) resolve(address);
      })
      .on('close', () => reject(new Error(`Prometheus ended: ${last}`)));
  });
  return await listening;
}
