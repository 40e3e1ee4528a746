/** `--help` of programs that are set up by environment variables alone. */
import { LOG_LEVELS } from './logging.ts';

export interface Variable {
  readonly name: string;
  readonly meaning: string;
  /** As a person reads it: a value, "required" or "off". */
  readonly fallback: string;
}

/** Variables that every program has. */
export const PROCESS_VARIABLES: readonly Variable[] = [
  { name: 'RINGWALL_LOG_LEVEL', meaning: `one of ${LOG_LEVELS.join(', ')}`, fallback: 'info' },
  {
    name: 'RINGWALL_EXIT_WITH_PARENT',
    meaning: 'true: leave when the process that started this one, with an IPC channel, goes away',
    fallback: 'false',
  },
];

/** Prints the help and says true when the arguments ask for it, or, with exit code 64, when they are not known. */
export function answersArguments(
  program: string,
  purpose: string,
  variables: readonly Variable[],
  args: readonly string[] = process.argv.slice(2),
): boolean {
  if (args.length === 0) return false;
  const known = args.every((argument) => argument === '--help' || argument === '-h');
  const out = known ? process.stdout : process.stderr;
  if (!known) {
    out.write(`${program} takes no arguments: it is set up by environment variables.\n\n`);
    process.exitCode = EXIT_USAGE;
  }
  out.write(usage(program, purpose, variables));
  return true;
}

/** EX_USAGE of sysexits.h. */
const EXIT_USAGE = 64;

function usage(program: string, purpose: string, variables: readonly Variable[]): string {
  const width = Math.max(...variables.map(({ name }) => name.length));
  const lines = variables.map(({ name, meaning, fallback }) => `  ${name.padEnd(width)}  ${meaning} (${fallback})`);
  return `${program}: ${purpose}\n\nEnvironment (default in brackets):\n${lines.join('\n')}\n`;
}
