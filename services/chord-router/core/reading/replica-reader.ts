/** One read's questions to replicas and what they said. The two consistencies (get.ts) differ in when they stop. */
import type { Contact } from '../../../shared/core/contact.ts';
import { now, sleep, type Task } from '../../../shared/core/effect.ts';
import type { Id } from '../../../shared/core/id.ts';
import { type RingRecord, recordKey } from '../../../shared/core/record.ts';
import { MAX_BATCH_RECORDS } from '../batch.ts';
import type { GetOutcome, RecordQuery } from '../message.ts';
import { countedReplicas, digestOfPage, majorityOf, type RecordKeeper } from '../record-keeper.ts';
import type { RingView } from '../ring-view.ts';
import type { Page } from './page.ts';

/** Pauses before replicas that are still fetching their records are asked again. */
const SETTLING_PAUSES_MS = [150, 450];
/** How often a read follows a phone that is no replica to those that it names. */
const MOST_NAMINGS = 2;
/** After this long nobody further is asked, in ms. */
const LAST_ROUND_MS = 6_000;

/** What a replica said last. */
interface ReplicaAnswer {
  readonly from: Contact;
  /** Its word counts: it is responsible for the place and holds all it should. */
  readonly votes: boolean;
  readonly digest: string;
  /** Undefined when only the digest was asked for. */
  readonly page: Page | undefined;
}

export class ReplicaReader {
  readonly view: RingView;
  /** Phones asked one after the other so far. */
  hops = 0;
  readonly #keeper: RecordKeeper;
  readonly #query: RecordQuery;
  /** In the order they came. */
  readonly #answers = new Map<Id, ReplicaAnswer>();
  #replicas: readonly Contact[] = [];
  /** Overdue when the lookup ended. */
  #late: readonly Contact[] = [];
  /** Most absent phones that one of those asked knows of. */
  #absent = 0;
  #round = 0;
  #isHopCounted = false;
  /** A phone that was believed to be a replica said that it is none; whom it named, until they are taken. */
  #misled = false;
  #named: readonly Contact[] = [];
  #timesNamed = 0;
  #startedAt: number | undefined;

  constructor(keeper: RecordKeeper, query: RecordQuery) {
    this.#keeper = keeper;
    this.#query = query;
    this.view = keeper.view;
  }

