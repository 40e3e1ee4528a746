/** Reads scenario files. All faults of a file are found at once, each with its line and column. */
import { isMap, type Node, Pair, YAMLMap } from 'yaml';
import type { Scenario } from '../scenario.ts';
import { drawPopulation } from '../timeline.ts';
import { readAssertion } from './read-assertion.ts';
import { readLinks, readPartitions } from './read-network.ts';
import { readOutage, readPopulation, readRoaming } from './read-population.ts';
import { NO_WORKLOAD, readWorkload } from './read-workload.ts';
import { type FileFault, Source } from './source.ts';
import type { ReadTrace } from './trace-file.ts';
import { isNothing, Section, type Value } from './value.ts';

export const STAGE_NAMES = ['sim', 'processes', 'containers'] as const;
export type StageName = (typeof STAGE_NAMES)[number];

export type ParsedScenario =
  | { readonly ok: true; readonly scenario: Scenario }
  | { readonly ok: false; readonly faults: readonly FileFault[] };

export interface ParseOptions {
  /** As faults name it. */
  readonly file: string;
  readonly stage: StageName;
  readonly readTrace: ReadTrace;
  /** In place of the file's seed. */
  readonly seed?: number | undefined;
}

export const MAX_SEED = 2 ** 32 - 1;
const MAX_LIST = 1_000;
const MAX_REPLICATION = 20;
const LEAST_SAMPLE_MS = 100;
/** What a file says of one stage holds on another, too, of which it says nothing. */
const LIKE: Partial<Record<StageName, StageName>> = { containers: 'processes' };
/** Sections of `on.STAGE` that only change some keys of the file's own section. All others take its place. */
const MERGED = new Set(['population', 'workload', 'roaming']);

/** The scenario as the file has it for a stage. The file must be right for all stages that it names. */
export function parseScenario(text: string, { file, stage, readTrace, seed }: ParseOptions): ParsedScenario {
  const source = new Source(file, text);
  const { root } = source;
  if (source.faults.length > 0) return { ok: false, faults: source.faults };
  if (!isMap(root)) {
    source.fault(root, 'a scenario is keys with values: name, duration, population, …');
    return { ok: false, faults: source.faults };
  }
  let scenario = readScenario(new Section(source, root, ''), readTrace);
  const changes = changesOf(root);
  const wanted = changes.some(([name]) => name === stage) ? stage : LIKE[stage];
  for (const [name, change] of changes) {
    const changed = readScenario(new Section(source, merge(root, change), ''), readTrace);
    if (name === wanted) scenario = changed;
  }
  if (scenario === undefined || source.faults.length > 0) return { ok: false, faults: source.faults };
  return { ok: true, scenario: seed === undefined ? scenario : { ...scenario, seed } };
}

function readScenario(section: Section, readTrace: ReadTrace): Scenario | undefined {
  const name = section.required('name', readName);
  const about = section.optional('about', (value) => value.text()) ?? '';
  const seed = section.required('seed', (value) => value.count(0, MAX_SEED));
  const durationMs = section.required('duration', (value) => value.durationMs(1_000));
  const settleMs = section.optional('settle', (value) => value.durationMs(1_000)) ?? 180_000;
  const sampleEveryMs = section.optional('sample-every', (value) => value.durationMs(LEAST_SAMPLE_MS)) ?? 1_000;
  const replication = section.optional('replication', (value) => value.count(1, MAX_REPLICATION)) ?? 7;
  const population = section.required('population', (value) => readPopulation(value, readTrace));
  const phones = population?.phones;
  const outages = section.optional('outages', (value) => listOf(value, (item) => readOutage(item, phones, durationMs)));
  const partitions = section.optional('partitions', (value) => readPartitions(value, phones, durationMs)) ?? [];
  const roaming = section.optional('roaming', (value) => readRoaming(value, readTrace));
  const links = section.optional('links', readLinks) ?? [];
  const workload = section.optional('workload', (value) => readWorkload(value, readTrace));
  const assumed = section.has('workload') ? workload : NO_WORKLOAD;
  const assertions = section.required('assertions', (value) => listOf(value, (item) => readAssertion(item, assumed)));
  section.optional('on', (value) => checkStages(value));
  section.end();
  if (name === undefined || seed === undefined || durationMs === undefined) return undefined;
  if (population === undefined || assumed === undefined || assertions === undefined) return undefined;
  const scenario: Scenario = {
    ...{ name, about, seed, durationMs, settleMs, sampleEveryMs, replication },
    ...{ population, outages: outages ?? [], partitions, roaming, links, workload: assumed, assertions },
  };
  return isDrawable(scenario, section) ? scenario : undefined;
}

function readName(value: Value): string | undefined {
  const name = value.text(64);
  if (name === undefined || /^[a-z0-9]+([-.][a-z0-9]+)*$/.test(name)) return name;
  return value.fault(`a name in kebab case is wanted, not ${JSON.stringify(name)}`);
}

function listOf<T>(value: Value, read: (item: Value) => T | undefined): readonly T[] | undefined {
  const items = value.list();
  if (items === undefined) return undefined;
  if (items.length > MAX_LIST) return value.fault(`at most ${MAX_LIST}`);
  return items.map(read).filter((item) => item !== undefined);
}

/** Sessions can be so short that there would be no end of them. */
function isDrawable(scenario: Scenario, section: Section): boolean {
  try {
    drawPopulation(scenario);
    return true;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    section.optional('population', (value) => value.fault(error.message));
    return false;
  }
}

/** What is inside is read when it is merged with the rest. */
function checkStages(value: Value): void {
  const section = value.section();
  if (section === undefined) return;
  for (const name of STAGE_NAMES) {
    section.optional(name, (inner) => {
      const changes = inner.section();
      for (const key of ['name', 'about', 'on'])
        if (changes?.has(key)) changes.optional(key, (fixed) => fixed.fault('this is the same on every stage'));
    });
  }
  section.end();
}

function changesOf(root: YAMLMap): readonly (readonly [StageName, YAMLMap])[] {
  const on = root.get('on');
  if (!isMap(on)) return [];
  return STAGE_NAMES.flatMap((name) => {
    const change = on.get(name);
    return isMap(change) ? [[name, change] as const] : [];
  });
}

/** The file's keys with the changes in their places; a key without a value takes the file's away. Nodes keep their positions. */
function merge(base: YAMLMap, change: YAMLMap): YAMLMap {
  const merged = new YAMLMap();
  merged.range = base.range;
  merged.items = base.items.map((pair) => {
    const instead = change.items.find(({ key }) => String(key) === String(pair.key));
    if (instead === undefined) return pair;
    const [own, other] = [pair.value as Node | null, instead.value as Node | null];
    const isMerged = MERGED.has(String(pair.key)) && isMap(own) && isMap(other);
    return isMerged ? new Pair(pair.key, merge(own, other)) : instead;
  });
  merged.items.push(...change.items.filter(({ key }) => !base.items.some((pair) => String(pair.key) === String(key))));
  merged.items = merged.items.filter((pair) => base.items.includes(pair) || !isNothing(pair.value as Node | null));
  return merged;
}
