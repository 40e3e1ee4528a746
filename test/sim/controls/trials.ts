/** Short runs that mutations are tried in. Each gives what the checkers found, named at its beginning; empty if nothing. */
import { runCampaign } from '../records/campaign.ts';
import { destroyReplicas, leaveOneByOne } from '../records/losses.ts';
import { readAfterReturns } from '../records/returns.ts';
import { walkUnderChurn } from '../ring/churn-walk.ts';
import type { Trial } from './mutations.ts';

export const TRIALS: Readonly<Record<Trial, (seed: number) => readonly string[]>> = {
  churn: (seed) => walkUnderChurn({ seed, phones: 12, successors: 3, seconds: 60 }).faults,
  campaign: (seed) => runCampaign({ seed, phones: 12, minutes: 1 }).faults,
  exodus: (seed) => leaveOneByOne(seed),
  destruction: (seed) => destroyReplicas(seed),
  return: (seed) => readAfterReturns(seed),
};
