/** A Prometheus of this machine, with the project's rules, that watches what a test runs. Debian: apt-get install prometheus. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from '../integration/eventually.ts';
import { requireProgram } from './program.ts';
import { PrometheusClient } from './prometheus-client.ts';

const RULES = join(import.meta.dirname, '../../prometheus/rules');
const LISTENING = /msg="Listening on" address=(\S+)/;

/** What is scraped: the jobs' targets, each host:port. */
export type Targets = Readonly<Record<string, readonly string[]>>;

export class PrometheusProcess extends PrometheusClient implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(url: string, child: ChildProcess, folder: string) {
    super(url);
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
