/** Where the programs of Prometheus are on this machine. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const PROGRAMS = ['prometheus', 'promtool'] as const;
type Program = (typeof PROGRAMS)[number];

/** Why the suites that need Prometheus cannot run; undefined when they can. */
export function prometheusAbsence(): string | undefined {
  const absent = PROGRAMS.filter((name) => findProgram(name) === undefined);
  if (absent.length === 0) return undefined;
  return `there is no ${absent.join(' and no ')} on the path: install the package \`prometheus\``;
}

/** The path of a program. Throws an Error that says what to do when it is nowhere. */
export function requireProgram(name: Program): string {
  const path = findProgram(name);
  if (path === undefined) throw new Error(prometheusAbsence());
  return path;
}

function findProgram(name: Program): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
