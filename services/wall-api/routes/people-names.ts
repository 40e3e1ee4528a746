/** Names beside ids: a list that shows many people asks for each of them once. */
import type { Id } from '../../shared/core/id.ts';
import type { Profiles } from '../core/identity/profile.ts';
import { mapBounded, PARALLEL_READS } from '../core/parallel.ts';
import { Problem } from '../core/problem.ts';

/** The people's names; those without a profile, or whose profile is out of reach, are not in it. */
export async function namesOf(profiles: Profiles, people: Iterable<Id>): Promise<ReadonlyMap<Id, string>> {
  const names = new Map<Id, string>();
  await mapBounded([...new Set(people)], PARALLEL_READS, async (person) => {
    try {
      const profile = await profiles.recent(person);
      if (profile !== undefined) names.set(person, profile.name);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  });
  return names;
}
