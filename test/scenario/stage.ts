/**
 * What a scenario is played on. A stage brings phones up, lets them come, go and be cut off, passes operations on to
 * them and says what can be seen from outside. It draws nothing and judges nothing: the timeline, the workload and the
 * checker are the same on every stage. How to write one: README.md, "A stage".
 */
import type { Id } from '../../services/shared/core/id.ts';
import type { RingRecord } from '../../services/shared/core/record.ts';
import type { LookupOutcome, StagePhone } from '../../services/shared/scenario/lookup-judge.ts';
import type { StageSample } from '../../services/shared/scenario/observations.ts';
import type { PopulationEvent } from '../../services/shared/scenario/population-event.ts';
import type { Scenario } from '../../services/shared/scenario/scenario.ts';

export type { LookupOutcome, StagePhone, StageSample };

export interface Stage {
  /** As `--on` names it. */
  readonly name: string;
  /** What this stage cannot play of the scenario, a sentence each; they stand on the run card. */
  readonly limits: readonly string[];
  readonly clock: Clock;

  /**
   * Brings up phones 0 to `initial` - 1 as a ring that is whole and quiet; the clock shows 0 when it resolves. A stage
   * whose start failed leaves nothing behind.
   */
  start(initial: number): Promise<void>;
  /** Lets time pass: virtual time at once, wall time by waiting. What is due on the clock runs meanwhile. */
  pass(ms: number): Promise<void>;

  /** Those whose process runs, in any order. */
  phones(): readonly StagePhone[];
  /** One of them; undefined while its process does not run. */
  phone(phone: number): StagePhone | undefined;
  /** Begins what is to happen with a phone; what was begun with the same phone before ends first. */
  perform(event: PopulationEvent): void;
  /** Phones of different sides no longer hear each other; one that starts later belongs to its side, too. */
  cut(sides: readonly (readonly number[])[]): void;
  heal(): void;

  /**
   * Operations at a phone, as its own services would ask for them. `done` runs exactly once; with undefined when the
   * phone ended or was not up, so that there is no answer.
   */
  put(phone: number, record: RingRecord, done: (outcome: PutOutcome | undefined) => void): void;
  /** Reads all records at a place, by quorum. */
  read(phone: number, place: Id, done: (outcome: ReadOutcome | undefined) => void): void;
  lookup(phone: number, key: Id, done: (outcome: LookupOutcome | undefined) => void): void;

  /** What can be seen now. `acknowledged`: of every record that was not changed just now, the newest such version. */
  sample(acknowledged: readonly RingRecord[]): Promise<StageSample>;
  /** Of these records, those that a running phone still has on its disk (or a newer version); undefined: cannot tell. */
  kept(records: readonly RingRecord[]): Promise<readonly RingRecord[] | undefined>;
  /** Equal for equal runs; undefined where no two runs are. */
  eventHash(): string | undefined;

  /** Ends all phones and removes what they kept. May be called at any time, more than once; no `done` runs after it. */
  stop(): Promise<void>;
}

export interface StageOptions {
  readonly scenario: Scenario;
  /** A phone that joined, returned or reappeared has become a member of the ring. */
  readonly onMember: (phone: number) => void;
  /** Something ended that nobody ended: a defect. The run fails with it. */
  readonly onDefect: (what: string) => void;
  readonly onProgress: (step: string) => void;
  /** Aborted when the run is to end: what takes real time gives up; `stop` follows in any case. */
  readonly signal?: AbortSignal | undefined;
}

export type StageFactory = (options: StageOptions) => Stage;

export interface Clock {
  /** Milliseconds since the scenario's beginning. */
  readonly nowMs: number;
  after(delayMs: number, run: () => void): void;
}

/**
 * `stored`: a majority of all replicas has it. `unsure`: those that could be reached have it, for the others fell silent.
 * `refused`: for a reason that lies in the record (superseded, tombstoned, over quota, invalid).
 */
export type PutOutcome = 'stored' | 'unsure' | 'refused' | 'unavailable';

export interface ReadOutcome {
  readonly records: readonly RingRecord[];
  /** False: the phone says that something newer or further may exist. */
  readonly complete: boolean;
}
