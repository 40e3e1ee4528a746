/**
 * Group commit: while the writes of one transaction are on their way to the disk, those that come meanwhile gather, and
 * share the next transaction and the next sync. So a phone that is written to seldom answers at once, and one that is
 * written to a lot has ever larger groups rather than more syncs. The sync runs beside the event loop.
 *
 * Source: DeWitt et al., "Implementation techniques for main memory database systems" (SIGMOD 1984), section 5.2.
 */
import type { Id } from '../../../shared/core/id.ts';
import type { StoreFault, StoreOperation, StoreOutcome, StoreOutcomeOf } from '../../core/store-port.ts';

export type Writing = Extract<StoreOperation, { type: 'write' | 'remove' }>;
export type Reading = Exclude<StoreOperation, Writing>;
type Outcome = StoreOutcome<StoreOutcomeOf[Writing['type']]>;
type Resume = (outcome: Outcome) => void;

/** Most writes of one transaction. */
const MAX_GROUP = 1024;

export interface CommitParts {
  /** Does all of them in one transaction, or, on a fault, none. */
  commit(operations: readonly Writing[]): StoreOutcome<readonly StoreOutcomeOf[Writing['type']][]>;
  /** Calls back once what was committed so far would survive a loss of power, or could not be made to. */
  sync(done: (fault: StoreFault | undefined) => void): void;
  /** The same, before it returns. */
  syncNow(): StoreFault | undefined;
}

/** Committed, and on its way to the disk. */
interface Group {
  readonly places: ReadonlySet<Id>;
  readonly answers: readonly { readonly resume: Resume; readonly value: StoreOutcomeOf[Writing['type']] }[];
  /** What was asked about these places since. */
  readonly reads: (() => void)[];
}

export class GroupCommit {
  readonly #parts: CommitParts;
  #pending: { readonly operation: Writing; readonly resume: Resume }[] = [];
  #flush: NodeJS.Immediate | undefined;
  #underWay: Group | undefined;

  constructor(parts: CommitParts) {
    this.#parts = parts;
  }

  /** `resume` is called once the write is on disk. */
  write(operation: Writing, resume: Resume): void {
    this.#pending.push({ operation, resume });
    if (this.#underWay === undefined) this.#flush ??= setImmediate(() => this.#commit());
  }

  /** Reads at once, but what would show a write that is not on disk yet is read when it is. */
  read(operation: Reading, read: () => void): void {
    const group = this.#underWay;
    if (group !== undefined && placesOf(operation).some((place) => group.places.has(place))) group.reads.push(read);
    else read();
  }

  /** Brings everything to the disk, and answers it, before it returns. */
  finish(): void {
    if (this.#underWay !== undefined) this.#settle(this.#underWay, this.#parts.syncNow());
    while (this.#pending.length > 0) {
      const group = this.#commitGroup();
      if (group !== undefined) this.#settle(group, this.#parts.syncNow());
    }
  }

  #commit(): void {
    let group: Group | undefined;
    while (this.#pending.length > 0 && group === undefined) group = this.#commitGroup();
    if (group === undefined) return;
    this.#underWay = group;
    this.#parts.sync((fault) => {
      if (this.#underWay !== group) return; // settled by `finish`
      this.#settle(group, fault);
      if (this.#underWay === undefined && this.#pending.length > 0) this.#commit();
    });
  }

  /** Undefined when the transaction failed: that is answered already. */
  #commitGroup(): Group | undefined {
    clearImmediate(this.#flush);
    this.#flush = undefined;
    const writes = this.#pending.splice(0, MAX_GROUP);
    const committed = this.#parts.commit(writes.map(({ operation }) => operation));
    if (!committed.ok) {
      for (const { resume } of writes) resume(committed);
      return undefined;
    }
    return {
      places: new Set(writes.flatMap(({ operation }) => operation.records.map(({ place }) => place))),
      answers: writes.map(({ resume }, i) => ({ resume, value: committed.value[i]! })),
      reads: [],
    };
  }

  #settle(group: Group, fault: StoreFault | undefined): void {
    this.#underWay = undefined;
    for (const { resume, value } of group.answers)
      resume(fault === undefined ? { ok: true, value } : { ok: false, fault });
    for (const read of group.reads) read();
  }
}

/** The places whose records an answer would show. */
function placesOf(operation: Reading): readonly Id[] {
  switch (operation.type) {
    case 'query':
      return [operation.query.place];
    case 'standing':
    case 'fetch':
      return operation.wanted.map(({ place }) => place);
    default:
      return [];
  }
}
