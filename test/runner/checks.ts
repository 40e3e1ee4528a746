/** The checks that need no test: lint, format, types and contracts. Each counts as one test that passed or failed. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RELEASED_CONTRACTS } from '../../proto/generate.ts';
import { type Report, ROOT, show, sum } from './report.ts';

interface Check {
  readonly name: string;
  readonly program: string;
  readonly parameters: readonly string[];
}

const CHECKS: readonly Check[] = [
  { name: 'lint', program: 'oxlint', parameters: [] },
  { name: 'format', program: 'biome', parameters: ['check', '--error-on-warnings'] },
  { name: 'types', program: 'tsc', parameters: ['--noEmit'] },
  { name: 'types of the pages', program: 'tsc', parameters: ['--noEmit', '-p', 'web'] },
  { name: 'types of the service worker', program: 'tsc', parameters: ['--noEmit', '-p', 'web/service-worker'] },
  { name: 'contracts', program: 'buf', parameters: ['lint'] },
  {
    name: 'contracts compatible with the last release',
    program: 'buf',
    parameters: ['breaking', '--against', RELEASED_CONTRACTS],
  },
];

export async function runChecks(): Promise<Report> {
  const reports: Report[] = [];
  for (const check of CHECKS) reports.push(await runCheck(check));
  return sum(reports);
}

async function runCheck({ name, program, parameters }: Check): Promise<Report> {
  console.log(`\n== ${name}: ${program} ${parameters.join(' ')}`);
  if (parameters.includes(RELEASED_CONTRACTS) && !existsSync(join(ROOT, RELEASED_CONTRACTS))) {
    console.error(`${RELEASED_CONTRACTS} is missing: \`npm run generate -- --release\` makes it`);
    return { passed: 0, failed: 1 };
  }
  const good = (await show(program, parameters)) === 0;
  console.log(good ? `ok: ${name}` : `FAILED: ${name}`);
  return good ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}
