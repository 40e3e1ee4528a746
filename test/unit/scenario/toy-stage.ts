/** A stage whose phones share one perfect memory that no cut divides, in virtual time, with defects on request. */
import { type Id, idFromNumber } from '../../../services/shared/core/id.ts';
import { type RingRecord, recordKey, supersedes } from '../../../services/shared/core/record.ts';
import { isUpAfter, type PopulationEvent } from '../../../services/shared/scenario/population-event.ts';
import type {
  Clock,
  LookupOutcome,
  PutOutcome,
  ReadOutcome,
  Stage,
  StageOptions,
  StagePhone,
  StageSample,
} from '../../scenario/stage.ts';

/** `drops`: acknowledges and forgets a write; `first`: keeps only first versions; `undead`: ignores tombstones. */
export type ToyDefect = 'drops' | 'first' | 'undead' | 'lost-lookups';

const ANSWER_MS = 10;
const JOIN_MS = 500;
/** Of the writes, one in so many falls to a defect. */
const DEFECT_EVERY = 10;

export class ToyStage implements Stage {
  readonly name = 'toy';
  readonly limits = [];
  readonly performed: PopulationEvent[] = [];
  readonly cuts: string[] = [];
  stopped = false;
  readonly #options: StageOptions;
  readonly #defect: ToyDefect | undefined;
  readonly #members = new Map<number, boolean>();
  readonly #memory = new Map<Id, Map<string, RingRecord>>();
  #queue: { readonly atMs: number; readonly run: () => void }[] = [];
  #nowMs = 0;
  #writes = 0;

  constructor(options: StageOptions, defect?: ToyDefect) {
    this.#options = options;
    this.#defect = defect;
  }

  readonly clock: Clock = Object.defineProperty(
    {
      nowMs: 0,
      after: (delayMs: number, run: () => void) => {
        this.#queue.push({ atMs: this.#nowMs + Math.max(0, delayMs), run });
      },
    },
    'nowMs',
    { get: () => this.#nowMs },
  );

  async start(initial: number): Promise<void> {
    for (let phone = 0; phone < initial; phone++) this.#members.set(phone, true);
  }

  async pass(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      this.#queue.sort((a, b) => a.atMs - b.atMs);
      if (this.#queue[0] === undefined || this.#queue[0].atMs > untilMs) break;
      const { atMs, run } = this.#queue.shift()!;
      this.#nowMs = atMs;
      run();
    }
    this.#nowMs = untilMs;
  }

  phones(): readonly StagePhone[] {
    return [...this.#members.keys()].map((phone) => this.phone(phone)!);
  }

  phone(phone: number): StagePhone | undefined {
    const isMember = this.#members.get(phone);
    return isMember === undefined ? undefined : { phone, id: idOf(phone), isMember };
  }

  perform(event: PopulationEvent): void {
    this.performed.push(event);
    if (!isUpAfter(event.deed)) {
      this.#members.delete(event.phone);
      return;
    }
    this.#members.set(event.phone, false);
    this.clock.after(JOIN_MS, () => {
      if (!this.#members.has(event.phone)) return;
      this.#members.set(event.phone, true);
      this.#options.onMember(event.phone);
    });
  }

  cut(sides: readonly (readonly number[])[]): void {
    this.cuts.push(`${this.#nowMs}: ${sides.map((side) => side.length).join(' | ')}`);
  }

  heal(): void {
    this.cuts.push(`${this.#nowMs}: healed`);
  }

  put(phone: number, record: RingRecord, done: (outcome: PutOutcome | undefined) => void): void {
    this.#writes += 1;
    const fails = this.#writes % DEFECT_EVERY === 0;
    this.#answer(phone, done, () => {
      const records = this.#memory.get(record.place) ?? new Map<string, RingRecord>();
      const known = records.get(recordKey(record));
      if (known !== undefined && !supersedes(record, known)) return 'refused';
      if (fails && this.#defect === 'drops') return 'stored';
      if (known !== undefined && this.#defect === 'first') return 'stored';
      this.#memory.set(record.place, records);
      records.set(recordKey(record), record);
      if (record.final && this.#defect !== 'undead') {
        for (const [key, other] of records) if (other.kind === 'immutable') records.delete(key);
      }
      return 'stored';
    });
  }

  read(phone: number, place: Id, done: (outcome: ReadOutcome | undefined) => void): void {
    this.#answer(phone, done, () => ({ records: [...(this.#memory.get(place)?.values() ?? [])], complete: true }));
  }

  lookup(phone: number, key: Id, done: (outcome: LookupOutcome | undefined) => void): void {
    this.#answer(phone, done, () => {
      const ids = [...this.#members.keys()].map(idOf).sort();
      const owner = ids.find((id) => id >= key) ?? ids[0]!;
      const named = this.#defect === 'lost-lookups' ? ids.find((id) => id !== owner)! : owner;
      return { replicas: [named], hops: 2, silent: 0 };
    });
  }

  async sample(acknowledged: readonly RingRecord[]): Promise<StageSample> {
    const kept = await this.kept(acknowledged);
    const astray = [...this.#members.values()].filter((isMember) => !isMember).length;
    return { astray, replicasMissing: acknowledged.length - kept.length, messages: this.#nowMs, bytes: undefined };
  }

  async kept(records: readonly RingRecord[]): Promise<readonly RingRecord[]> {
    return records.filter((record) => {
      const standing = this.#memory.get(record.place)?.get(recordKey(record));
      return standing !== undefined && !supersedes(record, standing);
    });
  }

  eventHash(): undefined {}

  async stop(): Promise<void> {
    this.stopped = true;
  }

  #answer<T>(phone: number, done: (outcome: T | undefined) => void, outcome: () => T): void {
    this.clock.after(ANSWER_MS, () => done(this.#members.has(phone) ? outcome() : undefined));
  }
}

function idOf(phone: number): Id {
  return idFromNumber(BigInt(phone + 1) * 0x9e3779b97f4a7c15f39cc0605cedc835n);
}
