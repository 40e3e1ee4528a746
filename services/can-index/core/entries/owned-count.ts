/** How many of a phone's entries lie in its zones: asked for with every message about copies, counted only after changes. */
import type { CanView, OwnZone } from '../entry-keeping.ts';
import type { EntryStore } from './entry-store.ts';

export class OwnedCount {
  readonly #view: CanView;
  readonly #store: EntryStore;
  #counted: { readonly zones: readonly OwnZone[]; readonly version: number; readonly count: number } | undefined;

  constructor(view: CanView, store: EntryStore) {
    this.#view = view;
    this.#store = store;
  }

  get value(): number {
    const zones = this.#view.zones();
    const { version } = this.#store;
    if (this.#counted?.version !== version || this.#counted.zones !== zones) {
      let count = 0;
      for (const { point } of this.#store.all()) if (this.#view.ownershipOf(point) !== 'none') count += 1;
      this.#counted = { zones, version, count };
    }
    return this.#counted.count;
  }
}
