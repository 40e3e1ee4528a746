/**
 * How long a phone's REST API takes for reads and writes, with few and many connections: on a phone that is alone, where all
 * is in its own store, and on one of a ring.
 */
import { cpus } from 'node:os';
import { askWall } from '../../../testnet/people/wall-request.ts';
import { Testnet } from '../../../testnet/testnet.ts';
import type { Bar } from '../../experiments/experiment.ts';
import { barsTable, markdownTable } from '../../experiments/page.ts';
import { cpuSecondsOf } from '../fleet-figures.ts';
import { CANNON, type Hits, type Request, shoot } from './cannon.ts';

export interface RestBenchOptions {
  /** Of the ring that is measured beside a phone alone. */
  readonly phones: number;
  /** Reads a row; a tenth of it writes. */
  readonly requests: number;
  readonly onProgress: (step: string) => void;
}

export interface RestFigures extends Hits {
  readonly request: string;
  readonly phones: number;
  readonly connections: number;
  /** Of all phones, a request. */
  readonly cpuMs: number;
}

export interface RestBenchReport {
  readonly rows: readonly RestFigures[];
}

const CONNECTIONS = [1, 16, 64];
/** Nobody may write more records than the quota in a minute: so many people write in turn. */
const PEOPLE = 8;
const POSTS = 40;
const WARMING_REQUESTS = 300;
const WRITES_SHARE = 0.1;
const MOST_MS_OF_OWN_READ = 1;
/** The limits are for callers, and this one is many. */
const ENVIRONMENT = { RINGWALL_API_RATE_CAPACITY: '1000000', RINGWALL_API_RATE_PER_SECOND: '1000000' };
const READ_POST = 'read a post';
const READ_WALL = 'read the first page of a wall';
const WRITE_POST = 'write a post';

interface Writer {
  readonly id: string;
  readonly token: string;
}

export async function benchRestApi(options: RestBenchOptions): Promise<RestBenchReport> {
  await CANNON.install(options.onProgress);
  const rows: RestFigures[] = [];
  for (const phones of [1, options.phones]) rows.push(...(await benchRing(phones, options)));
  return { rows };
}

async function benchRing(phones: number, { requests, onProgress }: RestBenchOptions): Promise<RestFigures[]> {
  onProgress(`starting ${phones === 1 ? 'a phone' : `${phones} phones`}`);
  await using net = await Testnet.start({ phones, people: false, seed: 1, environment: ENVIRONMENT });
  const members = net.running.map((phone) => ({ pid: phone.pid!, metricsUrl: `${phone.api}/metrics` }));
  const { api } = net.running[0]!;
  const writers = await signUp(api);
  const posts = await writePosts(api, writers);
  const rows: RestFigures[] = [];
  for (const [request, list] of Object.entries(requestsOf(writers, posts))) {
    for (const connections of CONNECTIONS) {
      onProgress(`${phones === 1 ? 'alone' : `${phones} phones`}: ${request}, ${connections} connections`);
      // Code that runs for the first time is slow, and nobody's phone has just been started for each read.
      if (request !== WRITE_POST) await shoot({ url: api, connections, requests: list, amount: WARMING_REQUESTS });
      const amount = Math.max(connections, request === WRITE_POST ? Math.round(WRITES_SHARE * requests) : requests);
      const before = await cpuSecondsOf(members);
      const hits = await shoot({ url: api, connections, requests: list, amount });
      const cpuMs = (1000 * ((await cpuSecondsOf(members)) - before)) / amount;
      rows.push({ ...hits, request, phones, connections, cpuMs });
    }
  }
  return rows;
}

async function signUp(api: string): Promise<Writer[]> {
  const writers: Writer[] = [];
  for (let i = 0; i < PEOPLE; i++) {
    const body = { name: `Writer ${i}`, passphrase: `the passphrase of writer ${i}` };
    const { person, session } = await askWall<{ person: { id: string }; session: { token: string } }>(
      `${api}/v1/identity`,
      { body },
    );
    writers.push({ id: person.id, token: session.token });
  }
  return writers;
}

async function writePosts(api: string, writers: readonly Writer[]): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < POSTS; i++) {
    const { token } = writers[i % writers.length]!;
    const { id } = await askWall<{ id: string }>(`${api}/v1/posts`, { token, body: bodyOf(i) });
    ids.push(id);
  }
  return ids;
}

function requestsOf(writers: readonly Writer[], posts: readonly string[]): Readonly<Record<string, Request[]>> {
  return {
    [READ_POST]: posts.map((id) => ({ method: 'GET', path: `/v1/posts/${id}`, headers: {} })),
    [READ_WALL]: writers.map(({ id }) => ({ method: 'GET', path: `/v1/people/${id}/wall`, headers: {} })),
    [WRITE_POST]: writers.map(({ token }, i) => ({
      method: 'POST',
      path: '/v1/posts',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(bodyOf(i)),
    })),
  };
}

function bodyOf(i: number): object {
  return { text: `Number ${i}: a heron stood in the shallows below the weir this morning.`, audience: 'public' };
}

export function restBarsOf({ rows }: RestBenchReport): Bar[] {
  const own = rows.find(
    ({ request, phones, connections }) => request === READ_POST && phones === 1 && connections === 1,
  )!;
  const failed = rows.reduce((sum, row) => sum + row.failed, 0);
  return [
    {
      asked: `p50 of a post from the phone's own store, ms, at most ${MOST_MS_OF_OWN_READ}`,
      reached: own.p50Ms.toFixed(2),
      met: own.p50Ms <= MOST_MS_OF_OWN_READ,
    },
    { asked: 'every request is answered as it should be', reached: `${failed} were not`, met: failed === 0 },
  ];
}

export function restMarkdown(report: RestBenchReport): string {
  const columns = ['request', 'phones', 'connections', 'p50 ms', 'p99 ms', 'a second', 'CPU ms, all phones'];
  const rows = report.rows.map((row) => [
    row.request,
    String(row.phones),
    String(row.connections),
    row.p50Ms.toFixed(2),
    row.p99Ms.toFixed(2),
    row.perSecond.toFixed(0),
    row.cpuMs.toFixed(2),
  ]);
  const [cannon] = Object.entries(CANNON.versions);
  return [
    `${cannon!.join(' ')} on one phone; Node ${process.versions.node}, ${cpus().length} cores.`,
    markdownTable({ title: '', columns, rows }),
    barsTable(restBarsOf(report)),
  ].join('\n\n');
}
