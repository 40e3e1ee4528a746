/** Prints what random walks of whole phones within Zave's assumptions found. */
import { type ChurnReport, walkUnderChurn } from './churn-walk.ts';

/** Lengths of successor lists that seeds take in turn. */
const SUCCESSORS = [3, 4, 8] as const;

/** One row of Markdown of all seeds together, and all about those that failed. Whether none did. */
export function tellOfChurn(
  seeds: readonly number[],
  { phones, minutes }: { readonly phones: number; readonly minutes: number },
): boolean {
  const sums = { joins: 0, failures: 0, delivered: 0, judged: 0, unjudged: 0, longestHealMs: 0 };
  const breaches = new Map<string, number>();
  let failed = 0;
  for (const [done, seed] of seeds.entries()) {
    const successors = SUCCESSORS[seed % SUCCESSORS.length]!;
    const report = walkUnderChurn({ seed, phones, successors, seconds: 60 * minutes });
    sums.joins += report.joins;
    sums.failures += report.failures;
    sums.delivered += report.delivered;
    sums.judged += report.watched.judged + report.watched.judgedSmall;
    sums.unjudged += report.watched.unjudged;
    sums.longestHealMs = Math.max(sums.longestHealMs, report.healedMs ?? 0);
    for (const [breach, times] of Object.entries(report.watched.breaches)) {
      breaches.set(breach, (breaches.get(breach) ?? 0) + times);
    }
    if (report.faults.length > 0) failed += 1;
    if (report.faults.length > 0) tellOfFailure(report, phones, minutes);
    if (process.stderr.isTTY) process.stderr.write(`\r· ${done + 1} of ${seeds.length}, ${failed} failed`);
  }
  if (process.stderr.isTTY) process.stderr.write('\n');
  const columns = { seeds: seeds.length, ...sums, failed };
  console.log(`| ${Object.keys(columns).join(' | ')} |`);
  console.log(
    `| ${Object.values(columns)
      .map((value) => Math.round(value).toLocaleString('en'))
      .join(' | ')} |`,
  );
  console.log(
    `assumptions that broke: ${[...breaches].map(([breach, times]) => `${breach} ${times}`).join(', ') || 'none'}`,
  );
  return failed === 0;
}

function tellOfFailure({ faults, seed, trace }: ChurnReport, phones: number, minutes: number): void {
  console.log(`\nseed ${seed} FAILED\n  ${faults.slice(0, 8).join('\n  ')}`);
  console.log(`last messages:\n  ${trace.join('\n  ')}`);
  console.log(`replay: npm run sim -- --churn --seed ${seed} --phones ${phones} --minutes ${minutes}\n`);
}
