/** What scenarios of entries share: a CAN that is whole and keeps posts. */
import { untilWhole } from './can-scenario.ts';
import { EntryWorld, type EntryWorldOptions } from './entry-world.ts';

export interface SettledWorldOptions extends EntryWorldOptions {
  readonly phones: number;
  readonly posts: number;
  /** For so long after the posts came the world is left to itself, ms. */
  readonly restMs: number;
}

/** Phones that form a whole CAN and keep so many posts. */
export function settledWorld({ phones, posts, restMs, ...options }: SettledWorldOptions): EntryWorld {
  const world = new EntryWorld(options);
  world.can.grow(phones, 100);
  untilWhole(world.can, 120_000);
  world.publish(posts);
  world.can.runFor(restMs);
  return world;
}
