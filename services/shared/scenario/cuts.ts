/** Who hears whom. */
export class Cuts {
  #sides: ReadonlyMap<number, number> | undefined;

  cut(sides: readonly (readonly number[])[]): void {
    this.#sides = new Map(sides.flatMap((side, i) => side.map((phone) => [phone, i] as const)));
  }

  heal(): void {
    this.#sides = undefined;
  }

  hear(one: number, other: number): boolean {
    return this.#sides === undefined || this.#sides.get(one) === this.#sides.get(other);
  }
}
