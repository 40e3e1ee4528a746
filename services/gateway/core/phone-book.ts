/**
 * Which phones there are, by number. A number stays with its phone: where the source names one (a supervisor, a list,
 * `phone-3` in the DNS) it is that; elsewhere phones are told apart by their ids and numbered in the order of arrival, and a
 * phone that comes back under another address keeps its number. No number is given to another phone while its own is
 * remembered.
 */
import type { Id } from '../../shared/core/id.ts';
import type { Listing, Phone, PhoneState, PhoneWords, ProcessState } from './phone.ts';

/** Silence after the first unanswered probe that makes a suspected phone a dead one, ms. */
export const DEAD_AFTER_MS = 3_000;
/** So many probes in a row must have failed, too. */
const DEAD_AFTER_FAILURES = 2;
/** A phone that is gone and that discovery does not name any more is forgotten after this long, ms. */
export const FORGET_AFTER_MS = 600_000;
/** The time that `churn` counts over. */
const CHURN_MS = 60_000;
const MAX_TURNS = 4_096;
/** Bound on all tables here. */
export const MAX_PHONES = 2_000;

/** How a probe failed: the address refused or broke the connection, or nothing came in time. */
export type ProbeFailure = 'refused' | 'silent';

/** What somebody made of a phone. */
export type Become = 'suspected' | 'dead' | 'left';

const ENDED: Partial<Record<ProcessState, PhoneState>> = { stopped: 'left', killed: 'dead', crashed: 'dead' };

export class PhoneBook {
  readonly #phones = new Map<number, Phone>();
  /** Addresses that are listed without a number and have not said who they are yet. */
  #unplaced: readonly string[] = [];
  readonly #changed = new Set<number>();
  readonly #forgotten = new Set<number>();
  /** Comings and goings, the oldest first. */
  readonly #turns: { readonly state: PhoneState; readonly atMs: number }[] = [];

