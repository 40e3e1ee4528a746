/** `--help` of programs that are set up by environment variables alone. */
export interface Variable {
  readonly name: string;
  readonly meaning: string;
  /** As a person reads it: a value, "required" or "off". */
  readonly fallback: string;
}

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
  return `${program}: ${purpose}\n\nEnvironment (default in brackets; --check says what is wrong with it, and starts nothing):\n${lines.join('\n')}\n`;
}
