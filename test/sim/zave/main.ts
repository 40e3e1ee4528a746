/** `npm run zave`: the long jobs of the proof harness. Each prints one row of Markdown, and traces of what it found. */
import { Command, InvalidArgumentError } from 'commander';
import { anyCandidateProtocol } from './any-candidate.ts';
import { AnyPredecessor } from './any-predecessor.ts';
import { asynchronousProtocol } from './asynchronous.ts';
import { BREAKAGES } from './breakages.ts';
import { searchPublished, tryBreakage, walkPublished } from './controls.ts';
import { explore } from './explore.ts';
import { explorePacked } from './explore-packed.ts';
import { failingOneByOne } from './failing-one-by-one.ts';
import { checkImplied, checkInduction } from './induction.ts';
import { ringsOfOne, ringsOfPrincipals } from './initial.ts';
import { failMany } from './mass-failure.ts';
import { correctedProtocol } from './model.ts';
import { walk } from './walk.ts';

const REPORT_EVERY_MS = 10_000;
const ROUND_LIMIT = 1000;

/** What was found so far, by name. */
const violations: string[] = [];

const atLeast =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least) throw new InvalidArgumentError(`a whole number from ${least} on`);
    return value;
  };

const program = new Command('zave').description(
  'Checks the ring operations against the invariants of Zave, arXiv 1610.01140. Exits with 1 if any is violated.',
);

program
  .command('explore')
  .description('search every state that can be reached')
  .option('--ids <n>', 'size of the id space', atLeast(2), 5)
  .option('--r <n>', 'length of the successor list', atLeast(1), 2)
  .option('--small', 'start from one phone and let rings be of any size')
  .option('--any-candidate', 'lists alone: a member may adopt any live phone between it and its successor')
  .option('--any-predecessor', 'the same, and in each state of lists everything with any predecessors')
  .option('--traced', 'the plain search: slower, of fewer states, and tells the whole way to a violation')
  .option(
    '--limit <n>',
    'states at most; memory is set aside for so many',
    (text) => atLeast(1)(String(Number(text))),
    1e7,
  )
  .action((options: ExploreOptions) => {
    if (options.traced || options.anyCandidate || options.anyPredecessor) exploreTraced(options);
    else exploreExactly(options);
  });

function exploreExactly({ ids: size, limit, r, small }: ExploreOptions): void {
  const tell = progressTeller();
  const { violations: violated, ...report } = explorePacked({
    size,
    r,
    limit,
    leastPrincipals: small ? 1 : r + 1,
    protocol: correctedProtocol(),
    initial: small ? ringsOfOne : ringsOfPrincipals,
    onProgress: (done, known, depth) => tell(`${done} states done, ${known} found, within ${depth} happenings`),
  });
  for (const { invariant, trace } of violated) found(invariant, trace);
  row({ size, r, ...report, violations: violations.length });
}

function exploreTraced(options: ExploreOptions): void {
  const { anyPredecessor, anyCandidate = anyPredecessor, ids: size, limit, r, small } = options;
  const tell = progressTeller();
  const predecessors = anyPredecessor ? new AnyPredecessor(correctedProtocol()) : undefined;
  const report = explore({
    size,
    r,
    limit,
    leastPrincipals: small ? 1 : r + 1,
    protocol: anyCandidate ? anyCandidateProtocol() : correctedProtocol(),
    initial: small ? ringsOfOne : ringsOfPrincipals,
    checkProgress: anyCandidate !== true,
    onProgress: (done, found) => tell(`${done} states done, ${found} found`),
    onState(network) {
      for (const fault of predecessors?.faultsOf(network) ?? []) found(fault, network.toText());
    },
  });
  for (const { invariant, trace } of report.violations) found(invariant, trace);
  const { complete, idealStates, seconds, states, transitions } = report;
  const predecessorsTried = predecessors?.checked ?? 0;
  const counts = { states, predecessorsTried, transitions, idealStates };
  row({ size, r, ...counts, complete, violations: violations.length, seconds });
}

interface ExploreOptions {
  readonly ids: number;
  readonly r: number;
  readonly small?: true;
  readonly anyCandidate?: true;
  readonly anyPredecessor?: true;
  readonly traced?: true;
  readonly limit: number;
}

