/** The scenarios that are shipped, in the simulator: a shortened slice of each, and that a run is the same again. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FIGURE_NAMES, measure } from '../../services/shared/scenario/figures.ts';
import { parseScenario, STAGE_NAMES, type StageName } from '../../services/shared/scenario/file/parse-scenario.ts';
import { readBeside } from '../../services/shared/scenario/file/trace-file.ts';
import { WHOLE_RUN } from '../../services/shared/scenario/measures.ts';
import type { Scenario } from '../../services/shared/scenario/scenario.ts';
import { play } from '../scenario/play.ts';
import type { StageOptions } from '../scenario/stage.ts';
import { SimStage } from '../scenario/stages/sim.ts';

const FOLDER = join(import.meta.dirname, '../../scenarios');
const NAMES = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.replace('.yaml', ''));
/** A slice takes 1 to 5 s of processor time, on a machine that has other work as well. */
const PATIENCE_MS = 300_000;
/** Of the time of the file; what follows from how long phones stay and are gone is left as it is. */
const SLICE = 1 / 12;

function read(name: string, stage: StageName = 'sim'): Scenario {
  const file = join(FOLDER, `${name}.yaml`);
  const parsed = parseScenario(readFileSync(file, 'utf8'), { file, stage, readTrace: readBeside(file) });
  if (!parsed.ok) throw new Error(parsed.faults.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  return parsed.scenario;
}

/** The same with every time of its course a part of what it was. */
function sliceOf(scenario: Scenario): Scenario {
  const { population, outages, partitions, durationMs } = scenario;
  const arrival = population.arrival && { ...population.arrival, fromMs: SLICE * population.arrival.fromMs };
  return {
    ...scenario,
    durationMs: SLICE * durationMs,
    settleMs: 60_000,
    population: { ...population, arrival },
    outages: outages.map((outage) => ({ ...outage, atMs: SLICE * outage.atMs })),
    partitions: partitions.map((cut) => ({ ...cut, atMs: SLICE * cut.atMs, durationMs: SLICE * cut.durationMs })),
  };
}

async function figuresOf(scenario: Scenario, createStage = (options: StageOptions) => new SimStage(options)) {
  const { seen, eventHash } = await play(scenario, createStage);
  const figures = Object.fromEntries(FIGURE_NAMES.map((name) => [name, measure(name, seen, WHOLE_RUN)]));
  return { figures, eventHash, seen };
}

test('six are shipped, and each says what it is', () => {
  expect(NAMES).toEqual(
    expect.arrayContaining(['steady', 'flash-crowd', 'churn-1.4min', 'half-dies', 'split-and-heal', 'roaming']),
  );
  for (const name of NAMES) {
    for (const stage of STAGE_NAMES) {
      const scenario = read(name, stage);
      expect(scenario.name).toBe(name);
      expect(scenario.about.length).toBeGreaterThan(40);
      expect(scenario.assertions.length).toBeGreaterThan(3);
    }
  }
});

describe('a slice of', () => {
  test.each(NAMES)(
    '%s keeps what was acknowledged',
    async (name) => {
      const { figures, seen } = await figuresOf(sliceOf(read(name)));
      expect(seen.faults).toEqual([]);
      expect(seen.defects).toEqual([]);
      expect(figures).toMatchObject({
        'reads-stale': 0,
        'reads-undead': 0,
        'records-undead': 0,
        'records-lost-though-kept': 0,
      });
      expect(figures['records-acknowledged']).toBeGreaterThan(10);
      expect(figures['records-lost-share']).toBeLessThan(name === 'half-dies' ? 0.1 : 1e-9);
      expect(figures['reads-served']).toBeGreaterThan(0.8);
    },
    PATIENCE_MS,
  );
});

test('the same file and seed give the same figures and the same messages, another seed others', async () => {
  const scenario = { ...sliceOf(read('roaming')), durationMs: 15_000, settleMs: 30_000 };
  const [first, again] = [await figuresOf(scenario), await figuresOf(scenario)];
  expect(again).toEqual(first);
  const other = await figuresOf({ ...scenario, seed: scenario.seed + 1 });
  expect(other.eventHash).not.toBe(first.eventHash);
});

test('phones that lie about one write in twenty are caught', async () => {
  class LyingStage extends SimStage {
    #writes = 0;

    override put(...[phone, record, done]: Parameters<SimStage['put']>): void {
      this.#writes += 1;
      if (this.#writes % 20 > 0) super.put(phone, record, done);
      else this.clock.after(5, () => done('stored'));
    }
  }
  const scenario = { ...sliceOf(read('steady')), settleMs: 10_000 };
  const { figures, seen } = await figuresOf(scenario, (options) => new LyingStage(options));
  expect(figures['records-lost']).toBeGreaterThan(0);
  expect(figures['records-lost-though-kept']).toBe(0);
  expect(seen.faults[0]).toMatch(/phone \d+ calls a read complete; older than acknowledged/);
});
