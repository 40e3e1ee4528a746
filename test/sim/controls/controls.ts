/** Negative controls of whole phones: every mutation must be caught, and the code as it is must not be. */
import { importMutated } from './mutated-import.ts';
import type { Mutation, Trial } from './mutations.ts';
import type * as Trials from './trials.ts';

export interface ControlReport {
  readonly name: string;
  /** The trial and seed in which something was found first; undefined if nothing was. */
  readonly trial: Trial | undefined;
  readonly seed: number | undefined;
  /** Name of the check that found it. */
  readonly check: string;
  readonly fault: string;
}

/** The code as it is, under the name that stands for it in reports. */
const UNCHANGED = 'as it is';

/** Tries a mutation with the seeds from 1 on, each trial in turn. */
async function tryMutation(mutation: Mutation | undefined, seeds: number): Promise<ControlReport> {
  const name = mutation?.name ?? UNCHANGED;
  const { TRIALS } = await importMutated<typeof Trials>('test/sim/controls/trials.ts', mutation);
  const trials = mutation?.trials ?? (Object.keys(TRIALS) as Trial[]);
  for (let seed = 1; seed <= seeds; seed++) {
    for (const trial of trials) {
      const [fault] = TRIALS[trial](seed);
      if (fault !== undefined) return { name, trial, seed, check: /^[\w-]*/.exec(fault)![0], fault };
    }
  }
  return { name, trial: undefined, seed: undefined, check: '', fault: '' };
}

/**
 * Prints a row of Markdown for each of these mutations; undefined stands for the code as it is. Whether the mutations
 * were caught, and that was not.
 */
export async function tellOfControls(subjects: readonly (Mutation | undefined)[], seeds: number): Promise<boolean> {
  console.log('| breakage | caught by | trial | seed |\n| --- | --- | --- | --- |');
  let isRight = true;
  for (const mutation of subjects) {
    const report = await tryMutation(mutation, seeds);
    console.log(`| ${report.name} | ${report.check || '-'} | ${report.trial ?? '-'} | ${report.seed ?? '-'} |`);
    if ((report.seed === undefined) === (mutation === undefined)) continue;
    isRight = false;
    console.log(report.seed === undefined ? `not caught within ${seeds} seeds` : report.fault);
  }
  return isRight;
}
