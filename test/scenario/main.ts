/**
 * `npm run scenario`: plays scenario files on a stage, writes a run card of each, and says by its exit code whether all
 * assertions hold.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { writeFileAtomically } from '../../services/shared/runtime/atomic-file.ts';
import {
  MAX_SEED,
  parseScenario,
  STAGE_NAMES,
  type StageName,
} from '../../services/shared/scenario/file/parse-scenario.ts';
import { describeFault } from '../../services/shared/scenario/file/source.ts';
import { readBeside } from '../../services/shared/scenario/file/trace-file.ts';
import { resultOf } from '../../services/shared/scenario/result.ts';
import type { Scenario } from '../../services/shared/scenario/scenario.ts';
import { type CardContents, writeCard } from './card/card.ts';
import { pageOf } from './page.ts';
import { play } from './play.ts';
import { Progress } from './progress.ts';
import { report } from './report.ts';
import { STAGES } from './stages/all.ts';
import { configHash, versionsHere } from './versions.ts';

const FAILED = 1;
const BAD_FILE = 2;
const INTERRUPTED = 130;

interface Options {
  readonly on: StageName;
  readonly seed?: number;
  readonly card?: string;
  readonly page?: string;
}

/** A scenario that was read, and the file it is from. */
interface Wanted {
  readonly file: string;
  readonly text: string;
  readonly scenario: Scenario;
}

function seedOf(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0 || value > MAX_SEED)
    throw new InvalidArgumentError(`a whole number from 0 to ${MAX_SEED}`);
  return value;
}

const program = new Command('scenario')
  .description('Plays scenarios: who comes and goes, what people do, what befalls the network, and what must hold.')
  .argument('<files...>', 'such as scenarios/steady.yaml; test/scenario/README.md says what they may hold')
  .addOption(new Option('--on <stage>', 'where to play them').choices(STAGE_NAMES).default('sim'))
  .option('--seed <n>', "another seed than the file's", seedOf)
  .option('--card <file>', 'where the run card of a single scenario goes (default: run-cards/NAME.STAGE.SEED.html)')
  .option('--page <file>', 'write what came of all of them as one Markdown page, too')
  .addHelpText(
    'after',
    '\nExit code: 0 when all assertions hold, 1 when one does not or a run broke off, 2 for a wrong file or usage, ' +
      '130 when interrupted.',
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : BAD_FILE))
  .action(run);

await program.parseAsync();

async function run(files: readonly string[], options: Options): Promise<void> {
  if (options.card !== undefined && files.length > 1) giveUp(['--card names the card of one scenario, not of several']);
  const wanted = await readAll(files, options);
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => interruption.abort(new Error(`interrupted by ${signal}`)));
  const runs: CardContents[] = [];
  for (const one of wanted) {
    const contents = await playOne(one, options, interruption.signal);
    if (interruption.signal.aborted) return;
    if (contents !== undefined) runs.push(contents);
  }
  if (options.page === undefined || runs.length < wanted.length) return;
  const command = `npm run scenario -- ${files.join(' ')} --on ${options.on} --page ${options.page}`;
  await writeFileAtomically(options.page, pageOf(runs, command));
}

/** All files are read, and all their faults told, before anything is played. */
async function readAll(files: readonly string[], { on, seed }: Options): Promise<readonly Wanted[]> {
  const wanted: Wanted[] = [];
  const faults: string[] = [];
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      faults.push(`${file} cannot be read (${error.code}): name a scenario file`);
    });
    if (text === undefined) continue;
    const parsed = parseScenario(text, { file, stage: on, readTrace: readBeside(file), seed });
    if (parsed.ok) wanted.push({ file, text, scenario: parsed.scenario });
    else faults.push(...parsed.faults.map((fault) => describeFault(file, fault)));
  }
  if (faults.length > 0) giveUp(faults);
  return wanted;
}

/** Undefined when the run broke off. */
async function playOne(
  { file, text, scenario }: Wanted,
  { on, card }: Options,
  signal: AbortSignal,
): Promise<CardContents | undefined> {
  const progress = new Progress();
  const startedAt = new Date();
  try {
    const onProgress = (step: string): void => progress.say(`${scenario.name}: ${step}`);
    const played = await play(scenario, STAGES[on], { onProgress, signal });
    progress.end();
    const contents: CardContents = {
      ...{ scenario, played, startedAt, text },
      result: resultOf(scenario, played.seen),
      file: basename(file),
      stage: on,
      seconds: (Date.now() - startedAt.getTime()) / 1000,
      versions: versionsHere(),
      configHash: configHash(scenario, on),
      command: `npm run scenario -- ${file} --on ${on} --seed ${scenario.seed}`,
    };
    const cardFile = card ?? `run-cards/${scenario.name}.${on}.${scenario.seed}.html`;
    await writeCard(cardFile, contents);
    for (const line of report(contents, cardFile)) console.log(line);
    if (!contents.result.passed) process.exitCode = FAILED;
    return contents;
  } catch (error) {
    progress.end();
    const why = signal.aborted
      ? String(signal.reason)
      : error instanceof Error
        ? (error.stack ?? error.message)
        : error;
    console.error(`${scenario.name} broke off: ${String(why)}`);
    process.exitCode = signal.aborted ? INTERRUPTED : FAILED;
    return undefined;
  }
}

function giveUp(faults: readonly string[]): never {
  for (const fault of faults) console.error(fault);
  process.exit(BAD_FILE);
}
