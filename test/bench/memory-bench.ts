/** What an idle phone takes of the machine's memory, in rings of several sizes, with and without people who posted. */
import { cpus } from 'node:os';
import { Testnet } from '../../testnet/testnet.ts';
import { privateMegabytes } from './fleet-figures.ts';
import { percentile } from './percentile.ts';
import { untilAtRest, untilModelsLetGo } from './rest.ts';

export interface MemoryBenchOptions {
  /** Rings to start, one after the other: how many phones each has. */
  readonly sizes: readonly number[];
  readonly onProgress: (step: string) => void;
}

/** Private memory of the phones of one ring at rest, in MB. */
export interface RingMemory {
  readonly phones: number;
  /** People befriended each other and posted before the ring came to rest. */
  readonly people: boolean;
  readonly p50: number;
  readonly max: number;
}

export async function benchMemory({ sizes, onProgress }: MemoryBenchOptions): Promise<readonly RingMemory[]> {
  const rings: RingMemory[] = [];
  for (const phones of sizes) {
    for (const people of [false, true]) {
      onProgress(`starting ${phones} phones, ${people ? 'with people and posts' : 'with nobody on them'}`);
      await using net = await Testnet.start({ phones, people, seed: 1 });
      const members = net.running.map((phone) => ({ pid: phone.pid!, metricsUrl: `${phone.api}/metrics` }));
      await untilAtRest(onProgress);
      await untilModelsLetGo(members);
      const megabytes = await privateMegabytes(members);
      rings.push({ phones, people, p50: percentile(megabytes, 0.5), max: Math.max(...megabytes) });
    }
  }
  return rings;
}

export function memoryMarkdown(rings: readonly RingMemory[]): string {
  return [
    `Phones as processes, each ring a minute after it was whole, no model loaded; Node ${process.versions.node}, ${cpus().length} cores.`,
    '',
    '| phones | people and posts | private MB a phone, median | largest |',
    '|---|---|---|---|',
    ...rings.map(
      ({ phones, people, p50, max }) =>
        `| ${phones} | ${people ? 'yes' : 'no'} | ${p50.toFixed(1)} | ${max.toFixed(1)} |`,
    ),
  ].join('\n');
}
