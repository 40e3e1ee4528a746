/**
 * A simulated CAN that stands still, for sizes at which growing one takes hours: its zones are laid out at once where the
 * posts lie. All else is the product's own: the posts are published, linked, copied, told of and searched by its keepers of
 * entries over the simulated network.
 */
import type { Entry, MeaningSpace } from '../../services/can-index/core/entries/entry.ts';
import type { KeptEntry } from '../../services/can-index/core/entries/entry-store.ts';
import { type Link, MAX_LINKS } from '../../services/can-index/core/entries/link.ts';
import { projectedSpace } from '../../services/can-index/core/entries/projected-space.ts';
import { DEFAULT_SETTINGS } from '../../services/can-index/core/settings.ts';
import { openProjection } from '../../services/embedder/open.ts';
import { SeededRandom } from '../../services/shared/core/random.ts';
import { Population } from '../sim/engine/population.ts';
import { CanLayout, whereEntriesAre } from './can-layout.ts';
import type { CentralIndex } from './central-index.ts';
import type { EmbeddedText } from './embedded-texts.ts';
import type { RunOptions } from './experiment.ts';
import { entriesOf, FeedWorld } from './feed-world.ts';
import { LaidOutPhone, type Surroundings, ToldOfPhone } from './laid-out-phone.ts';

/** Posts a phone publishes in a virtual second. */
const PACE = 0.25;
/** … where their nearest posts are known already. */
const PLACING_PACE = 2;
/** Between two words of phones to their neighbours, in virtual ms. */
const HEARTBEAT_MS = 4_000;
/** Rounds of custody that pass before anything is measured, in virtual ms. */
const SETTLE_MS = 40_000;
/** … and, where entries are placed, some words to neighbours. */
const PLACED_SETTLE_MS = 8_000;
/** How hard the central index looks for the nearest of a new post. */
const EFFORT = 64;

class LaidOutPhones extends Population<LaidOutPhone> {
  readonly around: Surroundings;

  constructor(seed: number, around: Surroundings) {
    super({ seed });
    this.around = around;
    for (const index of around.layout.phones.keys()) {
      this.admit(new LaidOutPhone(index, around, this.engine, this.network)).start();
    }
  }

  /** Time passes, and phones tell how much they have. */
  live(ms: number): void {
    for (let left = ms; left > 0; left -= HEARTBEAT_MS) {
      this.runFor(Math.min(left, HEARTBEAT_MS));
      if (this.around.areEntriesPlaced) continue;
      for (const [index, told] of this.around.told.entries()) told.load = this.phones[index]!.node.entries.load();
    }
  }
}

/** All by the keepers of entries: they find the nearest of each new post by a search. */
export async function layOutFeed(
  phones: number,
  texts: readonly EmbeddedText[],
  options: RunOptions,
): Promise<FeedWorld> {
  const { world, population } = await layOut(phones, texts, options, false);
  publishAll(world, population, PACE, options, (entry) => world.publish(entry));
  population.around.isRouted = true;
  return world;
}

/** The same for sizes at which all those searches take too long: a central index finds the nearest of each new post. */
export async function layOutKnownFeed(
  phones: number,
  texts: readonly EmbeddedText[],
  options: RunOptions,
  index: CentralIndex,
): Promise<FeedWorld> {
  const { world, population } = await layOut(phones, texts, options, true);
  const { layout, space, told } = population.around;
  for (const { vector } of texts) told[layout.ownerOf(space.pointOf(vector))]!.load += 1;
  const published: KeptEntry[] = [];
  publishAll(world, population, PLACING_PACE, options, (entry) => {
    const places = index.nearest(entry.vector, MAX_LINKS, EFFORT);
    index.add(entry.vector);
    const nearest = (): Link[] =>
      places
        .map((place) => published[place]!)
        .map(({ entry: { post }, sketch, copies }) => ({ post, sketch, at: copies }));
    const owner = population.phones[layout.ownerOf(space.pointOf(entry.vector))]!;
    owner.run(owner.node.place(entry, nearest), (kept) => void published.push(kept));
  });
  population.around.isRouted = true;
  return world;
}

async function layOut(
  phones: number,
  texts: readonly EmbeddedText[],
  { seed, progress }: RunOptions,
  areEntriesPlaced: boolean,
): Promise<{ readonly world: FeedWorld; readonly population: LaidOutPhones }> {
  const space = remembering(projectedSpace(await openProjection()));
  const random = new SeededRandom(seed);
  const points = texts.map(({ vector }) => space.pointOf(vector));
  progress(`laying out ${phones} zones`);
  const { axes, longLinks } = DEFAULT_SETTINGS;
  const layout = new CanLayout(axes, whereEntriesAre(phones, points), random, () => longLinks);
  const told = layout.phones.map((phone) => new ToldOfPhone(phone));
  const population = new LaidOutPhones(seed, { layout, space, told, isRouted: false, areEntriesPlaced });
  return { world: new FeedWorld(population, entriesOf(texts, random), texts), population };
}

/** One post after the other, evenly in time. */
function publishAll(
  { entries }: FeedWorld,
  population: LaidOutPhones,
  pace: number,
  { progress }: RunOptions,
  publish: (entry: Entry) => void,
): void {
  const aSecond = pace * population.phones.length;
  const aHeartbeat = Math.ceil((aSecond * HEARTBEAT_MS) / 1_000);
  for (let at = 0; at < entries.length; at += aHeartbeat) {
    for (const [i, entry] of entries.slice(at, at + aHeartbeat).entries()) {
      population.engine.after((1_000 * i) / aSecond, () => publish(entry));
    }
    population.live(HEARTBEAT_MS);
    progress(`${Math.min(at + aHeartbeat, entries.length)} of ${entries.length} posts published`);
  }
  population.live(population.around.areEntriesPlaced ? PLACED_SETTLE_MS : SETTLE_MS);
  progress('settled');
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
