/**
 * A simulated CAN that stands still, for sizes at which growing one takes hours: its zones are laid out at once where the
 * posts lie. All else is the product's own: the posts are published, linked, copied, told of and searched by its keepers of
 * entries over the simulated network.
 */
import type { MeaningSpace } from '../../services/can-index/core/entries/entry.ts';
import { projectedSpace } from '../../services/can-index/core/entries/projected-space.ts';
import { DEFAULT_SETTINGS } from '../../services/can-index/core/settings.ts';
import { openProjection } from '../../services/embedder/open.ts';
import { SeededRandom } from '../../services/shared/core/random.ts';
import { Population } from '../sim/population.ts';
import { CanLayout, whereEntriesAre } from './can-layout.ts';
import type { EmbeddedText } from './embedded-texts.ts';
import type { RunOptions } from './experiment.ts';
import { entriesOf, FeedWorld } from './feed-world.ts';
import { LaidOutPhone, type Surroundings, ToldOfPhone } from './laid-out-phone.ts';

/** Posts a phone publishes in a virtual second. */
const PACE = 0.25;
/** Between two words of phones to their neighbours, in virtual ms. */
const HEARTBEAT_MS = 4_000;
/** Rounds of custody that pass before anything is measured, in virtual ms. */
const SETTLE_MS = 40_000;

class LaidOutPhones extends Population<LaidOutPhone> {
  readonly around: Surroundings;

  constructor(seed: number, layout: CanLayout, space: MeaningSpace) {
    super({ seed });
    this.around = { layout, space, told: layout.phones.map((phone) => new ToldOfPhone(phone)), isRouted: false };
    for (const index of layout.phones.keys()) {
      this.admit(new LaidOutPhone(index, this.around, this.engine, this.network)).start();
    }
  }

  /** Time passes, and phones tell how much they have. */
  live(ms: number): void {
    for (let left = ms; left > 0; left -= HEARTBEAT_MS) {
      this.runFor(Math.min(left, HEARTBEAT_MS));
      for (const [index, told] of this.around.told.entries()) told.load = this.phones[index]!.node.entries.load();
    }
  }
}

export async function layOutFeed(
  phones: number,
  texts: readonly EmbeddedText[],
  { seed, progress }: RunOptions,
): Promise<FeedWorld> {
  const space = remembering(projectedSpace(await openProjection()));
  const random = new SeededRandom(seed);
  const points = texts.map(({ vector }) => space.pointOf(vector));
  progress(`laying out ${phones} zones`);
  const { axes, longLinks } = DEFAULT_SETTINGS;
  const layout = new CanLayout(axes, whereEntriesAre(phones, points), random, () => longLinks);
  const population = new LaidOutPhones(seed, layout, space);
  const world = new FeedWorld(population, entriesOf(texts, random), texts);
  const aHeartbeat = Math.ceil((PACE * phones * HEARTBEAT_MS) / 1_000);
  for (let at = 0; at < texts.length; at += aHeartbeat) {
    for (const entry of world.entries.slice(at, at + aHeartbeat)) {
      population.engine.after(random.next() * HEARTBEAT_MS, () => world.publish(entry));
    }
    population.live(HEARTBEAT_MS);
    progress(`${Math.min(at + aHeartbeat, texts.length)} of ${texts.length} posts published`);
  }
  population.live(SETTLE_MS);
  progress('settled');
  population.around.isRouted = true;
  return world;
}

/** The same space, which computes the point and the sketch of a vector once: here all phones share the vectors themselves. */
function remembering(space: MeaningSpace): MeaningSpace {
  return { ...space, pointOf: remembered(space.pointOf), sketchOf: remembered(space.sketchOf) };
}

function remembered<T>(compute: (vector: Float32Array) => T): (vector: Float32Array) => T {
  const known = new WeakMap<Float32Array, { readonly value: T }>();
  return (vector) => {
    let found = known.get(vector);
    if (found === undefined) {
      found = { value: compute(vector) };
      known.set(vector, found);
    }
    return found.value;
  };
}