  /** In the order of their numbers. */
  get phones(): readonly Phone[] {
    return [...this.#phones.values()].sort((a, b) => a.n - b.n);
  }

  get unplaced(): readonly string[] {
    return this.#unplaced;
  }

  find(n: number): Phone | undefined {
    return this.#phones.get(n);
  }

  /** Takes in what discovery names now. */
  list(listings: readonly Listing[], nowMs: number): void {
    const unplaced: string[] = [];
    const named = new Set<Phone>();
    for (const listing of listings.slice(0, MAX_PHONES)) {
      const phone = this.#listed(listing, nowMs);
      if (phone === undefined) {
        unplaced.push(listing.api);
        continue;
      }
      named.add(phone);
      this.#takeProcess(phone, listing.supervised, nowMs);
    }
    this.#unplaced = unplaced;
    for (const phone of this.#phones.values()) phone.listed = named.has(phone);
    this.#forget(nowMs);
  }

  /**
   * A phone answered at an address; undefined: nobody that discovery names. New ones are numbered in the order of these
   * calls. `askedMs`: when it was asked: what it said before somebody told what became of it is old.
   */
  answered(api: string, words: PhoneWords, nowMs: number, askedMs = nowMs): Phone | undefined {
    const phone = this.#at(api, words, nowMs);
    if (phone === undefined || askedMs < phone.toldAtMs) return undefined;
    phone.listed = true;
    this.#unplaced = this.#unplaced.filter((address) => address !== api);
    const before = phone.words;
    phone.words = words;
    phone.answeredAtMs = nowMs;
    phone.failures = 0;
    phone.failingSinceMs = undefined;
    if (before === undefined || !saysTheSame(before, words)) this.#changed.add(phone.n);
    const ended = phone.supervised !== undefined && ENDED[phone.supervised] !== undefined;
    if (!ended) this.#become(phone, words.ring === 'joining' ? 'joining' : 'alive', nowMs);
    return phone;
  }

  /** Whoever has a hand in phone n says what it did to it: that is so at once, until the phone itself answers again. */
  told(n: number, became: Become, nowMs: number): void {
    const phone = this.#phones.get(n);
    if (phone === undefined) return;
    phone.toldAtMs = nowMs;
    this.#become(phone, became, nowMs);
  }

  /** A probe of phone n failed. `isSuspected`: other phones say that they cannot reach it either. */
  failed(n: number, how: ProbeFailure, nowMs: number, isSuspected = false): void {
    const phone = this.#phones.get(n);
    if (phone === undefined || isGone(phone)) return;
    phone.failures++;
    phone.failingSinceMs ??= nowMs;
    const silentMs = nowMs - phone.failingSinceMs;
    const enough = phone.failures >= DEAD_AFTER_FAILURES;
    // A phone that is on its way up refuses connections, too.
    if (phone.supervised === 'starting' || phone.state === 'joining') return;
    if (enough && (how === 'refused' || isSuspected || silentMs >= DEAD_AFTER_MS)) {
      this.#become(phone, phone.words?.ring === 'leaving' ? 'left' : 'dead', nowMs);
    } else {
      this.#become(phone, 'suspected', nowMs);
    }
  }

  /** The phone with an id, the one that lives before any that is gone. */
  byId(id: Id): Phone | undefined {
    const phones = [...this.#phones.values()].filter(({ words }) => words?.id === id);
    return phones.find((phone) => !isGone(phone)) ?? phones[0];
  }

  /** Phones that came, died and left in the last minute. */
  churn(nowMs: number): { readonly came: number; readonly died: number; readonly left: number } {
    const lately = this.#turns.filter(({ atMs }) => nowMs - atMs <= CHURN_MS);
    const count = (kind: PhoneState): number => lately.filter(({ state }) => state === kind).length;
    return { came: count('alive'), died: count('dead'), left: count('left') };
  }

  /** The phones that changed, and the numbers that were forgotten, since the last call. */
  takeChanges(): { readonly changed: readonly Phone[]; readonly forgotten: readonly number[] } {
    const changed = [...this.#changed].flatMap((n) => this.#phones.get(n) ?? []);
    const forgotten = [...this.#forgotten].filter((n) => !this.#phones.has(n));
    this.#changed.clear();
    this.#forgotten.clear();
    return { changed, forgotten };
  }

  /** The phone of a listing; undefined when it has to say who it is first. */
  #listed({ api, number }: Listing, nowMs: number): Phone | undefined {
    const phone = number === undefined ? undefined : (this.#phones.get(number) ?? this.#add(number, true, nowMs));
    // A number that went to a phone without one is not taken away from it.
    if (phone === undefined || !phone.numbered) return this.#unnumberedAt(api);
    if (phone.api !== api) this.#move(phone, api, nowMs);
    return phone;
  }

  #unnumberedAt(api: string): Phone | undefined {
    return [...this.#phones.values()].find((phone) => phone.api === api && !phone.numbered && !isGone(phone));
  }

  /** Who answers at an address; undefined when discovery does not name it any more. */
  #at(api: string, { id }: PhoneWords, nowMs: number): Phone | undefined {
    const phones = [...this.#phones.values()];
    const there = phones.find((phone) => phone.api === api);
    if (there !== undefined && (there.numbered || there.words?.id === id)) return there;
    if (there === undefined && !this.#unplaced.includes(api)) return undefined;
    const known = phones.find((phone) => !phone.numbered && phone.words?.id === id);
    const phone = known ?? this.#add(this.#nextNumber(), false, nowMs);
    this.#move(phone, api, nowMs);
    return phone;
  }

  #nextNumber(): number {
    return Math.max(0, ...this.#phones.keys()) + 1;
  }

  #add(n: number, numbered: boolean, nowMs: number): Phone {
    const phone: Phone = {
      ...{
        n,
        numbered,
        api: undefined,
        state: 'joining',
        sinceMs: nowMs,
        listed: true,
        supervised: undefined,
        words: undefined,
      },
      ...{ answeredAtMs: undefined, toldAtMs: 0, failures: 0, failingSinceMs: undefined },
    };
    this.#phones.set(n, phone);
    this.#changed.add(n);
    return phone;
  }

  /** An address belongs to one phone: who had it before is not there any more. */
  #move(phone: Phone, api: string, nowMs: number): void {
    for (const other of this.#phones.values()) {
      if (other === phone || other.api !== api) continue;
      other.api = undefined;
      this.#changed.add(other.n);
      if (!isGone(other)) this.#become(other, 'dead', nowMs);
    }
    phone.api = api;
    this.#changed.add(phone.n);
  }

  #takeProcess(phone: Phone, supervised: ProcessState | undefined, nowMs: number): void {
    if (phone.supervised === supervised) return;
    const before = phone.supervised;
    phone.supervised = supervised;
    this.#changed.add(phone.n);
    const ended = supervised === undefined ? undefined : ENDED[supervised];
    if (ended !== undefined) this.#become(phone, ended, nowMs);
    else if (supervised === 'starting') this.#become(phone, 'joining', nowMs);
    else if (supervised === 'frozen') this.#become(phone, 'suspected', nowMs);
    // It is asked again at once, whatever was thought of its silence.
    else if (supervised === 'running' && before === 'frozen') this.#become(phone, 'suspected', nowMs);
  }

  #become(phone: Phone, state: PhoneState, nowMs: number): void {
    if (phone.state === state) return;
    // Back from suspicion is no coming.
    const isTurn = state === 'dead' || state === 'left' || (state === 'alive' && phone.state !== 'suspected');
    if (isTurn) this.#turns.push({ state, atMs: nowMs });
    if (this.#turns.length > MAX_TURNS) this.#turns.shift();
    phone.state = state;
    phone.sinceMs = nowMs;
    this.#changed.add(phone.n);
  }

  #forget(nowMs: number): void {
    for (const phone of this.#phones.values()) {
      if (phone.listed || !isGone(phone) || nowMs - phone.sinceMs < FORGET_AFTER_MS) continue;
      this.#phones.delete(phone.n);
      this.#forgotten.add(phone.n);
    }
  }
}

export function isGone({ state }: Phone): boolean {
  return state === 'dead' || state === 'left';
}

function saysTheSame(a: PhoneWords, b: PhoneWords): boolean {
  return (Object.keys(a) as (keyof PhoneWords)[]).every((key) => a[key] === b[key]);
}
