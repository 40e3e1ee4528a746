/** One phone as the gateway knows it: where it is, who it is, and whether it lives. */
import type { Id } from '../../shared/core/id.ts';

/**
 * `joining`: it answers and is no member of the ring yet. `suspected`: it did not answer the last time, or most phones
 * suspect it. `dead`: it has not answered for too long, or its process was killed. `left`: it said goodbye.
 */
export type PhoneState = 'joining' | 'alive' | 'suspected' | 'dead' | 'left';

/** What discovery knows of a phone before anybody asked it. */
export interface Listing {
  /** host:port of its REST API. */
  readonly api: string;
  /** Where its source numbers phones; undefined: by the phone's id, in the order of arrival. */
  readonly number?: number;
  /** What the supervisor of its process says; undefined where there is none. */
  readonly supervised?: ProcessState;
}

/** What becomes of processes that a supervisor runs. */
export type ProcessState = 'starting' | 'running' | 'frozen' | 'stopping' | 'stopped' | 'killed' | 'crashed';

/** What a phone says of itself: GET /v1/network/self. */
export interface PhoneWords {
  readonly id: Id;
  /** host:port of its peer API. */
  readonly peer: string;
  readonly ring: 'joining' | 'member' | 'leaving' | 'unknown';
  readonly settled: boolean;
  readonly records: number;
  readonly recordBytes: number;
  readonly predecessor: Id | undefined;
  readonly successor: Id | undefined;
}

export interface Phone {
  readonly n: number;
  /** Whether its source named the number, so that whoever answers there has it. */
  readonly numbered: boolean;
  /** host:port of its REST API; undefined when another phone has that address now. */
  api: string | undefined;
  state: PhoneState;
  /** When it came into that state, ms since the epoch. */
  sinceMs: number;
  /** Whether discovery names it now. */
  listed: boolean;
  supervised: ProcessState | undefined;
  /** The last it said, and when; undefined until it answered once. */
  words: PhoneWords | undefined;
  answeredAtMs: number | undefined;
  /** When somebody who has a hand in it last told what became of it. */
  toldAtMs: number;
  /** Probes without an answer since, and when the first of them failed. */
  failures: number;
  failingSinceMs: number | undefined;
}
