/** How many uploads, or downloads, a phone has under way at once: each holds memory until it is done. */
import { Problem } from '../core/problem.ts';

const RETRY_S = 2;

export class Admission {
  readonly #atOnce: number;
  #underWay = 0;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** The answer gives the place back, once, however often it is called. Throws pictures-busy when all are taken. */
  enter(): () => void {
    if (this.#underWay >= this.#atOnce) throw new Problem('pictures-busy', undefined, { retryAfterS: RETRY_S });
    this.#underWay++;
    let isInside = true;
    return () => {
      if (isInside) this.#underWay--;
      isInside = false;
    };
  }
}
