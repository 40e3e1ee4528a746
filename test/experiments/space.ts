/** Phones at random points of a cube: the 3-d Euclidean model of round trips. */
import type { Id } from '../../services/shared/core/id.ts';
import type { SeededRandom } from '../../services/shared/core/random.ts';
import type { StaticRingOptions } from './static-ring.ts';

/** Round trip of two phones, by index, in ms. */
export type Latency = (a: number, b: number) => number;

/** Round trip along an edge of the cube, ms. */
export const EDGE_RTT_MS = 80;

export class Space {
  readonly #coordinates: Float64Array;

  constructor(phones: number, random: SeededRandom) {
    this.#coordinates = Float64Array.from({ length: 3 * phones }, () => random.next());
  }

  rttMs(a: number, b: number): number {
    const at = this.#coordinates;
    const square = (axis: number): number => (at[3 * a + axis]! - at[3 * b + axis]!) ** 2;
    return EDGE_RTT_MS * Math.sqrt(square(0) + square(1) + square(2));
  }

  /** Points each finger at the nearest of the `count` first phones at or after its target. */
  equip(
    targetsOf: (context: Parameters<StaticRingOptions['equip']>[0]) => readonly Id[],
    count: number,
  ): StaticRingOptions['equip'] {
    return (context, population) => {
      const own = population.indexOf(context.self.id);
      for (const target of targetsOf(context)) {
        const first = population.ownerOf(target);
        let best = first;
        for (let i = 1; i < count; i++) {
          const index = (first + i) % population.size;
          if (index !== own && this.rttMs(own, index) < this.rttMs(own, best)) best = index;
        }
        context.phones.learn(population.at(best));
      }
    };
  }
}
