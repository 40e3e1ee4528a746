/** All that was seen in a run, in the order in which it ended: what figures are made of. */
export interface ReadNote {
  readonly kind: 'read';
  readonly startedMs: number;
  readonly endedMs: number;
  /** `cut-short`: the phone that read went away. */
  readonly outcome: 'complete' | 'open' | 'stale' | 'undead' | 'cut-short';
  /** All that was acknowledged was there, whatever the phone said of its answer. */
  readonly isServed: boolean;
}

export interface WriteNote {
  readonly kind: 'write';
  readonly startedMs: number;
  readonly endedMs: number;
  readonly outcome: 'stored' | 'unsure' | 'refused' | 'unavailable' | 'cut-short';
}

export interface LookupNote {
  readonly kind: 'lookup';
  readonly startedMs: number;
  readonly endedMs: number;
  /** `none`: it named no phone that is up. */
  readonly outcome: 'right' | 'wrong' | 'none' | 'cut-short';
  readonly hops: number;
  /** Phones that did not answer, and dead ones that it named before the first living one. */
  readonly timeouts: number;
}

export type OperationNote = ReadNote | WriteNote | LookupNote;

/** A phone became a member again. */
export interface JoinNote {
  readonly phone: number;
  readonly startedMs: number;
  readonly memberMs: number;
}

/** What can be seen of a network at a time. */
export interface StageSample {
  /** Of the phones whose process runs, those that are no member, or do not know exactly the neighbours they should. */
  readonly astray: number;
  /** Copies of acknowledged records that phones of the ideal ring should have on disk and have not; undefined: cannot tell. */
  readonly replicasMissing: number | undefined;
  /** Requests and replies that all phones sent so far. */
  readonly messages: number;
  /** Bytes of those; undefined: cannot tell. */
  readonly bytes: number | undefined;
}

export interface SampleNote extends StageSample {
  readonly atMs: number;
  /** Phones whose process runs, and how many of them are members. */
  readonly up: number;
  readonly members: number;
}

/** Something that befell the population, for the time axis. */
export interface MarkNote {
  readonly atMs: number;
  readonly what: 'cut' | 'heal' | 'outage' | 'duration over' | 'rest';
  readonly detail: string;
}

/** What came of reading everything back in the end. */
export interface ReadBack {
  readonly acknowledged: number;
  /** Acknowledged, and not read back by anybody in time. */
  readonly lost: number;
  /** Of those, how many a running phone still has on its disk; undefined: the stage cannot tell. */
  readonly lostThoughKept: number | undefined;
  readonly undead: number;
}

export interface Observations {
  readonly operations: readonly OperationNote[];
  readonly joins: readonly JoinNote[];
  /** Comings (join, return, reappear) that did not become members before they went again or the run ended. */
  readonly failedJoins: number;
  readonly departures: { readonly stops: number; readonly crashes: number; readonly moves: number };
  readonly samples: readonly SampleNote[];
  readonly marks: readonly MarkNote[];
  /** When the run of people and population ended, and when everything did. */
  readonly durationMs: number;
  readonly endedMs: number;
  readonly readBack: ReadBack;
  /** Sentences of the checkers, at most a few of each kind. */
  readonly faults: readonly string[];
  /** Operations that people would have begun, had not so many been under way. */
  readonly heldBack: number;
  /** Things that ended by themselves. */
  readonly defects: readonly string[];
}
