/** autocannon, as far as the bench uses it. Its own figures are whole milliseconds, so times are taken one by one. */
import { join } from 'node:path';
import { BenchPackages } from '../bench-packages.ts';
import { percentile } from '../percentile.ts';

export const CANNON = new BenchPackages('rest', join(import.meta.dirname, 'package.json'));

export interface Request {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** `requests` go out in turn on each connection. */
export interface Shots {
  readonly url: string;
  readonly connections: number;
  readonly requests: readonly Request[];
  /** How many answers to wait for. */
  readonly amount: number;
}

export interface Hits {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly perSecond: number;
  /** Answers that were not 2xx, and requests without one. */
  readonly failed: number;
}

interface Instance {
  on(event: 'response', heard: (client: unknown, status: number, bytes: number, milliseconds: number) => void): void;
  on(event: 'done', heard: (result: { readonly errors: number }) => void): void;
}

interface AutocannonModule {
  readonly default: (options: object, done: (error: Error | null) => void) => Instance;
}

const MOST_SECONDS_AN_ANSWER = 20;

export async function shoot({ url, connections, requests, amount }: Shots): Promise<Hits> {
  const { default: autocannon } = (await CANNON.load('autocannon')) as AutocannonModule;
  const times: number[] = [];
  let refused = 0;
  const startedAt = performance.now();
  const lost = await new Promise<number>((resolve, reject) => {
    const options = { url, connections, requests, amount, timeout: MOST_SECONDS_AN_ANSWER };
    const instance = autocannon(options, (error) => error !== null && reject(error));
    instance.on('response', (_, status, _bytes, milliseconds) => {
      times.push(milliseconds);
      if (status < 200 || status > 299) refused++;
    });
    instance.on('done', ({ errors }) => resolve(errors));
  });
  const seconds = (performance.now() - startedAt) / 1000;
  return {
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    perSecond: times.length / seconds,
    failed: refused + lost,
  };
}