program
  .command('walk')
  .description('draw what happens next, very often')
  .option('--steps <n>', 'happenings', (text) => atLeast(1)(String(Number(text))), 1_000_000)
  .option('--leg <n>', 'happenings after which the faults cease and the ring must become ideal', atLeast(1), 100_000)
  .option('--members <n>', 'members at most', atLeast(2), 50)
  .option('--start <n>', 'members at the start of a leg; as many as at most, if not given', atLeast(1))
  .option('--ids <n>', 'size of the id space', atLeast(2), 80)
  .option('--r <n>', 'length of the successor list', atLeast(1), 4)
  .option('--small', 'let rings be of any size')
  .option('--delayed', 'messages take time, arrive late, twice or never')
  .option('--naming', 'ask N as well, under the assumption on failures that it needs')
  .option('--seed <n>', 'seed', atLeast(0), 1)
  .action((options: WalkOptions) => {
    const protocol = options.delayed ? asynchronousProtocol() : correctedProtocol();
    const { naming = false, ids: size, leg: legSteps, members: population, r, seed, small = false, steps } = options;
    const tell = progressTeller();
    const { happened, violation, ...report } = walk({
      size,
      r,
      seed,
      steps,
      legSteps,
      population,
      ...(options.start !== undefined && { startsWith: options.start }),
      leastPrincipals: small ? 1 : r + 1,
      naming,
      protocol: naming ? failingOneByOne(protocol) : protocol,
      onProgress: (done) => tell(`${done} of ${steps} steps`),
    });
    if (violation !== undefined) found(`${violation.invariant} in leg ${violation.leg}`, violation.trace);
    console.error(happened);
    row({ size, r, seed, ...report, violations: violation === undefined ? 0 : 1 });
  });

interface WalkOptions {
  readonly steps: number;
  readonly leg: number;
  readonly members: number;
  readonly ids: number;
  readonly r: number;
  readonly small?: true;
  readonly delayed?: true;
  readonly naming?: true;
  readonly start?: number;
  readonly seed: number;
}

program
  .command('induce')
  .description('make up states that satisfy I1 and I2 and do everything that can happen in them')
  .option('--states <n>', 'states to make up', atLeast(1), 100_000)
  .option('--ids <n>', 'size of the id space', atLeast(5), 12)
  .option('--r <n>', 'length of the successor list', atLeast(1), 3)
  .option('--seed <n>', 'seed', atLeast(0), 1)
  .action(({ ids: size, ...options }: { states: number; ids: number; r: number; seed: number }) => {
    const { violation, ...report } = checkInduction({ protocol: correctedProtocol(), size, ...options });
    if (violation !== undefined) found(violation.invariant, violation.trace);
    row({ size, r: options.r, seed: options.seed, ...report, violations: violation === undefined ? 0 : 1 });
  });

program
  .command('imply')
  .description('go through all lists of all members: does I1 and I2 imply D1 to D7?')
  .option('--ids <n>', 'size of the id space', atLeast(2), 4)
  .option('--r <n>', 'length of the successor list', atLeast(1), 2)
  .action(({ ids: size, r }: { ids: number; r: number }) => {
    const counts = checkImplied({ size, r, leastPrincipals: r + 1 });
    if (counts.violating > 0) process.exitCode = 1;
    row({ size, r, ...counts });
  });

program
  .command('controls')
  .description('search operations that are known to be wrong; exits with 1 if one of them is not caught')
  .option('--limit <n>', 'states to search of the operations of 2001', atLeast(1), 1_000_000)
  .option('--traces', 'print how each violation comes about')
  .action(({ limit, traces }: { limit: number; traces?: true }) => {
    const published = [searchPublished(limit, 3), searchPublished(limit, 1), walkPublished(1)];
    for (const { name, states, trace, violated } of [...published, ...BREAKAGES.map(tryBreakage)]) {
      console.log(`| ${name} | ${violated.join(', ')} | ${states} |`);
      if (traces) console.log(trace);
      if (violated.length === 0) process.exitCode = 1;
    }
  });

program
  .command('fail')
  .description('half of all members fail at once: rounds until the ring is ideal')
  .option('--members <n>', 'members', atLeast(4), 50)
  .option('--r <n>', 'length of the successor list', atLeast(1), 4)
  .option('--runs <n>', 'runs, each with its own seed', atLeast(1), 1000)
  .action(({ members, r, runs }: { members: number; r: number; runs: number }) => {
    const reports = Array.from({ length: runs }, (_, seed) =>
      failMany({ protocol: correctedProtocol(), r, members, share: 0.5, seed }, ROUND_LIMIT),
    );
    const rounds = reports.map((report) => report.rounds ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
    const failed = reports.reduce((sum, report) => sum + report.failed, 0) / runs;
    if (rounds.at(-1)! > 3 * r) process.exitCode = 1;
    row({ members, r, runs, failed, medianRounds: rounds[runs >> 1]!, mostRounds: rounds.at(-1)!, bar: 3 * r });
  });

await program.parseAsync();

function found(what: string, trace: string): void {
  process.exitCode = 1;
  violations.push(what);
  console.error(`violated: ${what}\n${trace}`);
}

function row(columns: Readonly<Record<string, number | boolean>>): void {
  const cells = Object.values(columns).map((value) => (typeof value === 'number' ? shown(value) : String(value)));
  console.log(`| ${Object.keys(columns).join(' | ')} |\n| ${cells.join(' | ')} |`);
}

function shown(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString('en') : value < 0.1 ? value.toExponential(1) : value.toFixed(1);
}

/** Prints what it is told, seldom. */
function progressTeller(): (text: string) => void {
  let toldMs = performance.now();
  return (text) => {
    if (performance.now() - toldMs < REPORT_EVERY_MS) return;
    toldMs = performance.now();
    console.error(text);
  };
}
