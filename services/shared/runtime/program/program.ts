/** What stands in main.ts of a program that environment variables set up: its help, its settings, its logger, its start. */
import { flushCompileCache } from 'node:module';
import { ConfigurationError, type EnvironmentValues, EXIT_CONFIGURATION } from './environment.ts';
import { type RunningProgram, runUntilStopped } from './lifecycle.ts';
import { createLogger, type Logger } from './logging.ts';
import type { ProcessSettings } from './process-settings.ts';
import { answersArguments, type Variable } from './usage.ts';

export interface Program<Settings extends ProcessSettings> {
  readonly name: string;
  /** What it is, in half a sentence, for `--help`. */
  readonly purpose: string;
  /** All that `readSettings` reads. */
  readonly variables: readonly Variable[];
  /** Throws a ConfigurationError that lists all faults. */
  readSettings(values: EnvironmentValues): Settings;
  /** Rejects with the reason of `stopping` when that is aborted before the program is up. */
  start(settings: Settings, logger: Logger, stopping: AbortSignal): Promise<RunningProgram>;
}

/** Runs a program until it is told to end, or answers `--help`. Call it once a process, from main.ts. */
export async function runProgram<Settings extends ProcessSettings>(program: Program<Settings>): Promise<void> {
  if (process.argv[2] === '--check' && process.argv.length === 3) return check(program);
  if (answersArguments(program.name, program.purpose, program.variables)) return;
  let logger: Logger | undefined;
  await runUntilStopped({
    logger: () => logger,
    async start(stopping) {
      const settings = program.readSettings(process.env);
      logger = createLogger(settings.logLevel);
      const running = await program.start(settings, logger, stopping);
      // With NODE_COMPILE_CACHE set, the next one on this machine starts in half the time, even if this one is killed.
      flushCompileCache();
      logger.info(running.ready, 'ready');
      return running;
    },
  });
}

/** Says what is wrong with the environment, a line each, and starts nothing. */
function check<Settings extends ProcessSettings>(program: Program<Settings>): void {
  try {
    program.readSettings(process.env);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = EXIT_CONFIGURATION;
  }
}
