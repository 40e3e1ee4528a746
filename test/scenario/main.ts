/**
 * `npm run scenario`: plays a scenario file on a stage, writes a run card, and says by its exit code whether all
 * assertions hold.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type CardContents, writeCard } from './card/card.ts';
import { MAX_SEED, parseScenario, STAGE_NAMES, type StageName } from './file/parse-scenario.ts';
import { describeFault } from './file/source.ts';
import { readBeside } from './file/trace-file.ts';
import { play } from './play.ts';
import { Progress } from './progress.ts';
import { type Result, resultOf } from './result.ts';
import type { Scenario } from './scenario.ts';
import { showFigure } from './show.ts';
import { STAGES } from './stages/all.ts';
import { configHash, versionsHere } from './versions.ts';

const ASSERTION_FAILED = 1;
const BAD_FILE = 2;
const INTERRUPTED = 130;

interface Options {
  readonly on: StageName;
  readonly seed?: number;
  readonly card?: string;
}

function seedOf(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0 || value > MAX_SEED)
    throw new InvalidArgumentError(`a whole number from 0 to ${MAX_SEED}`);
  return value;
}

const program = new Command('scenario')
  .description('Plays a scenario: who comes and goes, what people do, what befalls the network, and what must hold.')
  .argument('<file>', 'a scenario, such as scenarios/steady.yaml; test/scenario/README.md says what it may hold')
  .addOption(new Option('--on <stage>', 'where to play it').choices(STAGE_NAMES).default('sim'))
  .option('--seed <n>', "another seed than the file's", seedOf)
  .option('--card <file>', 'where the run card goes (default: run-cards/NAME.STAGE.SEED.html)')
  .addHelpText(
    'after',
    '\nExit code: 0 when all assertions hold, 1 when one does not or the run broke off, 2 for a wrong file or usage, ' +
      '130 when interrupted.',
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : BAD_FILE))
  .action(run);

await program.parseAsync();

async function run(file: string, options: Options): Promise<void> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) =>
    giveUp([`${file} cannot be read (${error.code}): name a scenario file`]),
  );
  const parsed = parseScenario(text, { file, stage: options.on, readTrace: readBeside(file), seed: options.seed });
  if (!parsed.ok) giveUp(parsed.faults.map((fault) => describeFault(file, fault)));
  const createStage = STAGES[options.on];
  if (createStage === undefined) giveUp([`the stage ${options.on} is not there yet`]);
  const { scenario } = parsed;
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => interruption.abort(new Error(`interrupted by ${signal}`)));
  const progress = new Progress();
  const startedAt = new Date();
  try {
    const onProgress = (step: string): void => progress.say(step);
    const played = await play(scenario, createStage, { onProgress, signal: interruption.signal });
    progress.end();
    const result = resultOf(scenario, played.seen);
    const cardFile = options.card ?? `run-cards/${scenario.name}.${options.on}.${scenario.seed}.html`;
    const contents: CardContents = {
      ...{ scenario, played, result, startedAt, text },
      file: basename(file),
      stage: options.on,
      seconds: (Date.now() - startedAt.getTime()) / 1000,
      versions: versionsHere(),
      configHash: configHash(scenario, options.on),
      command: `npm run scenario -- ${file} --on ${options.on} --seed ${scenario.seed}`,
    };
    await writeCard(cardFile, contents);
    report(scenario, result, contents, cardFile);
    process.exitCode = result.passed ? 0 : ASSERTION_FAILED;
  } catch (error) {
    progress.end();
    console.error(`the run broke off: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    process.exitCode = interruption.signal.aborted ? INTERRUPTED : ASSERTION_FAILED;
  }
}

function report(scenario: Scenario, result: Result, { played, configHash, stage }: CardContents, card: string): void {
  const { seen, eventHash, limits } = played;
  const width = Math.max(0, ...result.assertions.map(({ assertion }) => assertion.text.length));
  for (const { assertion, measured, holds } of result.assertions) {
    const value = showFigure(assertion.figure, measured);
    console.log(`${holds ? 'held  ' : 'FAILED'}  ${assertion.text.padEnd(width)}  ${value}`);
  }
  for (const fault of seen.faults) console.log(`fault   ${fault}`);
  for (const defect of seen.defects) console.log(`DEFECT  ${defect}`);
  for (const limit of limits) console.log(`limit   ${limit}`);
  const events = eventHash === undefined ? '' : `, events ${eventHash}`;
  console.log(
    `${scenario.name} on ${stage}, seed ${scenario.seed}: ${result.passed ? 'passed' : 'FAILED'} ` +
      `(config ${configHash}${events}); card: ${card}`,
  );
}

function giveUp(faults: readonly string[]): never {
  for (const fault of faults) console.error(fault);
  process.exit(BAD_FILE);
}
