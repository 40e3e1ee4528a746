/** Which keys are gone after many phones died and the ring was repaired: Chord's figure 11. */
import { DEFAULT_SETTINGS } from '../../services/chord-router/core/settings.ts';
import { SeededRandom } from '../../services/shared/core/random.ts';
import type { FurtherPlot } from './experiment.ts';
import { Population, randomId } from './population.ts';
import { StaticRing } from './static-ring.ts';
import { fillClassic } from './tables.ts';

/** More phones than there are: nothing is evicted. */
const MAX_KNOWN = 1 << 20;

export interface Lost {
  readonly share: number;
  readonly single: number;
  readonly replicated: number;
  readonly wrong: number;
}

export interface LostKeysScale {
  /** Phones. */
  readonly ring: number;
  readonly keys: number;
  /** Keys that are looked up. */
  readonly checked: number;
}

/** Figure 11: after the ring has been repaired, which keys are gone, and do lookups find the new owners? */
export function lostKeys({ ring: phones, keys, checked }: LostKeysScale, seed: number): Lost[] {
  const random = new SeededRandom(seed);
  const before = Population.random(phones, random);
  return [0.05, 0.1, 0.2, 0.3, 0.4, 0.5].map((share) => {
    const dead = new Set(random.shuffle(before.contacts.map((_, i) => i)).slice(0, Math.round(share * phones)));
    const after = new Population(before.contacts.filter((_, i) => !dead.has(i)).map(({ id }) => id));
    const ring = new StaticRing(after, {
      seed,
      settings: { successors: 20, knownPhones: MAX_KNOWN },
      equip: fillClassic,
    });
    let single = 0;
    let replicated = 0;
    let wrong = 0;
    for (let i = 0; i < keys; i++) {
      const key = randomId(random);
      const owner = before.ownerOf(key);
      if (dead.has(owner)) single += 1;
      if (isAllDead(dead, owner, phones)) replicated += 1;
      if (i >= checked) continue;
      const found = ring.lookup(random.below(after.size), key).owner;
      if (found?.id !== after.at(after.ownerOf(key)).id) wrong += 1;
    }
    return { share, single: single / keys, replicated: replicated / keys, wrong };
  });
}

function isAllDead(dead: ReadonlySet<number>, owner: number, phones: number): boolean {
  for (let copy = 0; copy < DEFAULT_SETTINGS.replication; copy++) {
    if (!dead.has((owner + copy) % phones)) return false;
  }
  return true;
}

/** Figure 11 as a plot. */
export function plotOfLost(lost: readonly Lost[]): FurtherPlot {
  return {
    name: 'figure-11',
    title: 'Keys lost when a share of all phones dies at once (figure 11)',
    xLabel: 'share of phones that died',
    yLabel: 'share of lookups that fail',
    xScale: 'linear',
    yScale: 'linear',
    series: [
      { name: 'paper: the share itself', source: 'paper', points: lost.map(({ share }) => [share, share]) },
      { name: 'ours, one copy', source: 'ours', points: lost.map(({ share, single }) => [share, single]) },
      {
        name: `ours, ${DEFAULT_SETTINGS.replication} replicas`,
        source: 'ours',
        points: lost.map(({ share, replicated }) => [share, replicated]),
      },
    ],
  };
}
