/** A simulated CAN that grows: phones join while posts are published through them, all by the product's own protocol. */
import { EntryKeeper } from '../../services/can-index/core/entries/keeper.ts';
import { projectedSpace } from '../../services/can-index/core/entries/projected-space.ts';
import { openProjection } from '../../services/embedder/open.ts';
import { SeededRandom } from '../../services/shared/core/random.ts';
import { CanWorld } from '../sim/can/can-world.ts';
import type { EmbeddedText } from './embedded-texts.ts';
import type { RunOptions } from './experiment.ts';
import { entriesOf, FeedWorld } from './feed-world.ts';

/** Between two phones that join, in virtual ms. */
const JOIN_MS = 500;
/** Rounds of custody that pass before anything is measured, in virtual ms. */
const SETTLE_MS = 60_000;
/** Phones between two words of progress. */
const STEP = 16;

/** `phones` join one after the other, and each time as many posts are published as come to one phone. */
export async function growFeed(
  phones: number,
  texts: readonly EmbeddedText[],
  { seed, progress }: RunOptions,
): Promise<FeedWorld> {
  const space = projectedSpace(await openProjection());
  const can = new CanWorld({
    seed,
    keepEntries: (view) => new EntryKeeper(view, space),
    // The ring bears every entry out: nobody lies here.
    diskFor: () => ({ perform: (_operation, done) => done('true'), crash: () => {} }),
  });
  const world = new FeedWorld(can, entriesOf(texts, new SeededRandom(seed)), texts);
  for (let phone = 1; phone <= phones; phone++) {
    can.grow(1, JOIN_MS);
    const [from, to] = [phone - 1, phone].map((n) => Math.floor((n * texts.length) / phones));
    for (const entry of world.entries.slice(from, to)) world.publish(entry);
    if (phone % STEP === 0) progress(`${phone} phones, ${to} posts published`);
  }
  can.runFor(SETTLE_MS);
  return world;
}