  /**
   * Whom to ask next, in order: the believed replicas, then, when they were not enough, those a lookup finds, then,
   * after pauses, those that have not got a vote yet. Undefined when there is nobody left.
   */
  *nextRound(): Task<readonly Contact[] | undefined> {
    const round = this.#round++;
    const nowMs = yield* now();
    this.#startedAt ??= nowMs;
    if (nowMs - this.#startedAt > LAST_ROUND_MS) return undefined;
    if (round === 0) {
      this.#aimAt(this.view.believedReplicas(this.#query.place));
    } else if (round === 1) {
      const { replicas, late, hops } = yield* this.view.lookup(this.#query.place);
      this.hops += hops.length;
      this.#late = late;
      if (replicas.length > 0) this.#aimAt(replicas);
    } else {
      const pauseMs = SETTLING_PAUSES_MS[round - 2];
      if (pauseMs === undefined) return undefined;
      yield* sleep(pauseMs);
    }
    const phones = this.#replicas.filter(({ id }) => this.#answers.get(id)?.votes !== true);
    this.#isHopCounted = false;
    return this.#ordered(phones);
  }

  /** Whether what this phone believed was wrong: no use in asking the others that it believed in. */
  get isMisled(): boolean {
    return this.#misled;
  }

  /**
   * Those that a phone named which is no replica, but lives near the place, once, in the order to ask them; undefined when
   * there are none. Their word completes no read.
   */
  takeNamed(): readonly Contact[] | undefined {
    const named = this.#named;
    this.#named = [];
    this.#misled = false;
    if (named.length === 0) return undefined;
    this.#isHopCounted = false;
    return this.#ordered(named);
  }

  #aimAt(replicas: readonly Contact[]): void {
    this.#replicas = replicas;
  }

  /** This phone first when it holds the place, for that costs nothing; those that kept the lookup waiting last. */
  #ordered(phones: readonly Contact[]): readonly Contact[] {
    const { view, coverage } = this.#keeper;
    const isOwn = ({ id }: Contact): boolean => id === view.self.id && coverage.covers(this.#query.place);
    const isLate = ({ id }: Contact): boolean => this.#late.some((phone) => phone.id === id);
    const others = view.byExpectedSpeed(phones.filter((phone) => !isOwn(phone)));
    return [...phones.filter(isOwn), ...others.filter((phone) => !isLate(phone)), ...others.filter(isLate)];
  }

  /** How many replicas' words are still wanted for a majority. */
  get votesMissing(): number {
    const votes = this.#replicas.filter(({ id }) => this.#answers.get(id)?.votes === true).length;
    const expected = Math.max(this.#replicas.length, countedReplicas(this.#keeper, this.#absent));
    return majorityOf(expected) - votes;
  }

  get hasMajority(): boolean {
    return this.votesMissing <= 0;
  }

  get answered(): readonly Contact[] {
    return [...this.#answers.values()].map(({ from }) => from);
  }

  get pages(): readonly Page[] {
    return [...this.#answers.values()].flatMap(({ page }) => (page === undefined ? [] : [page]));
  }

  pageOf(phone: Contact): Page | undefined {
    return this.#answers.get(phone.id)?.page;
  }

  /** Those that have told only a digest so far. */
  get digestsOnly(): readonly Contact[] {
    return [...this.#answers.values()].flatMap(({ from, page }) => (page === undefined ? [from] : []));
  }

  get allAgree(): boolean {
    return new Set([...this.#answers.values()].map(({ digest }) => digest)).size === 1;
  }

  /** Asks a phone; true when its answer is a vote. */
  *ask(phone: Contact, digestOnly: boolean): Task<boolean> {
    if (phone.id !== this.view.self.id && !this.#isHopCounted) {
      this.#isHopCounted = true; // those asked at once are one hop
      this.hops += 1;
    }
    const outcome = yield* this.view.ask(phone, { type: 'get-records', query: this.#query, digestOnly });
    const page = outcome.ok && !digestOnly ? this.#check(phone, outcome.reply) : undefined;
    if (!outcome.ok || (page === undefined && !digestOnly)) {
      this.#answers.delete(phone.id);
      return false;
    }
    const { absent, responsible, settled, digest } = outcome.reply;
    const votes = responsible && settled;
    this.#absent = Math.max(this.#absent, absent);
    if (!responsible && this.#round === 1) this.#hearNamed(outcome.reply.replicas);
    this.#answers.set(phone.id, { from: phone, votes, digest, page });
    return votes;
  }

  /** Where this phone knows too few others, those nearer to the place know better. Bounded: they may lead astray. */
  #hearNamed(replicas: readonly Contact[]): void {
    this.#misled = true;
    if (this.#timesNamed >= MOST_NAMINGS) return;
    const fresh = replicas.slice(0, this.view.settings.replication).filter(({ id }) => !this.#answers.has(id));
    if (fresh.length === 0) return;
    this.#timesNamed += 1;
    this.#named = fresh;
  }

  /** What a phone has under the names of records that its page did not show. */
  *fetch(phone: Contact, unseen: readonly RingRecord[]): Task<readonly RingRecord[]> {
    const found: RingRecord[] = [];
    for (let at = 0; at < unseen.length; at += MAX_BATCH_RECORDS) {
      const wanted = unseen
        .slice(at, at + MAX_BATCH_RECORDS)
        .map((record) => ({ place: record.place, key: recordKey(record) }));
      const outcome = yield* this.view.ask(phone, { type: 'fetch-records', wanted });
      if (!outcome.ok) return found;
      for (const bytes of outcome.reply.records) {
        const opened = this.#keeper.checker.open(bytes);
        if (opened.ok && opened.value.place === this.#query.place) found.push(opened.value);
      }
    }
    return found;
  }

  /** A replica's records, if all of them pass the checks and are what was asked for; one that lies is not believed. */
  #check(from: Contact, reply: GetOutcome): Page | undefined {
    const { checker, crypto } = this.#keeper;
    const { place, name, limit } = this.#query;
    const isOwn = from.id === this.view.self.id;
    const records: RingRecord[] = [];
    for (const bytes of reply.records) {
      const opened = isOwn ? checker.peek(bytes) : checker.open(bytes);
      if (!opened.ok || opened.value.place !== place) continue;
      if (name === undefined || opened.value.name === name) records.push(opened.value);
    }
    const wrong = reply.records.length - records.length;
    if (wrong > 0) this.view.tell({ type: 'records-rejected', from, verdict: 'invalid', count: wrong });
    const honest = wrong === 0 && records.length <= limit && digestOfPage(records, reply.next, crypto) === reply.digest;
    return honest ? { from, records, next: reply.next } : undefined;
  }
}
