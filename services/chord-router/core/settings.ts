/** The ring's parameters. Every knob says what it costs and what it buys. */
export interface ChordSettings {
  /** r of the records: how many phones keep each one. 7 loses under 10⁻⁴ of them when a quarter dies at once (0.25⁷ = 6·10⁻⁵): docs/decisions/seven-replicas.md. */
  readonly replication: number;
  /** r of the ring: length of the successor list. Must be at least `replication`, for the replicas are on it. */
  readonly successors: number;
  /** Most phones remembered besides ring neighbours and fingers; about 60 bytes each. Near-full tables make lookups one hop. */
  readonly knownPhones: number;
  /**
   * Most remembered phones whose addresses share a prefix (IPv4 /16, IPv6 /32), against floods from one network;
   * undefined: no bound, as a testnet needs, for there all phones have one address.
   */
  readonly knownPhonesPerPrefix: number | undefined;
  /**
   * Probes of one lookup under way at once when phones are silent: one goes out alone while answers come in time, a second
   * beside a late one, and as many as this once a phone has proved silent, for then others are likely dead, too.
   */
  readonly lookupParallelism: number;
  /** Most phones one lookup asks before it gives up: a dozen usually, but after a disaster a dozen go out at once. */
  readonly lookupHops: number;
  readonly lookupDeadlineMs: number;
  /** Whether lookups of keys around which the table is sparse are passed on from phone to phone (forward.ts). */
  readonly forwardLookups: boolean;
  /** Most bytes a second, in the long run, for passing on who came and went: more fills tables under churn, less is cheap. */
  readonly newsBytesPerSecond: number;
  /** Shortest and longest pause between two rounds of stabilisation: short after a change, doubling while quiet. */
  readonly stabiliseMinMs: number;
  readonly stabiliseMaxMs: number;
  /** Bounds of the adaptive timeout of one call (smoothed RTT + 4 · variation, after Bamboo). */
  readonly callTimeoutMinMs: number;
  readonly callTimeoutMaxMs: number;
  /** Pause between two comparisons of replicas while nothing changes. */
  readonly repairMaxMs: number;
  /** Bytes one author may have kept on this phone. */
  readonly quotaAuthorBytes: number;
  /** Bytes of records this phone keeps in all. */
  readonly quotaTotalBytes: number;
  /** New records one author may write to this phone in a minute. */
  readonly quotaAuthorWritesPerMinute: number;
}

export const DEFAULT_SETTINGS: ChordSettings = {
  replication: 7,
  successors: 8,
  knownPhones: 1024,
  knownPhonesPerPrefix: undefined,
  lookupParallelism: 8,
  lookupHops: 128,
  lookupDeadlineMs: 10_000,
  forwardLookups: true,
  newsBytesPerSecond: 400,
  stabiliseMinMs: 250,
  stabiliseMaxMs: 16_000,
  callTimeoutMinMs: 100,
  callTimeoutMaxMs: 3_000,
  repairMaxMs: 120_000,
  quotaAuthorBytes: 64 * 1024 * 1024,
  quotaTotalBytes: 1024 * 1024 * 1024,
  quotaAuthorWritesPerMinute: 600,
};
