/**
 * Negative controls: the same searches and walks over operations that are known to be wrong. What they find shows that
 * finding nothing in ours means something.
 */
import type { Breakage } from './breakages.ts';
import { type Exploration, explore } from './explore.ts';
import { ringsOfOne, ringsOfPrincipals } from './initial.ts';
import { correctedProtocol, type Protocol } from './model.ts';
import { PUBLISHED_2001 } from './published-2001.ts';
import { walk } from './walk.ts';

export interface ControlReport {
  readonly name: string;
  /** What was violated first, in the first search that found anything; empty if none did. */
  readonly violated: readonly string[];
  readonly trace: string;
  /** States that were seen until then. */
  readonly states: number;
}

const SEARCH_LIMIT = 30_000;

/** What searches find wrong with a breakage, if anything. */
export function tryBreakage({ name, operations, shows }: Breakage): ControlReport {
  const protocol = correctedProtocol(operations, name);
  const common = { protocol, limit: SEARCH_LIMIT, checkProgress: true };
  const searches: readonly Exploration[] =
    shows === 'everywhere'
      ? [
          { ...common, size: 4, r: 2, leastPrincipals: 3, initial: ringsOfPrincipals },
          { ...common, size: 5, r: 3, leastPrincipals: 4, initial: ringsOfPrincipals },
        ]
      : [{ ...common, size: 3, r: 2, leastPrincipals: 1, initial: ringsOfOne }];
  let states = 0;
  for (const search of searches) {
    const report = explore(search);
    states += report.states;
    if (report.violations.length === 0) continue;
    const violated = report.violations.map(({ invariant }) => invariant);
    return { name, violated, trace: report.violations[0]!.trace, states };
  }
  return { name, violated: [], trace: '', states };
}

/**
 * Everything that a search finds wrong with the operations of 2001 at r = 2 over five ids, going on each time.
 * `leastPrincipals`: that failures leave, as in `NetworkOptions`.
 */
export function searchPublished(limit: number, leastPrincipals: number): ControlReport {
  const { states, violations } = explore({
    protocol: PUBLISHED_2001,
    size: 5,
    r: 2,
    leastPrincipals,
    initial: ringsOfPrincipals,
    limit,
    checkProgress: false,
    collectViolations: true,
  });
  const violated = violations.map(({ invariant }) => invariant);
  return { name: PUBLISHED_2001.name, violated, trace: violations.map(({ trace }) => trace).join('\n\n'), states };
}

/** What random walks find wrong with them: one kind after the other, the ones found before being overlooked. */
export function walkPublished(seed: number): ControlReport {
  const violated: string[] = [];
  const traces: string[] = [];
  for (const _ of CHECKED) {
    const protocol: Protocol = { ...PUBLISHED_2001, exempt: violated };
    const { violation } = walk({ ...PUBLISHED_WALK, protocol, seed });
    if (violation === undefined || violated.includes(violation.invariant)) break;
    violated.push(violation.invariant);
    traces.push(`${violation.invariant}\n${violation.trace}`);
  }
  return { name: PUBLISHED_2001.name, violated, trace: traces.join('\n\n'), states: 0 };
}

const CHECKED = ['I1', 'I2', 'D1', 'D2', 'D3', 'D4', 'D5', 'D6', 'D7', 'L1', 'L2', 'T1', 'T2', 'T3', 'H'];

const PUBLISHED_WALK = { size: 20, r: 2, leastPrincipals: 3, steps: 100_000, legSteps: 1000, population: 15 };
