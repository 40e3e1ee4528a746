/** `npm run experiment`: repeats the papers' tables and writes what came of it into docs/experiments. */
import { Command, InvalidArgumentError } from 'commander';
import { EXPERIMENTS } from './all.ts';
import type { Experiment } from './experiment.ts';
import { PAGES, writeIndex, writePage } from './page.ts';

const FAILED = 1;
const BAD_USAGE = 2;

interface Options {
  readonly all?: true;
  readonly list?: true;
  readonly seed?: number;
  readonly slice?: true;
  readonly out: string;
}

function seedOf(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('a whole number from 0 on');
  return value;
}

const program = new Command('experiment')
  .description("Repeats the papers' tables and writes a page and a plot of each.")
  .argument('[names...]', 'which to run; see --list; all: all of them')
  .option('--all', 'the same as all')
  .option('--list', 'name them')
  .option('--seed <n>', "another seed than the experiment's own", seedOf)
  .option('--slice', 'a small run that only shows that it works')
  .option('--out <folder>', 'where the pages go', PAGES)
  .action(async (names: readonly string[], options: Options) => {
    if (options.list) {
      for (const { name, title, source } of EXPERIMENTS) console.log(`${name.padEnd(18)} ${title}. ${source}`);
      return;
    }
    const all = options.all === true || names.includes('all');
    const unknown = names.filter((name) => name !== 'all' && !EXPERIMENTS.some((known) => known.name === name));
    if (unknown.length > 0) fail(`no experiment is called ${unknown.join(', ')}: see --list`);
    const chosen = all ? EXPERIMENTS : EXPERIMENTS.filter(({ name }) => names.includes(name));
    if (chosen.length === 0) fail('name an experiment, or all: see --list');
    for (const experiment of chosen) await attempt(experiment, options);
    await writeIndex(EXPERIMENTS, options.out);
  });

await program.parseAsync();

/** Runs one; that it fails keeps none of the others from running. */
async function attempt(experiment: Experiment, options: Options): Promise<void> {
  try {
    await runOne(experiment, options);
  } catch (error) {
    process.exitCode = FAILED;
    console.error(`FAILED: ${experiment.name}: ${error instanceof Error ? error.stack : String(error)}`);
  }
}

async function runOne(experiment: Experiment, options: Options): Promise<void> {
  const seed = options.seed ?? experiment.defaultSeed;
  const startedMs = performance.now();
  const seconds = (): number => (performance.now() - startedMs) / 1000;
  const progress = (step: string): void => {
    console.error(`${experiment.name} ${seconds().toFixed(0).padStart(4)} s · ${step}`);
  };
  const findings = await experiment.run({ seed, scale: options.slice ? 'slice' : 'full', progress });
  await writePage(experiment, findings, { seed, seconds: seconds() }, options.out);
  for (const { asked, reached, met } of findings.bars) console.log(`${met ? 'met' : 'MISSED'}: ${asked}: ${reached}`);
  console.error(`${experiment.name} ${seconds().toFixed(0).padStart(4)} s · written to ${options.out}`);
}

function fail(message: string): never {
  console.error(`error: ${message}`);
  process.exit(BAD_USAGE);
}
