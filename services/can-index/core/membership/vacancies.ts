/** Zones whose owners are known to be gone: a hole with one of them in it is no mistake, and may be filled at once. */
import { isWithin, type Split, type Zone } from '../space/zone.ts';

const MAX_VACANCIES = 256;
/** Longer ago than this, whoever had it last says nothing of why nobody has it now. */
const USEFUL_MS = 60_000;

interface Vacancy {
  readonly zone: Zone;
  readonly atMs: number;
}

export class Vacancies {
  #vacancies: readonly Vacancy[] = [];

  add(zone: Zone, atMs: number): void {
    this.#vacancies = [...this.#vacancies.slice(1 - MAX_VACANCIES), { zone, atMs }];
  }

  get zones(): readonly Zone[] {
    return this.#vacancies.map(({ zone }) => zone);
  }

  /** The highest epoch of what was vacated in a region, or with the region in it; undefined when nothing was lately. */
  epochWithin(region: readonly Split[], atMs: number): number | undefined {
    let highest: number | undefined;
    for (const { zone, atMs: since } of this.#vacancies) {
      if (Math.abs(atMs - since) > USEFUL_MS) continue;
      if (!isWithin(zone.path, region) && !isWithin(region, zone.path)) continue;
      highest = Math.max(highest ?? 0, zone.epoch);
    }
    return highest;
  }
}
