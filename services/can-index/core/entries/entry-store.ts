/** The entries that this phone keeps, in memory: they are rebuilt from other copies and from the ring. */
import type { Contact } from '../../../shared/core/contact.ts';
import { Signal } from '../../../shared/core/effect.ts';
import type { Id } from '../../../shared/core/id.ts';
import { dot } from '../../../shared/core/vector.ts';
import { type Box, contains } from '../space/box.ts';
import type { Point } from '../space/space.ts';
import type { Entry, MeaningSpace } from './entry.ts';
import { type Link, sameContacts, withLink, withoutLink, withoutPlace } from './link.ts';
import type { Sketch } from './sketch.ts';

export interface KeptEntry {
  readonly entry: Entry;
  readonly point: Point;
  readonly sketch: Sketch;
  /** All phones that keep it, the owner of its point first, as far as this one knows. */
  copies: readonly Contact[];
  /** Phones that may keep it and shall not: they were silent when they were told. */
  doubtful: readonly Contact[];
  /** The copies as its neighbours were told of them last; empty: they were not told yet. */
  told: readonly Contact[];
  links: readonly Link[];
  /** When it came to this phone, ms since the epoch. */
  readonly sinceMs: number;
}

export interface Near {
  readonly kept: KeptEntry;
  /** The cosine of the two vectors. */
  readonly similarity: number;
}

/** Entries of a phone at most; with their links they take some 60 MB. Beyond, the oldest copies go first. */
export const MAX_ENTRIES = 16_384;

export class EntryStore {
  readonly #space: MeaningSpace;
  readonly #entries = new Map<Id, KeptEntry>();
  /** Entries have come or gone. */
  readonly changed = new Signal();
  #version = 0;

  constructor(space: MeaningSpace) {
    this.#space = space;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Another one once entries have come or gone. */
  get version(): number {
    return this.#version;
  }

  all(): Iterable<KeptEntry> {
    return this.#entries.values();
  }

  get(post: Id): KeptEntry | undefined {
    return this.#entries.get(post);
  }

  /** Takes an entry in, or what is new of one that it has. Undefined: there is no room. */
  keep(entry: Entry, copies: readonly Contact[], links: readonly Link[], atMs: number): KeptEntry | undefined {
    const known = this.#entries.get(entry.post);
    if (known !== undefined && entry.revision <= known.entry.revision) {
      if (!sameContacts(known.copies, copies)) known.copies = copies;
      for (const link of links) known.links = withLink(known.links, known.sketch, link);
      return known;
    }
    if (known === undefined && this.#entries.size >= MAX_ENTRIES) return undefined;
    const { vector } = entry;
    const kept: KeptEntry = {
      entry,
      point: this.#space.pointOf(vector),
      sketch: this.#space.sketchOf(vector),
      copies,
      doubtful: [],
      told: [],
      links,
      sinceMs: atMs,
    };
    this.#entries.set(entry.post, kept);
    this.#noteChange();
    return kept;
  }

  drop(post: Id): boolean {
    const isKept = this.#entries.delete(post);
    if (isKept) this.#noteChange();
    return isKept;
  }

  #noteChange(): void {
    this.#version += 1;
    this.changed.notify();
  }

  /** A post lies nearer than one that an entry is linked to, or lies elsewhere now. */
  link(post: Id, link: Link): void {
    const kept = this.#entries.get(post);
    if (kept !== undefined && post !== link.post) kept.links = withLink(kept.links, kept.sketch, link);
  }

  /** A phone does not keep these posts, or, undefined, is gone: links no longer lead there. */
  forgetPlace(phone: Id, posts: ReadonlySet<Id> | undefined): void {
    for (const kept of this.#entries.values()) kept.links = withoutPlace(kept.links, phone, posts);
  }

  /** A post is no more: no entry leads to it. */
  unlink(post: Id): void {
    for (const kept of this.#entries.values()) kept.links = withoutLink(kept.links, post);
  }

  /** Those whose points lie in the box. */
  within(box: Box): KeptEntry[] {
    return [...this.#entries.values()].filter(({ point }) => contains(box, point));
  }

  /** The `limit` entries nearest to the vector, the nearest first. */
  nearest(vector: Float32Array, limit: number, accepts: (entry: Entry) => boolean = () => true): Near[] {
    const nearest: Near[] = [];
    for (const kept of this.#entries.values()) {
      const similarity = dot(vector, kept.entry.vector);
      if (nearest.length >= limit && similarity <= nearest.at(-1)!.similarity) continue;
      if (!accepts(kept.entry)) continue;
      const at = nearest.findIndex((near) => near.similarity < similarity);
      nearest.splice(at < 0 ? nearest.length : at, 0, { kept, similarity });
      if (nearest.length > limit) nearest.pop();
    }
    return nearest;
  }
}
