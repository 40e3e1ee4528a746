/** Zones that came to this phone a moment ago: their entries come after them, so it may not keep all of them yet. */
import { type Box, relationOf } from '../space/box.ts';
import { ROUND_MS } from './custody.ts';

/** Within so long whoever gave a zone has given its entries, too, in ms: pages of them, one call each. */
const GIVEN_MS = 10_000;
/**
 * Within so long every phone that keeps an entry of a zone that was taken over has brought it, in ms: where a quarter of the
 * phones had died at once, the last entry was there after 24 to 56 s in each of twelve simulated networks.
 */
const RECOVERED_MS = 4 * ROUND_MS;
const MAX_ARRIVALS = 256;

interface Arrival {
  readonly box: Box;
  readonly untilMs: number;
}

export class Arrivals {
  #recent: readonly Arrival[] = [];

  /** The phone has come to own the box, given by its owner or taken over from one that is gone. */
  note(box: Box, how: 'given' | 'taken over', atMs: number): void {
    const untilMs = atMs + (how === 'given' ? GIVEN_MS : RECOVERED_MS);
    const others = this.#recent.filter((arrival) => arrival.untilMs > atMs).slice(1 - MAX_ARRIVALS);
    this.#recent = [...others, { box, untilMs }];
  }

  /** Whether all of a box that the phone owns has been its own for long enough. */
  isOver(box: Box, atMs: number): boolean {
    return this.#recent.every((arrival) => arrival.untilMs <= atMs || relationOf(arrival.box, box) !== 'overlap');
  }
}
