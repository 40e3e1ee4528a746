/** What every route of the churn lab may answer instead of doing something. */
import type { ProblemSlug } from '../core/problem.ts';
import type { RouteContext } from './route-context.ts';

export const LAB_PROBLEMS: readonly ProblemSlug[] = [
  ...(['lab-off', 'admin-token-required', 'admin-token-wrong', 'not-available-here', 'lab-refused'] as const),
];

export function unavailable({ lab }: RouteContext, what: string): string {
  const able = lab.actions.length === 0 ? 'nothing' : lab.actions.join(', ');
  return `Not available here: ${what}. What can be done to these phones is ${able}.`;
}
