/**
 * Start and end of a process: one program starts, says it is ready, leaves gracefully on SIGTERM and SIGINT, pauses
 * when its parent ends or says so, and ends by having nothing left to do, or soon after. Exit codes: 0 after a graceful
 * end, 1 after a crash or an end that took too long, 78 for a wrong configuration, 128 + signal when a second signal cuts
 * the end short.
 */
import { once } from 'node:events';
import { ConfigurationError, EXIT_CONFIGURATION } from './environment.ts';
import type { Logger } from './logging.ts';

export interface RunningProgram {
  /** What a parent process is told once the program serves; `type: "ready"` is added. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** Ends the program gracefully: says goodbye, finishes what is under way, closes everything. */
  stop(): Promise<void>;
  /**
   * Ends it as if the machine went to sleep: nobody is told, what is on disk stays, it will be back. For when all
   * programs of a testnet end together and there is nobody left to hand anything to. Default: `stop`.
   */
  pause?(): Promise<void>;
}

export interface ProgramOptions {
  /** Starts the program. `stopping` is aborted when a signal comes before it is up: reject with its reason then. */
  start(stopping: AbortSignal): Promise<RunningProgram>;
  /** The logger as soon as there is one: an environment that cannot be read leaves none. */
  logger(): Logger | undefined;
  /**
   * Pause when the process that started this one, with an IPC channel, goes away, be it before this one is up, or when
   * it sends `{"type":"pause"}`. Default: what RINGWALL_EXIT_WITH_PARENT says.
   */
  readonly exitWithParent?: boolean;
  /** Longest graceful end, in ms. Default: STOP_DEADLINE_MS. */
  readonly stopDeadlineMs?: number;
}

/** Time to hand records over and to close everything, in ms. */
export const STOP_DEADLINE_MS = 15_000;

/** What is still open so long after the end is left open, in ms. */
const LINGER_MS = 2_000;

const SIGNALS = { SIGTERM: 15, SIGINT: 2 } as const;

/** Runs a program until it is told to end. Once a process; programs with settings are run by program.ts. */
export async function runUntilStopped(options: ProgramOptions): Promise<void> {
  const stopping = new AbortController();
  const stop = (reason: string): void => {
    options.logger()?.info({ reason }, 'stopping');
    stopping.abort(new Error(`stopped by ${reason}`));
  };
  stopOnSignals(stopping.signal, stop);
  let pausing = false;
  if (options.exitWithParent ?? process.env['RINGWALL_EXIT_WITH_PARENT'] === 'true') {
    pauseWithParent((reason) => {
      if (stopping.signal.aborted) return;
      pausing = true;
      stop(reason);
    });
  }
  process.on('uncaughtException', (error) => endAfterCrash(error, options));
  process.on('unhandledRejection', (error) => endAfterCrash(error, options));
  try {
    const program = await options.start(stopping.signal);
    process.send?.({ type: 'ready', ...program.ready });
    await aborted(stopping.signal);
    await stopInTime(pausing ? (program.pause ?? program.stop) : program.stop, options);
  } catch (error) {
    if (stopping.signal.aborted) options.logger()?.info({ err: error }, 'stopped before it was up');
    else fail(error, options.logger());
  }
  stopping.abort(); // whatever still comes is too late
  if (process.connected) process.disconnect();
  // gRPC does not take back a connection that it is opening to a machine that no longer answers, which takes minutes.
  setTimeout(() => {
    options.logger()?.info({ open: process.getActiveResourcesInfo() }, 'ended with something still open');
    process.exit();
  }, LINGER_MS).unref();
}

/** What `promise` gives, or a rejection with the signal's reason when that is aborted first. */
export async function unlessStopped<T>(promise: Promise<T>, stopping: AbortSignal): Promise<T> {
  return await Promise.race([
    promise,
    aborted(stopping).then((): never => {
      throw stopping.reason;
    }),
  ]);
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

/** A second signal ends the process at once. */
function stopOnSignals(stopping: AbortSignal, stop: (reason: string) => void): void {
  for (const [signal, number] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      if (stopping.aborted) process.exit(128 + number);
      stop(signal);
    });
  }
}

function pauseWithParent(pause: (reason: string) => void): void {
  process.on('disconnect', () => pause('the end of the parent process'));
  process.on('message', (message) => {
    if ((message as { type?: unknown } | null)?.type === 'pause') pause('the parent process');
  });
}

async function stopInTime(stop: () => Promise<void>, options: ProgramOptions): Promise<void> {
  const deadlineMs = options.stopDeadlineMs ?? STOP_DEADLINE_MS;
  const deadline = setTimeout(() => {
    options.logger()?.error({ deadlineMs }, 'the graceful end took too long');
    process.exit(1);
  }, deadlineMs).unref();
  try {
    await stop();
  } catch (error) {
    fail(error, options.logger());
  }
  clearTimeout(deadline);
}

function fail(error: unknown, logger: Logger | undefined): void {
  if (error instanceof ConfigurationError) {
    for (const fault of error.faults) process.stderr.write(`${fault}\n`);
    process.exitCode = EXIT_CONFIGURATION;
    return;
  }
  process.exitCode = 1;
  if (logger === undefined) process.stderr.write(`${String((error as Error)?.stack ?? error)}\n`);
  else logger.fatal({ err: error }, 'failed');
}

/** A defect: the state of the program is unknown, so it ends at once, as a crash that the data is made to survive. */
function endAfterCrash(error: unknown, options: ProgramOptions): void {
  fail(error, options.logger());
  process.exit(1);
}
