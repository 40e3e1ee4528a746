/** Plays a scenario on a stage, from the first phone to the last record read back, and gives what was seen. */
import { SeededRandom } from '../../services/shared/core/random.ts';
import { Comings } from '../../services/shared/scenario/comings.ts';
import { Cuts } from '../../services/shared/scenario/cuts.ts';
import type { MarkNote, Observations, SampleNote } from '../../services/shared/scenario/observations.ts';
import type { Outage, Scenario } from '../../services/shared/scenario/scenario.ts';
import { drawPopulation } from '../../services/shared/scenario/timeline.ts';
import { Ledger } from './ledger.ts';
import { Operations } from './operations.ts';
import { readBack } from './read-back.ts';
import type { Stage, StageFactory } from './stage.ts';
import { Workload } from './workload.ts';

export interface Played {
  readonly seen: Observations;
  readonly limits: readonly string[];
  /** Undefined on stages where no two runs are equal. */
  readonly eventHash: string | undefined;
}

export interface PlayOptions {
  readonly onProgress?: (step: string) => void;
  readonly signal?: AbortSignal;
}

/** What people do is drawn apart from what phones do. */
const PEOPLE_SALT = 0x9e3779b9;
const READER_SALT = 0x85ebca6b;

/** An acknowledged write is still on its way to the slowest replicas for so long; it is not missed there. */
const ON_ITS_WAY_MS = 10_000;
/** A clock of fractions may come to stand a hair before a time: steps are long enough to move it. */
const LEAST_STEP_MS = 1;

/** Throws what the stage throws, and the signal's reason when it is aborted; the stage is stopped in any case. */
export async function play(scenario: Scenario, createStage: StageFactory, options: PlayOptions = {}): Promise<Played> {
  const run = new Run(scenario, createStage, options);
  try {
    const seen = await run.play();
    return { seen, limits: run.stage.limits, eventHash: run.stage.eventHash() };
  } finally {
    await run.stage.stop();
  }
}

class Run {
  readonly stage: Stage;
  readonly #scenario: Scenario;
  readonly #onProgress: (step: string) => void;
  readonly #signal: AbortSignal | undefined;
  readonly #comings = new Comings();
  readonly #cuts = new Cuts();
  readonly #ledger = new Ledger();
  readonly #operations: Operations;
  readonly #workload: Workload;
  readonly #samples: SampleNote[] = [];
  readonly #marks: MarkNote[] = [];
  readonly #defects: string[] = [];

  constructor(scenario: Scenario, createStage: StageFactory, { onProgress = () => {}, signal }: PlayOptions) {
    this.#scenario = scenario;
    this.#onProgress = onProgress;
    this.#signal = signal;
    this.stage = createStage({
      scenario,
      onMember: (phone) => this.#comings.becameMember(phone, this.stage.clock.nowMs),
      onDefect: (what) => this.#defects.push(what),
      onProgress,
      signal,
    });
    this.#operations = new Operations(this.stage, this.#ledger, this.#cuts);
    const random = new SeededRandom(scenario.seed ^ PEOPLE_SALT);
    this.#workload = new Workload(scenario, this.stage, this.#operations, random);
  }

  async play(): Promise<Observations> {
    const { stage } = this;
    const { durationMs, settleMs, population, seed } = this.#scenario;
    const events = drawPopulation(this.#scenario);
    this.#onProgress(`${population.initial} phones form a ring`);
    await stage.start(population.initial);
    this.#scheduleEvents(events);
    this.#scheduleTears();
    this.#workload.begin();
    await this.#sample();
    while (stage.clock.nowMs < durationMs) {
      await this.#passUntil(durationMs);
      this.#onProgress(`${this.#ledger.size} records, ${stage.phones().length} phones`);
    }
    this.#mark('duration over', '');
    await this.#rest(stage.clock.nowMs + settleMs);
    this.#comings.end();
    const reader = new SeededRandom(seed ^ READER_SALT);
    const back = await readBack(stage, this.#operations, reader, settleMs, this.#onProgress);
    return {
      operations: this.#operations.notes,
      joins: this.#comings.joins,
      failedJoins: this.#comings.failedJoins,
      departures: this.#comings.departures,
      samples: this.#samples,
      marks: this.#marks,
      durationMs,
      endedMs: stage.clock.nowMs,
      readBack: back,
      faults: this.#operations.faults,
      heldBack: this.#workload.heldBack,
      defects: this.#defects,
    };
  }

  #scheduleEvents(events: ReturnType<typeof drawPopulation>): void {
    const { clock } = this.stage;
    let index = 0;
    // By the event's own time: a clock may show a hair less than that when it is due.
    const performUntil = (untilMs: number): void => {
      for (let event = events[index]; event !== undefined && event.atMs <= untilMs; event = events[index]) {
        this.#comings.performed(event, clock.nowMs);
        this.stage.perform(event);
        index += 1;
      }
      const next = events[index];
      if (next !== undefined) clock.after(next.atMs - clock.nowMs, () => performUntil(next.atMs));
    };
    performUntil(0);
    for (const outage of this.#scenario.outages) {
      clock.after(outage.atMs, () => this.#mark('outage', `${outage.deed}: ${nameOf(outage)}`));
    }
  }

  #scheduleTears(): void {
    const { clock } = this.stage;
    for (const { atMs, durationMs, sides } of this.#scenario.partitions) {
      clock.after(atMs, () => {
        this.#cuts.cut(sides);
        this.stage.cut(sides);
        this.#mark('cut', sides.map(({ length }) => length).join(' / '));
      });
      clock.after(atMs + durationMs, () => {
        this.#cuts.heal();
        this.stage.heal();
        this.#mark('heal', '');
      });
    }
  }

  /** Nobody acts any more: until the ring is whole, what it keeps is in place, and no operation is under way. */
  async #rest(deadlineMs: number): Promise<void> {
    const { clock } = this.stage;
    while (clock.nowMs < deadlineMs) {
      const { atMs, astray, replicasMissing = 0 } = this.#samples.at(-1)!;
      // On a stage where sampling takes time the last sample may be from before the end.
      const isNew = atMs >= this.#scenario.durationMs;
      if (isNew && astray === 0 && replicasMissing === 0 && this.#operations.underWay === 0) {
        this.#mark('rest', '');
        return;
      }
      this.#onProgress(`coming to rest: ${astray} phones astray, ${replicasMissing} replicas missing`);
      await this.#passUntil(deadlineMs);
    }
  }

  /** To the next sample, or to a time that comes before. */
  async #passUntil(endMs: number): Promise<void> {
    const leftMs = endMs - this.stage.clock.nowMs;
    await this.stage.pass(Math.max(LEAST_STEP_MS, Math.min(this.#scenario.sampleEveryMs, leftMs)));
    this.#signal?.throwIfAborted();
    await this.#sample();
  }

  async #sample(): Promise<void> {
    const atMs = this.stage.clock.nowMs;
    const sample = await this.stage.sample(this.#ledger.recordsUntil(atMs - ON_ITS_WAY_MS));
    const phones = this.stage.phones();
    const members = phones.filter(({ isMember }) => isMember).length;
    this.#samples.push({ atMs, up: phones.length, members, ...sample });
  }

  #mark(what: MarkNote['what'], detail: string): void {
    this.#marks.push({ atMs: this.stage.clock.nowMs, what, detail });
  }
}

function nameOf({ whom }: Outage): string {
  if ('share' in whom) return `${+(100 * whom.share).toFixed(1)} % of the phones`;
  return whom.phones.length === 1 ? `phone ${whom.phones[0]}` : `${whom.phones.length} phones`;
}
