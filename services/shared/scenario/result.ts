/** What came of a scenario's assertions. */
import { type Assertion, holds } from './assertion.ts';
import { measure } from './figures.ts';
import type { Observations } from './observations.ts';
import type { Scenario } from './scenario.ts';

export interface AssertionResult {
  readonly assertion: Assertion;
  /** Undefined: there was nothing to measure, or the stage cannot tell; the assertion does not hold then. */
  readonly measured: number | undefined;
  readonly holds: boolean;
}

export interface Result {
  readonly assertions: readonly AssertionResult[];
  /** All assertions hold, and nothing ended by itself. */
  readonly passed: boolean;
}

export function resultOf({ assertions }: Scenario, seen: Observations): Result {
  const results = assertions.map((assertion): AssertionResult => {
    const { figure, comparison, bound } = assertion;
    const measured = measure(figure, seen, assertion);
    return { assertion, measured, holds: measured !== undefined && holds(comparison, measured, bound) };
  });
  return { assertions: results, passed: results.every((result) => result.holds) && seen.defects.length === 0 };
}
