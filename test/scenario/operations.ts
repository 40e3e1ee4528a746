/** Operations on phones, each noted with what came of it, and every answer judged. */
import type { Id } from '../../services/shared/core/id.ts';
import type { RingRecord } from '../../services/shared/core/record.ts';
import type { Cuts } from '../../services/shared/scenario/cuts.ts';
import { LookupJudge } from '../../services/shared/scenario/lookup-judge.ts';
import type { OperationNote, ReadNote } from '../../services/shared/scenario/observations.ts';
import { type Judgement, judgeRead, type Ledger } from './ledger.ts';
import type { Stage } from './stage.ts';

/** Faults that are told in words; all are counted. */
const MAX_FAULTS = 20;

export class Operations {
  readonly ledger: Ledger;
  readonly notes: OperationNote[] = [];
  readonly faults: string[] = [];
  underWay = 0;
  readonly #stage: Stage;
  readonly #lookups: LookupJudge;

  constructor(stage: Stage, ledger: Ledger, cuts: Cuts) {
    this.#stage = stage;
    this.ledger = ledger;
    this.#lookups = new LookupJudge(stage, cuts);
  }

  write(phone: number, record: RingRecord, onStored: () => void = () => {}): void {
    const startedMs = this.#begin();
    this.#stage.put(phone, record, (outcome) => {
      if (outcome === 'stored' || outcome === 'unsure') {
        this.ledger.acknowledge(record, this.#stage.clock.nowMs, outcome === 'stored');
        onStored();
      }
      this.#end({ kind: 'write', startedMs, endedMs: this.#stage.clock.nowMs, outcome: outcome ?? 'cut-short' });
    });
  }

  /** Deletes a post: until the tombstone is acknowledged it may be there or not, and then it must be dead. */
  remove(phone: number, post: RingRecord, tombstone: RingRecord): void {
    this.ledger.forget(post);
    this.write(phone, tombstone);
  }

  /** `onJudged` gets nothing when the phone went away. */
  read(phone: number, place: Id, onJudged: (judgement: Judgement | undefined) => void = () => {}): void {
    const startedMs = this.#begin();
    const expected = this.ledger.expectedAt(place);
    const sure = this.ledger.sureAt(place);
    this.#stage.read(phone, place, (answer) => {
      const endedMs = this.#stage.clock.nowMs;
      const judgement = answer === undefined ? undefined : judgeRead(expected, sure, answer);
      const outcome = this.#outcomeOf(judgement, endedMs, phone);
      this.#end({ kind: 'read', startedMs, endedMs, outcome, isServed: judgement?.lacking.length === 0 });
      onJudged(judgement);
    });
  }

  lookup(phone: number, key: Id): void {
    const startedMs = this.#begin();
    const ownerBefore = this.#lookups.ownerFor(phone, key);
    this.#stage.lookup(phone, key, (outcome) => {
      const judged =
        outcome === undefined
          ? ({ outcome: 'cut-short', timeouts: 0 } as const)
          : this.#lookups.judge(phone, key, ownerBefore, outcome);
      const endedMs = this.#stage.clock.nowMs;
      this.#end({ kind: 'lookup', startedMs, endedMs, hops: outcome?.hops ?? 0, ...judged });
    });
  }

  #outcomeOf(judgement: Judgement | undefined, endedMs: number, phone: number): ReadNote['outcome'] {
    if (judgement === undefined) return 'cut-short';
    const { verdict, fault } = judgement;
    if (fault === undefined) return verdict;
    if (this.faults.length < MAX_FAULTS) {
      this.faults.push(`${(endedMs / 1000).toFixed(1)} s: phone ${phone} calls a read complete; ${fault}`);
    }
    return verdict;
  }

  #begin(): number {
    this.underWay += 1;
    return this.#stage.clock.nowMs;
  }

  #end(note: OperationNote): void {
    this.underWay -= 1;
    this.notes.push(note);
  }
}
