/**
 * Versions of what a phone tells: which parts changed after which version, so that everybody is told only what they have
 * not heard. Full state on the first exchange, differences from then on, nothing while nothing changes.
 */

/** Changes remembered; who is further behind is told everything. */
const MAX_REMEMBERED = 2048;

export class Journal<Part> {
  #version = 0;
  #floor = 0;
  /** Parts in the order of their latest change. */
  readonly #changedAt = new Map<Part, number>();

  get version(): number {
    return this.#version;
  }

  changed(part: Part): void {
    this.#version += 1;
    this.#changedAt.delete(part);
    this.#changedAt.set(part, this.#version);
    for (const [oldest, version] of this.#changedAt) {
      if (this.#changedAt.size <= MAX_REMEMBERED) return;
      this.#changedAt.delete(oldest);
      this.#floor = version;
    }
  }

  /** The parts that changed after a version; undefined when that is too long ago to know. */
  since(version: number): readonly Part[] | undefined {
    if (version < this.#floor || version > this.#version) return undefined;
    const parts: Part[] = [];
    if (version === this.#version) return parts;
    for (const [part, changedAt] of this.#changedAt) if (changedAt > version) parts.push(part);
    return parts;
  }
}
