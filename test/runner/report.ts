/** What came of one part of the tests, and how a child program's run is turned into it. */
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

export interface Report {
  /** Tests, or checks. */
  readonly passed: number;
  readonly failed: number;
}

export function sum(reports: readonly Report[]): Report {
  return {
    passed: reports.reduce((total, report) => total + report.passed, 0),
    failed: reports.reduce((total, report) => total + report.failed, 0),
  };
}

/**
 * Runs a program of node_modules/.bin with its output shown. Resolves with its exit code, or with 1 when a signal
 * ended it or it could not be started.
 */
export function show(program: string, parameters: readonly string[]): Promise<number> {
  const bin = join(ROOT, 'node_modules/.bin');
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  return new Promise((resolve) => {
    const child = spawn(join(bin, program), parameters, { cwd: ROOT, env, stdio: 'inherit' });
    child.on('error', (error) => {
      console.error(`${program} cannot be started: ${error.message}. Run \`npm install\` first.`);
      resolve(1);
    });
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
