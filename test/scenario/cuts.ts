/**
 * Who hears whom, and when the network was torn: from a cut until, after it has healed, the ring is whole again and
 * every replica in its place. Phones that were cut off from each other cannot know of each other's writes, so what is
 * read in a tear is counted apart.
 */
export class Cuts {
  #sides: ReadonlyMap<number, number> | undefined;
  #tornSinceMs: number | undefined;
  readonly #tears: { readonly fromMs: number; readonly untilMs: number }[] = [];

  cut(sides: readonly (readonly number[])[], nowMs: number): void {
    this.#sides = new Map(sides.flatMap((side, i) => side.map((phone) => [phone, i] as const)));
    this.#tornSinceMs ??= nowMs;
  }

  heal(): void {
    this.#sides = undefined;
  }

  get isCut(): boolean {
    return this.#sides !== undefined;
  }

  /** The ring is whole, and so is what it keeps. */
  rested(nowMs: number): void {
    if (this.isCut || this.#tornSinceMs === undefined) return;
    this.#tears.push({ fromMs: this.#tornSinceMs, untilMs: nowMs });
    this.#tornSinceMs = undefined;
  }

  hear(one: number, other: number): boolean {
    return this.#sides === undefined || this.#sides.get(one) === this.#sides.get(other);
  }

  /** Whether the network was torn at some moment of this time. */
  wasTorn(fromMs: number, untilMs: number): boolean {
    if (this.#tornSinceMs !== undefined && this.#tornSinceMs <= untilMs) return true;
    return this.#tears.some((tear) => tear.fromMs <= untilMs && fromMs <= tear.untilMs);
  }
}
