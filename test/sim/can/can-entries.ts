/** Entries of simulated CAN phones: points in memory, handed over from phone to phone in one step. */

import type { CanView, EntryKeeping } from '../../../services/can-index/core/entry-keeping.ts';
import type { Box } from '../../../services/can-index/core/space/box.ts';
import { contains } from '../../../services/can-index/core/space/box.ts';
import type { Point } from '../../../services/can-index/core/space/space.ts';
import { cutFor } from '../../../services/can-index/core/space/split-point.ts';
import type { Cut, Zone } from '../../../services/can-index/core/space/zone.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import { sleep, type Task } from '../../../services/shared/core/effect.ts';
import type { Id } from '../../../services/shared/core/id.ts';

const HAND_OVER_MS = 50;

/** All phones' entries of one world. */
export class EntryWorld {
  readonly #stores = new Map<Id, PointStore>();
  readonly #cutFor: typeof cutFor;

  /** `cut`: where zones are cut; the product's choice unless an experiment says otherwise. */
  constructor(cut: typeof cutFor = cutFor) {
    this.#cutFor = cut;
  }

  readonly keep = (view: CanView): PointStore => {
    const store = new PointStore(this.#stores, this.#cutFor);
    this.#stores.set(view.self.id, store);
    return store;
  };
}

export class PointStore implements EntryKeeping {
  points: Point[] = [];
  readonly #stores: ReadonlyMap<Id, PointStore>;
  readonly #cutFor: typeof cutFor;

  constructor(stores: ReadonlyMap<Id, PointStore>, cut: typeof cutFor) {
    this.#stores = stores;
    this.#cutFor = cut;
  }

  *run(): Task<void> {}

  *handle(): Task<undefined> {}

  load(): number {
    return this.points.length;
  }

  cutFor(box: Box): Cut | undefined {
    return this.#cutFor(box, this.points);
  }

  *moveOut({ box }: Zone, to: Contact): Task<void> {
    yield* sleep(HAND_OVER_MS);
    this.#stores.get(to.id)!.points.push(...this.points.filter((point) => contains(box, point)));
    this.points = this.points.filter((point) => !contains(box, point));
  }

  *moveIn(): Task<void> {}
}
