/** The space of meanings as a map: who owns which zones, put together of what some phones say of themselves and neighbours. */
import type { Id } from '../../shared/core/id.ts';

export interface Box {
  /** A coordinate an axis, 0 to 1. */
  readonly low: readonly number[];
  /** Exclusive. */
  readonly high: readonly number[];
}

/** What one phone says: GET /v1/network/zones. */
export interface ZoneWords {
  readonly self: Id;
  readonly axes: number;
  readonly zones: readonly Box[];
  readonly ownedEntries: number;
  readonly neighbours: readonly { readonly id: Id; readonly zones: readonly Box[]; readonly load: number }[];
  readonly posts: readonly { readonly id: string; readonly point: readonly number[] }[];
}

export interface Holding {
  readonly id: Id;
  readonly zones: readonly Box[];
  /** Entries in its zones. */
  readonly entries: number;
  /** Whether it said so itself, or a neighbour did. */
  readonly isOwnWord: boolean;
}

export class ZoneMap {
  readonly #holdings = new Map<Id, Holding>();
  readonly #posts: { readonly id: string; readonly owner: Id; readonly point: readonly number[] }[] = [];
  #axes = 0;

  take({ self, axes, zones, ownedEntries, neighbours, posts }: ZoneWords): void {
    this.#axes = axes;
    this.#holdings.set(self, { id: self, zones, entries: ownedEntries, isOwnWord: true });
    for (const { id, zones: theirs, load } of neighbours) {
      if (this.#holdings.get(id)?.isOwnWord === true) continue;
      this.#holdings.set(id, { id, zones: theirs, entries: load, isOwnWord: false });
    }
    for (const post of posts) this.#posts.push({ ...post, owner: self });
  }

  has(id: Id): boolean {
    return this.#holdings.has(id);
  }

  get axes(): number {
    return this.#axes;
  }

  get holdings(): readonly Holding[] {
    return [...this.#holdings.values()];
  }

  get posts() {
    return this.#posts;
  }

  /** The part of the space that the zones fill: 1 when every phone's are known and nobody's are doubled. */
  get volume(): number {
    return this.holdings.flatMap(({ zones }) => zones).reduce((sum, zone) => sum + volumeOf(zone), 0);
  }
}

function volumeOf({ low, high }: Box): number {
  return low.reduce((volume, from, axis) => volume * ((high[axis] ?? 0) - from), 1);
}
