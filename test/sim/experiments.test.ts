/** The experiments run, are reproducible, and their yardsticks measure what they should: a slice of each. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lookup } from '../../services/chord-router/core/lookup/lookup.ts';
import { SeededRandom } from '../../services/shared/core/random.ts';
import { EXPERIMENTS } from '../experiments/all.ts';
import { churn } from '../experiments/churning-ring.ts';
import type { Experiment, Findings } from '../experiments/experiment.ts';
import { layOut, loadOf, spreadKeys } from '../experiments/load-layout.ts';
import { pageOf, writeIndex, writePage } from '../experiments/page.ts';
import { drawPlot } from '../experiments/plot.ts';
import { Population, randomId } from '../experiments/population.ts';
import { StaticRing } from '../experiments/static-ring.ts';
import { fillClassic, fillFingers } from '../experiments/tables.ts';

const RECORD = { seed: 7, seconds: 1 };

async function sliceOf(experiment: Experiment): Promise<Findings> {
  return await experiment.run({ seed: experiment.defaultSeed, scale: 'slice', progress: () => {} });
}

describe('each experiment', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ringwall-experiments-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  test.each(EXPERIMENTS)(
    '$name gives whole tables and a plot with the figures of the paper and ours',
    async (experiment) => {
      const findings = await sliceOf(experiment);
      for (const { columns, rows } of findings.tables) {
        for (const row of rows) expect(row).toHaveLength(columns.length);
      }
      expect(new Set(findings.plot.series.map(({ source }) => source))).toContain('ours');
      expect(findings.plot.series.some(({ source }) => source !== 'ours')).toBe(true);
      const page = pageOf(experiment, findings, RECORD);
      expect(page).not.toMatch(/NaN|undefined/);
      for (const plot of [findings.plot, ...(findings.furtherPlots ?? [])]) {
        expect(drawPlot(plot)).not.toMatch(/NaN|undefined|Infinity/);
        expect(plot.series.some(({ source }) => source !== 'ours')).toBe(true);
      }
    },
  );

  test('a get among ten thousand phones asks hardly more of them than one among 64', async () => {
    const { bars } = await sliceOf(EXPERIMENTS.find(({ name }) => name === 'get-cost')!);
    expect(bars.filter(({ met }) => !met)).toEqual([]);
  });

  test('the same seed gives the same page, another one another', async () => {
    const experiment = EXPERIMENTS.find(({ name }) => name === 'latency-stretch')!;
    const page = async (seed: number): Promise<string> =>
      pageOf(experiment, await experiment.run({ seed, scale: 'slice', progress: () => {} }), RECORD);
    expect(await page(1)).toBe(await page(1));
    expect(await page(1)).not.toBe(await page(2));
  });

  test('the index lists every bar with whether it is met', async () => {
    const [experiment] = EXPERIMENTS;
    const findings = {
      ...(await sliceOf(experiment!)),
      bars: [
        { asked: 'this | that', reached: 'both', met: true },
        { asked: 'more', reached: 'less', met: false },
      ],
    };
    await writePage(experiment!, findings, RECORD, folder);
    await writeIndex(EXPERIMENTS, folder);
    const index = await readFile(join(folder, 'README.md'), 'utf8');
    expect(index).toMatch(/this \/ that \| both \| \*\*met\*\*/);
    expect(index).toMatch(/more \| less \| \*\*missed\*\*/);
    expect(await readdir(folder)).toContain(`${experiment!.name}.svg`);
  });
});

describe('a ring that stands still', () => {
  const build = (fill: typeof fillClassic, successors: number): StaticRing => {
    const population = Population.random(512, new SeededRandom(3));
    return new StaticRing(population, {
      seed: 3,
      settings: { successors, replication: successors, knownPhones: 4_096 },
      equip: fill,
    });
  };

  test.each([
    ['classic fingers', fillClassic, 1],
    ["the product's fingers", fillFingers, 24],
  ] as const)('%s lead every lookup to the true owner', (_name, fill, successors) => {
    const ring = build(fill, successors);
    const random = new SeededRandom(4);
    for (let i = 0; i < 100; i++) {
      const key = randomId(random);
      const { owner } = ring.lookup(random.below(512), key);
      expect(owner).toEqual(ring.population.at(ring.livingOwnerOf(key)));
    }
  });

  test('classic fingers take about half the logarithm of the size', () => {
    const ring = build(fillClassic, 1);
    const random = new SeededRandom(5);
    let asked = 0;
    for (let i = 0; i < 300; i++) asked += ring.lookup(random.below(512), randomId(random)).hops.length;
    expect(asked / 300).toBeGreaterThan(4);
    expect(asked / 300).toBeLessThan(5);
  });

  test('with half of the phones dead a lookup still names the first living one among what it names', () => {
    const ring = build(fillFingers, 24);
    const random = new SeededRandom(6);
    const order = random.shuffle(ring.population.contacts.map((_, i) => i));
    ring.kill(order.slice(0, 256));
    for (let i = 0; i < 200; i++) {
      const key = randomId(random);
      const { replicas } = ring.run(order[256 + random.below(256)]!, (context, calls) => lookup(context, calls, key));
      const first = replicas.find(({ id }) => ring.isAlive(ring.population.indexOf(id)));
      expect(first).toEqual(ring.population.at(ring.livingOwnerOf(key)));
    }
  });
});

test('a churning ring finds owners, and the same seed gives the same figures', () => {
  const options = { seed: 9, phones: 40, changeEveryMs: 4_000, lookupEveryMs: 50, warmUpMs: 5_000, lookups: 200 };
  const figures = churn(options);
  expect(figures.lookups).toBeGreaterThan(190);
  expect((figures.wrong + figures.none) / figures.lookups).toBeLessThan(0.02);
  expect(figures.bytesPerPhoneSecond).toBeGreaterThan(0);
  expect(churn(options)).toEqual(figures);
});

test('choosing among several positions evens the load out', () => {
  const load = (choices: number): number => {
    const random = new SeededRandom(11);
    const layout = layOut(400, 1, choices, random);
    const [counts] = spreadKeys(layout, 400, 1, [40_000], random);
    return loadOf(counts!).max;
  };
  expect(load(8)).toBeLessThan(load(1) / 1.5);
});
