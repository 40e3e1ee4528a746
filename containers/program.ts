/** Runs other programs: docker, and the scripts beside this file. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export const ROOT = join(import.meta.dirname, '..');

/** A program did not do its work; the message is for a person. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
}

export interface ProgramOptions {
  /** Beside that of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Show what it says. Default: it is returned. */
  readonly shown?: boolean;
  /** What it reads on standard input. Default: nothing. */
  readonly input?: string | undefined;
}

/** Lines of a complaint that are passed on. */
const COMPLAINT_LINES = 8;

/** What the program said on standard output. Throws a ProgramError with the last lines of what it complained of. */
export async function run(
  program: string,
  parameters: readonly string[],
  options: ProgramOptions = {},
): Promise<string> {
  const { environment, shown = false, input } = options;
  const child = spawn(program, parameters, {
    cwd: ROOT,
    stdio: [input === undefined ? 'ignore' : 'pipe', shown ? 'inherit' : 'pipe', shown ? 'inherit' : 'pipe'],
    env: { ...process.env, ...environment },
  });
  child.stdin?.end(input);
  const ended = once(child, 'close') as Promise<[number | null]>;
  const all = Promise.all([child.stdout ? text(child.stdout) : '', child.stderr ? text(child.stderr) : '', ended]);
  const [said, complaint, [code]] = await all.catch((error: Error) => {
    throw new ProgramError(`${program} cannot be started: ${error.message}`, { cause: error });
  });
  if (code === 0) return said;
  const last = complaint.trim().split('\n').slice(-COMPLAINT_LINES).join('\n');
  throw new ProgramError(`${program} ${parameters.slice(0, 2).join(' ')} failed${last === '' ? '' : `:\n${last}`}`);
}

/** Whether the program does its work. */
export async function succeeds(program: string, parameters: readonly string[]): Promise<boolean> {
  return await run(program, parameters).then(
    () => true,
    () => false,
  );
}
