/**
 * How many of the phones that this one takes for alive turn out silent when asked: a moving share of its own recent
 * calls. Lookups ask as many phones at once as it takes for one of them to answer nearly always, so that after a
 * disaster dead phones cost little time, and one alone while tables are right, so that nothing is asked in vain (docs/decisions/probes-by-silence.md).
 */

/** Weight of the last call in the share. */
const WEIGHT = 1 / 16;
/** Up to this share phones are asked one by one: that some phones come and go is no disaster. */
const QUIET_SHARE = 1 / 4;
/** Beyond this share the estimate is not trusted: some phone lives. */
const MOST_SHARE = 0.9;
/** Probability to accept that all phones asked at once are silent. */
const ALL_SILENT = 0.02;

export class SilenceEstimate {
  #share = 0;

  /** Of recent calls to phones taken for alive, the share without an answer: 0 to 1, 0 at first. */
  get share(): number {
    return this.#share;
  }

  /** A call to a phone that was taken for alive has ended, with an answer or in silence. */
  observe(silent: boolean): void {
    this.#share += ((silent ? 1 : 0) - this.#share) * WEIGHT;
  }

  /** How many phones to ask at once, 1 to `most`. */
  probes(most: number): number {
    if (this.#share <= QUIET_SHARE) return 1;
    return Math.min(most, Math.ceil(Math.log(ALL_SILENT) / Math.log(Math.min(this.#share, MOST_SHARE))));
  }
}
