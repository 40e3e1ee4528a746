/** People of a simulated run: they write, read and delete at times and places a seed draws. */
import type { SeededRandom } from '../../../services/shared/core/random.ts';
import type { RingRecord } from '../../../services/shared/core/record.ts';
import { recordKey } from '../../../services/shared/core/record.ts';
import { Author } from '../../unit/shared/author.ts';
import type { RecordWorld } from './record-world.ts';

const AUTHORS = 4;
const SLOTS = 5;
/** Shares of what they do; the rest is reading. */
const WRITING = 0.4;
const DELETING = 0.03;
/** Reads of a record in the end, until one is complete, and the pause between them. */
const MAX_READS = 5;
const READ_PAUSE_MS = 5_000;
/** Records a run holds at most, for checkers look at each of them. */
const MAX_RECORDS = 200;

export class People {
  writes = 0;
  reads = 0;
  completeReads = 0;
  readonly #records: RecordWorld;
  readonly #pauseMs: number;
  readonly #random: SeededRandom;
  readonly #authors: readonly Author[];
  readonly #posts: { readonly author: Author; readonly post: RingRecord }[] = [];
  /** Posts whose tombstone was acknowledged. */
  readonly #deleted: RingRecord[] = [];
  #stopped = false;

  constructor(records: RecordWorld, pauseMs: number) {
    this.#records = records;
    this.#pauseMs = pauseMs;
    this.#random = records.world.random.fork();
    this.#authors = Array.from({ length: AUTHORS }, (_, i) => new Author(i + 1));
  }

  start(): void {
    this.#records.world.engine.after(this.#random.exponential(this.#pauseMs), () => {
      if (this.#stopped) return;
      this.#act();
      this.start();
    });
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Deleted posts that some phone still keeps, as sentences. */
  undead(): string[] {
    return this.#deleted.flatMap((post) =>
      this.#records.living
        .filter((phone) => this.#records.keeps(phone, post))
        .map(({ index }) => `undead: phone ${index} keeps the deleted post at ${post.place}`),
    );
  }

  /** Acknowledged records that phones cannot read in full, try as they may, as sentences. */
  unread(): string[] {
    return [...this.#records.acknowledged.values()].flatMap((record) =>
      this.#isRead(record) ? [] : [`lost: the record at ${record.place} is not read in full`],
    );
  }

  /** A read may still be told that it is not complete, if lists of neighbours change just then: it is tried again. */
  #isRead(record: RingRecord): boolean {
    for (let tries = 0; tries < MAX_READS; tries++) {
      const answer = this.#records.read(this.#records.pick(), record.place, 'quorum');
      const found = answer.records.some((other) => recordKey(other) === recordKey(record) && other.seq >= record.seq);
      if (found && answer.complete) return true;
      if (!found && answer.complete) return false;
      this.#records.world.runFor(READ_PAUSE_MS);
    }
    return false;
  }

  #act(): void {
    if (this.#records.members.length === 0) return;
    const chance = this.#random.next();
    if (chance < DELETING) this.#delete();
    else if (chance < DELETING + WRITING) this.#write();
    else this.#read();
  }

  #write(): void {
    const author = this.#random.pick(this.#authors);
    const kind = this.#random.below(3);
    this.writes += 1;
    const isFull = this.#records.acknowledged.size >= MAX_RECORDS;
    if (kind === 0 && !isFull) {
      const post = author.post(`post ${this.writes}`);
      this.#records.write(this.#records.pick(), post, ({ outcome }) => {
        if (outcome === 'stored') this.#posts.push({ author, post });
      });
      return;
    }
    const other = this.#random.pick(this.#authors);
    const record =
      kind === 1
        ? author.profile(this.writes, `profile ${this.writes}`)
        : author.member(other.id, `slot ${this.#random.below(SLOTS)}`, this.writes);
    this.#records.write(this.#records.pick(), record);
  }

  #delete(): void {
    const [chosen] = this.#posts.splice(this.#random.below(Math.max(1, this.#posts.length)), 1);
    if (chosen === undefined) return;
    this.writes += 1;
    this.#records.forget(chosen.post);
    this.#records.write(this.#records.pick(), chosen.author.tombstone(chosen.post), ({ outcome }) => {
      if (outcome === 'stored') this.#deleted.push(chosen.post);
    });
  }

  #read(): void {
    const names = [...this.#records.acknowledged.keys()];
    if (names.length === 0) return;
    this.#records.check(this.#records.pick(), this.#random.pick(names), ({ complete }) => {
      this.reads += 1;
      if (complete) this.completeReads += 1;
    });
  }
}
