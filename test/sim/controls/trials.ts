/** Short runs that mutations are tried in. Each gives what the checkers found, named at its beginning; empty if nothing. */
import { runCampaign } from '../campaign.ts';
import { walkUnderChurn } from '../churn-walk.ts';
import { destroyReplicas, leaveOneByOne } from '../losses.ts';
import { readAfterReturns } from '../returns.ts';
import type { Trial } from './mutations.ts';

export const TRIALS: Readonly<Record<Trial, (seed: number) => readonly string[]>> = {
  churn: (seed) => walkUnderChurn({ seed, phones: 12, successors: 3, seconds: 60 }).faults,
  campaign: (seed) => runCampaign({ seed, phones: 12, minutes: 1 }).faults,
  exodus: (seed) => leaveOneByOne(seed),
  destruction: (seed) => destroyReplicas(seed),
  return: (seed) => readAfterReturns(seed),
};
