/**
 * Start and end of a process: one program starts, says it is ready, leaves gracefully on SIGTERM, SIGINT or the end
 * of its parent, and ends by having nothing left to do. Exit codes: 0 after a graceful end, 1 after a crash or an end
 * that took too long, 78 for a wrong configuration, 128 + signal when a second signal cuts the end short.
 */
import { ConfigurationError, EXIT_CONFIGURATION } from './environment.ts';
import type { Logger } from './logging.ts';

export interface RunningProgram {
  /** What a parent process is told once the program serves; `type: "ready"` is added. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** Ends the program gracefully: says goodbye, finishes what is under way, closes everything. */
  stop(): Promise<void>;
}

export interface ProgramOptions {
  /** Starts the program. `stopping` is aborted when a signal comes before it is up. */
  start(stopping: AbortSignal): Promise<RunningProgram>;
  /** The logger as soon as there is one: an environment that cannot be read leaves none. */
  logger(): Logger | undefined;
  /** Leave when the process that started this one, with an IPC channel, goes away. */
  readonly exitWithParent: boolean;
  /** Longest graceful end, in ms. */
  readonly stopDeadlineMs: number;
}

const SIGNALS = { SIGTERM: 15, SIGINT: 2 } as const;

/** Runs a program until it is told to end. Call it once a process, from main.ts. */
export async function runProgram(options: ProgramOptions): Promise<void> {
  const stopping = new AbortController();
  const told = waitToBeTold(stopping, options);
  process.on('uncaughtException', (error) => endAfterCrash(error, options));
  process.on('unhandledRejection', (error) => endAfterCrash(error, options));
  try {
    const program = await options.start(stopping.signal);
    process.send?.({ type: 'ready', ...program.ready });
    await told;
    const deadline = endAtDeadline(options);
    await program.stop();
    clearTimeout(deadline);
  } catch (error) {
    if (!stopping.signal.aborted || error !== stopping.signal.reason) fail(error, options.logger());
  }
  if (process.connected) process.disconnect();
}

/** Resolves when the program shall end; a second signal ends the process at once. */
function waitToBeTold(stopping: AbortController, options: ProgramOptions): Promise<void> {
  return new Promise((resolve) => {
    const stop = (reason: string): void => {
      options.logger()?.info({ reason }, 'stopping');
      stopping.abort(new Error(`stopped by ${reason}`));
      resolve();
    };
    for (const [signal, number] of Object.entries(SIGNALS)) {
      process.on(signal, () => {
        if (stopping.signal.aborted) process.exit(128 + number);
        stop(signal);
      });
    }
    if (process.channel === undefined) return;
    process.on('disconnect', () => {
      if (options.exitWithParent && !stopping.signal.aborted) stop('the end of the parent process');
    });
    // Listening for "disconnect" alone does not read the channel, so the parent's end would go unnoticed.
    process.channel?.ref();
    process.on('message', () => {});
  });
}

function endAtDeadline(options: ProgramOptions): NodeJS.Timeout {
  return setTimeout(() => {
    options.logger()?.error({ deadlineMs: options.stopDeadlineMs }, 'the graceful end took too long');
    process.exit(1);
  }, options.stopDeadlineMs).unref();
}

function fail(error: unknown, logger: Logger | undefined): void {
  if (error instanceof ConfigurationError) {
    for (const fault of error.faults) process.stderr.write(`${fault}\n`);
    process.exitCode = EXIT_CONFIGURATION;
    return;
  }
  process.exitCode = 1;
  if (logger === undefined) process.stderr.write(`${String((error as Error)?.stack ?? error)}\n`);
  else logger.fatal({ err: error }, 'cannot start');
}

/** A defect: the state of the program is unknown, so it ends at once, as a crash that the data is made to survive. */
function endAfterCrash(error: unknown, options: ProgramOptions): void {
  fail(error, options.logger());
  process.exit(1);
}
