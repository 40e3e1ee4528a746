/**
 * Runs everything that tells whether the project is sound, in the order of what is quickest to tell:
 *
 *     npm test                          checks (lint, format, types, contracts), unit, sim, integration, watching, e2e
 *     npm test -- unit sim              only these parts
 *     npm test -- containers            what needs a container engine; skipped, and said so, where none is found
 *     npm test -- unit --file ring      only test files whose path contains "ring"
 *
 * The last line is `N passed, N failed`; the exit code is 0 only when nothing failed and something passed.
 */
import { parseArgs } from 'node:util';
import { chromiumAbsence } from './e2e/chromium.ts';
import { runChecks } from './runner/checks.ts';
import { engineAbsence } from './runner/engine-absence.ts';
import { type Report, sum } from './runner/report.ts';
import { runProject } from './runner/vitest.ts';
import { prometheusAbsence } from './watching/program.ts';

/** Those that run when none is named. */
const USUAL_PARTS = ['checks', 'unit', 'sim', 'integration', 'watching', 'e2e'] as const;
const PARTS = [...USUAL_PARTS, 'containers'] as const;
type Part = (typeof PARTS)[number];

const HELP = `Usage: npm test -- [part...] [--file TEXT]... [--bail]

Parts: ${PARTS.join(', ')}; by default all but containers, which needs a container engine
  --file TEXT   only test files whose path contains TEXT
  --bail        stop after the first part that failed
`;

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      file: { type: 'string', multiple: true, default: [] },
      bail: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const unknown = positionals.filter((name) => !PARTS.some((part) => part === name));
  if (unknown.length > 0) {
    console.error(`There is no part ${unknown.join(', ')}: the parts are ${PARTS.join(', ')}`);
    return 2;
  }

  const chosen = positionals.length === 0 ? USUAL_PARTS : PARTS.filter((part) => positionals.includes(part));
  const reports: Report[] = [];
  const lines: string[] = [];
  // At once, for who ends this before it is over, and again at the end.
  const tell = (line: string): void => {
    lines.push(line);
    console.log(`\n${line}`);
  };
  for (const part of chosen) {
    const startedAt = performance.now();
    const absence = await absenceOf(part);
    if (absence !== undefined) {
      tell(`${part.padEnd(12)} SKIPPED: ${absence}`);
      continue;
    }
    const report = await runPart(part, values.file);
    reports.push(report);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    tell(`${part.padEnd(12)} ${report.passed} passed, ${report.failed} failed (${seconds} s)`);
    if (values.bail && report.failed > 0) break;
  }

  const { passed, failed } = sum(reports);
  console.log(`\n${lines.join('\n')}\n\n${passed} passed, ${failed} failed`);
  return failed === 0 && (passed > 0 || reports.length === 0) ? 0 : 1;
}

/** What a part needs and this machine has not; undefined when it can run. */
async function absenceOf(part: Part): Promise<string | undefined> {
  switch (part) {
    case 'watching':
      return prometheusAbsence();
    case 'e2e':
      return chromiumAbsence();
    case 'containers':
      return await engineAbsence();
    default:
      return undefined;
  }
}

async function runPart(part: Part, files: readonly string[]): Promise<Report> {
  return part === 'checks' ? await runChecks() : await runProject(part, files);
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!isBadArgument(error)) throw error;
  console.error(`${error.message}\n\n${HELP}`);
  process.exitCode = 2;
}

function isBadArgument(error: unknown): error is Error {
  return error instanceof Error && String((error as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS');
}
