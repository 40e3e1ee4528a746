/** Runs one vitest project and counts its tests from the JSON report, so that the summary tells what really ran. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Report, show } from './report.ts';

interface JsonReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

/** `filters`: only files whose path contains one of these; none means all. */
export async function runProject(project: string, filters: readonly string[]): Promise<Report> {
  console.log(`\n== tests: ${project}`);
  const folder = await mkdtemp(join(tmpdir(), 'ringwall-report-'));
  const file = join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const code = await show('vitest', ['run', '--project', project, '--passWithNoTests', ...reporters, ...filters]);
    const report = countTests(await readFile(file, 'utf8').catch(() => undefined));
    // Whatever vitest found wrong beyond its tests (an unhandled error, a crash) counts as one failure.
    return code !== 0 && report.failed === 0 ? { ...report, failed: 1 } : report;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Tests of a vitest JSON report; a file that could not even be loaded counts as one failed test. */
export function countTests(text: string | undefined): Report {
  if (text === undefined) return { passed: 0, failed: 0 };
  const report = JSON.parse(text) as JsonReport;
  const unloadable = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  return { passed: report.numPassedTests, failed: report.numFailedTests + unloadable };
}
