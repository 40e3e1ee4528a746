/** The zones that a phone itself has. Two siblings become one at once. */
import { contains, shareOf } from './box.ts';
import type { Point } from './space.ts';
import { areSiblings, isSamePath, mergeZones, type Zone } from './zone.ts';

export interface HeldZone {
  readonly zone: Zone;
  /** Not before all neighbours have heard of it, also of what its owner gave: that one may have died meanwhile. */
  readonly isSettled: boolean;
  /** The version of this phone's news that first told of it. */
  readonly claimedAt: number;
}

export class Territory {
  #held: readonly HeldZone[] = [];

  get held(): readonly HeldZone[] {
    return this.#held;
  }

  get zones(): readonly Zone[] {
    return this.#held.map(({ zone }) => zone);
  }

  /** Of the space, 0 to 1. */
  get share(): number {
    return this.#held.reduce((sum, { zone }) => sum + shareOf(zone.box), 0);
  }

  with(point: Point): HeldZone | undefined {
    return this.#held.find(({ zone }) => contains(zone.box, point));
  }

  has(zone: Zone): boolean {
    return this.#held.some((held) => isSamePath(held.zone.path, zone.path));
  }

  add(zone: Zone, isSettled: boolean, claimedAt: number): void {
    let added: HeldZone = { zone, isSettled, claimedAt };
    let others = this.#held.filter((held) => !isSamePath(held.zone.path, zone.path));
    for (;;) {
      const sibling = others.find((held) => areSiblings(held.zone, added.zone));
      if (sibling === undefined) break;
      others = others.filter((held) => held !== sibling);
      added = {
        zone: mergeZones(sibling.zone, added.zone),
        isSettled: sibling.isSettled && added.isSettled,
        claimedAt,
      };
    }
    this.#held = [...others, added];
  }

  /** Puts others in the place of a zone, without putting siblings together: one of them may just have been given away. */
  replace(zone: Zone, by: readonly Zone[]): void {
    const old = this.#held.find((held) => isSamePath(held.zone.path, zone.path));
    if (old === undefined) return;
    const kept = by.map((part) => ({ ...old, zone: part }));
    this.#held = [...this.#held.filter((held) => held !== old), ...kept];
  }

  /** Lets go of a zone; undefined when it is not held. */
  release(zone: Zone): HeldZone | undefined {
    const held = this.#held.find((candidate) => isSamePath(candidate.zone.path, zone.path));
    this.#held = this.#held.filter((candidate) => candidate !== held);
    return held;
  }

  settle(zone: Zone): void {
    this.#held = this.#held.map((held) => (held.zone === zone ? { ...held, isSettled: true } : held));
  }

  /** Lets go of all but the smallest ones; true when there were more. */
  keepSmallest(count: number): boolean {
    if (this.#held.length <= count) return false;
    const bySize = [...this.#held].sort((a, b) => shareOf(a.zone.box) - shareOf(b.zone.box));
    this.#held = bySize.slice(0, count);
    return true;
  }

  clear(): void {
    this.#held = [];
  }
}
