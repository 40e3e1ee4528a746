/** The people of a scenario: they write, delete, read and look up at times and in ways the seed draws. */
import { type Id, idFromNumber } from '../../services/shared/core/id.ts';
import type { SeededRandom } from '../../services/shared/core/random.ts';
import type { RingRecord } from '../../services/shared/core/record.ts';
import { drawMs } from '../../services/shared/scenario/distribution.ts';
import { OPERATION_KINDS, type OperationKind, type Scenario } from '../../services/shared/scenario/scenario.ts';
import { Author } from '../unit/shared/author.ts';
import type { Operations } from './operations.ts';
import type { Stage } from './stage.ts';

/** Entries of sets: how many of the people after one write into their set, and how many slots each has there. */
const CIRCLE = 4;
const SLOTS = 3;
/** More operations are not begun while so many are under way: a stage that is too slow is not to be buried. */
const MOST_UNDER_WAY = 256;

interface Person {
  readonly author: Author;
  /** The phone they live on. */
  readonly phone: number;
  /** Version of the next change of what can change. */
  seq: number;
}

export class Workload {
  /** Operations that were not begun because too many were under way. */
  heldBack = 0;
  readonly #scenario: Scenario;
  readonly #stage: Stage;
  readonly #operations: Operations;
  readonly #random: SeededRandom;
  readonly #people: readonly Person[];
  /** Acknowledged posts that nobody asked to delete. */
  readonly #posts: { readonly author: Author; readonly record: RingRecord }[] = [];
  #posted = 0;

  constructor(scenario: Scenario, stage: Stage, operations: Operations, random: SeededRandom) {
    this.#scenario = scenario;
    this.#stage = stage;
    this.#operations = operations;
    this.#random = random;
    const { phones } = scenario.population;
    this.#people = Array.from({ length: scenario.workload.people }, (_, i) => ({
      author: new Author(i + 1),
      phone: i % phones,
      seq: 1,
    }));
  }

  /** People act until the scenario's duration is over. */
  begin(): void {
    const { clock } = this.#stage;
    const { every } = this.#scenario.workload;
    if (this.#people.length === 0) return;
    const next = (): void => {
      const delayMs = drawMs(every, this.#random);
      if (clock.nowMs + delayMs >= this.#scenario.durationMs) return;
      clock.after(delayMs, () => {
        this.#act();
        next();
      });
    };
    next();
  }

  #act(): void {
    const kind = this.#drawKind();
    const person = this.#personAwake();
    if (person === undefined) return;
    if (this.#operations.underWay >= MOST_UNDER_WAY) {
      this.heldBack += 1;
      return;
    }
    this.#do(kind, person);
  }

  #do(kind: OperationKind, person: Person): void {
    switch (kind) {
      case 'post':
        if (this.#posts.length >= this.#scenario.workload.records) this.#writeEntry(person);
        else this.#post(person);
        return;
      case 'profile':
        this.#operations.write(person.phone, person.author.profile(person.seq++, `seq ${person.seq}`));
        return;
      case 'entry':
        this.#writeEntry(person);
        return;
      case 'delete':
        this.#delete(person);
        return;
      case 'read':
        this.#read(person);
        return;
      case 'lookup':
        this.#operations.lookup(person.phone, this.#randomKey());
    }
  }

  #post({ author, phone }: Person): void {
    const record = author.post(`post ${(this.#posted += 1)}`);
    this.#operations.write(phone, record, () => this.#posts.push({ author, record }));
  }

  /** Into the set of one of the people before: sets of several authors, as replies and reactions are. */
  #writeEntry(person: Person): void {
    const own = this.#people.indexOf(person);
    const { length } = this.#people;
    const owner = this.#people[(own + length - (this.#random.below(CIRCLE) % length)) % length]!;
    const slot = `slot ${this.#random.below(SLOTS)}`;
    this.#operations.write(person.phone, person.author.member(owner.author.id, slot, person.seq++));
  }

  /** Whose post it is does not matter to phones: whoever is awake passes the author's tombstone on. */
  #delete({ phone }: Person): void {
    const index = this.#random.below(Math.max(1, this.#posts.length));
    const [chosen] = this.#posts.splice(index, 1);
    if (chosen === undefined) return;
    this.#operations.remove(phone, chosen.record, chosen.author.tombstone(chosen.record));
  }

  #read({ phone }: Person): void {
    const { places } = this.#operations.ledger;
    if (places.length > 0) this.#operations.read(phone, this.#random.pick(places));
  }

  #drawKind(): OperationKind {
    const { mix } = this.#scenario.workload;
    const total = OPERATION_KINDS.reduce((sum, kind) => sum + mix[kind], 0);
    let left = this.#random.next() * total;
    return OPERATION_KINDS.find((kind) => (left -= mix[kind]) < 0) ?? 'lookup';
  }

  /** Somebody whose phone is a member of the ring. */
  #personAwake(): Person | undefined {
    const { length } = this.#people;
    const start = this.#random.below(length);
    for (let i = 0; i < length; i++) {
      const person = this.#people[(start + i) % length]!;
      if (this.#stage.phone(person.phone)?.isMember === true) return person;
    }
    return undefined;
  }

  #randomKey(): Id {
    let key = 0n;
    for (let i = 0; i < 4; i++) key = (key << 32n) | BigInt(this.#random.below(2 ** 32));
    return idFromNumber(key);
  }
}
