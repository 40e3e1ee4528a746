/** The CAN's parameters. Every knob says what it costs and what it buys. */
export interface CanSettings {
  /** d: axes of the space, 1 to 16. More make zones better neighbourhoods of meaning and give them more neighbours. */
  readonly axes: number;
  /**
   * Pause between two heartbeats, each of them to a few neighbours. Deaths without a broken link are noticed after about
   * this long; while nothing changes an exchange costs about two messages of 60 bytes.
   */
  readonly heartbeatMs: number;
  /** Longest pause between two rounds of upkeep (long links, the dead, seeds, balance) while nothing changes. */
  readonly upkeepMaxMs: number;
  /** Bounds of the adaptive timeout of one call (smoothed RTT + 4 · variation, after Bamboo). */
  readonly callTimeoutMinMs: number;
  readonly callTimeoutMaxMs: number;
  /** Links to phones far off in the space, beside the neighbours: more make routes shorter. */
  readonly longLinks: number;
  /** Phones that pass one question on at most; far more than any route is long. */
  readonly routeHops: number;
  /** Phones asked beside the route at most, in all, where others are silent or lead nowhere. */
  readonly routeDetours: number;
  /** How long a question to the owner of a point may take. */
  readonly routeDeadlineMs: number;
  /** Random points whose owners a newcomer looks at before it asks one of them for room. */
  readonly joinSamples: number;
  /** Between the claims of the first and the second candidate for a dead phone's zone: longer than a message takes. */
  readonly takeoverStepMs: number;
  /** A region that seems to have no owner, and of whose last one nothing is known, is left alone for so long. */
  readonly holeGraceMs: number;
}

export const DEFAULT_SETTINGS: CanSettings = {
  axes: 8,
  heartbeatMs: 4_000,
  upkeepMaxMs: 32_000,
  callTimeoutMinMs: 100,
  callTimeoutMaxMs: 2_000,
  longLinks: 14,
  routeHops: 24,
  routeDetours: 6,
  routeDeadlineMs: 5_000,
  joinSamples: 6,
  takeoverStepMs: 200,
  holeGraceMs: 1_500,
};
