/**
 * What an iterative lookup knows so far: whom it may still ask, who has answered, who is silent, and what follows from
 * that. Plain bookkeeping; iterative-lookup.ts asks.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import { between, type Id } from '../../../shared/core/id.ts';
import type { FoundSuccessor } from '../message.ts';
import { byDistanceTo, type RingContext } from '../ring/ring-context.ts';
import { forward, fractionOf } from '../tables/known-phones.ts';
import { MAX_CLOSER, MAX_GUESSES } from './own-answer.ts';

export interface Choice {
  readonly phone: Contact;
  /** It is taken to be at or after the key. */
  readonly isGuess: boolean;
}

/** The owner and what follows it, and whose list says so. */
export interface Named {
  readonly owner: Contact;
  readonly rest: readonly Contact[];
  readonly by: Contact;
}

export class LookupFrontier {
  readonly #context: RingContext;
  readonly #key: Id;
  readonly #seen = new Set<Id>();
  readonly #heard = new Set<Id>();
  /** Phones from the asking phone's own tables: what the lookup began with. */
  #own: readonly (readonly Contact[])[] | undefined;
  /** Who named a phone first as closer to the key, or as following it. */
  readonly #namers = new Map<Id, Contact>();
  /** Not yet asked, nearest to the key first. */
  #candidates: Contact[] = [];
  /** Phones at or after the key, the first one first: one of them owns it, and says so. */
  #guesses: Contact[] = [];
  /** The phone nearest before the key that answered; the asking one until another has. */
  #nearest: Contact | undefined;
  /** What that phone named at or after the key. */
  #following: readonly Contact[] = [];
  /** Whose successor list was read last, and the list. */
  #listOf: Contact | undefined;
  #list: readonly Contact[] = [];
  /** Turns between the two sides of the key. */
  #isGuessTurn = false;

  constructor(context: RingContext, key: Id) {
    this.#context = context;
    this.#key = key;
  }

  /** Begins, or begins anew, with these phones; `self` is the asking one if its place on the ring counts. */
  begin(starts: readonly Contact[], self: Contact | undefined): void {
    this.#seen.clear();
    this.#seen.add(this.#context.self.id);
    this.#nearest = self;
    this.#following = [];
    this.#listOf = undefined;
    this.#list = [];
    const guesses = this.#context.phones.following(this.#key, MAX_GUESSES);
    this.#own ??= [starts, guesses];
    this.#addCandidates(starts);
    this.#addGuesses(guesses);
  }

  get nearest(): Contact | undefined {
    return this.#nearest;
  }

  /** Whose answer this phone came from; undefined when it came from the asking phone's own tables. */
  sourceOf(id: Id): Contact | undefined {
    const isOwn = this.#own?.some((phones) => phones.some((phone) => phone.id === id));
    return isOwn === true ? undefined : this.#namers.get(id);
  }

  /** Who named this phone first, be it in the asking phone's own tables or not. */
  namerOf(id: Id): Contact | undefined {
    return this.#namers.get(id);
  }

  get isEmpty(): boolean {
    return this.#candidates.length === 0 && this.#guesses.length === 0;
  }

  /** Whether there is somebody to ask between the nearest phone that answered and the key. */
  get hasNearer(): boolean {
    const [candidate] = this.#candidates;
    return candidate !== undefined && this.isNearer(candidate.id);
  }

  /** Whether a phone lies between the nearest one that answered and the key. */
  isNearer(id: Id): boolean {
    return this.#nearest === undefined || between(this.#nearest.id, id, this.#key);
  }

  /** Whether the successor list of the nearest phone that answered should reach past the key. */
  get isNear(): boolean {
    const { settings } = this.#context;
    return this.#nearest !== undefined && this.#phonesBetween(this.#nearest.id, this.#key) <= settings.successors;
  }

  /**
   * Takes the next phone to ask: what lies between the nearest one that answered and the key; failing that a guess near
   * the key; failing that, if `anybody`, any other. `bothSides`: once the key is near, guesses take turns with what lies
   * before it.
   */
  take(bothSides: boolean, anybody: boolean): Choice | undefined {
    const [guess] = this.#guesses;
    const isCloseGuess = guess !== undefined && this.#isFirstAfterKey(guess);
    const isTurn = bothSides && isCloseGuess && this.isNear;
    if (isTurn) this.#isGuessTurn = !this.#isGuessTurn;
    if (isCloseGuess && (!this.hasNearer || (isTurn && this.#isGuessTurn))) return this.#takeGuess();
    if (!anybody && !this.hasNearer) return undefined;
    const phone = this.#candidates.shift();
    return phone === undefined ? this.#takeGuess() : { phone, isGuess: false };
  }

  #takeGuess(): Choice | undefined {
    const phone = this.#guesses.shift();
    return phone && { phone, isGuess: true };
  }

  #isFirstAfterKey({ id }: Contact): boolean {
    return this.#phonesBetween(this.#key, id) <= this.#context.settings.successors;
  }

  hasHeard(id: Id): boolean {
    return id === this.#context.self.id || this.#heard.has(id);
  }

  /** Takes a phone that was named as owner, or as following it; false if it was asked before, or is this one. */
  takeNamed({ id }: Contact): boolean {
    const waits = [this.#candidates, this.#guesses].some((list) => list.some((phone) => phone.id === id));
    if (this.#seen.has(id) && !waits) return false;
    this.#seen.add(id);
    this.#candidates = this.#candidates.filter((phone) => phone.id !== id);
    this.#guesses = this.#guesses.filter((phone) => phone.id !== id);
    return true;
  }

  /** Notes who named the owner and what follows it. */
  named(contacts: readonly Contact[], by: Contact): void {
    this.#nameAll(contacts, by);
  }

  /** Notes an answer. Gives the phones named closer to the key. */
  answered(phone: Contact, { owner, ownerSuccessors, closer }: FoundSuccessor): readonly Contact[] {
    this.#heard.add(phone.id);
    const nearer = closer.slice(0, MAX_CLOSER).filter(({ id }) => between(phone.id, id, this.#key));
    const following = owner === undefined ? ownerSuccessors.slice(0, MAX_GUESSES) : [];
    this.#nameAll([...nearer, ...following], phone);
    this.#addCandidates(nearer);
    this.#addGuesses(following);
    if (this.#nearest === undefined || between(this.#nearest.id, phone.id, this.#key)) {
      this.#nearest = phone;
      this.#following = following;
    }
    return nearer;
  }

  /** Whether the successor list of the nearest phone that answered has been asked for, or another list stands for it. */
  get hasList(): boolean {
    return this.#nearest === undefined || this.#listOf === this.#nearest || this.#isCoveredByList();
  }

  /** The list of this phone is asked for: not a second time. */
  expectList(of: Contact): void {
    this.#listOf = of;
    this.#list = [];
  }

  /** Notes a successor list that was read. */
  tookList(of: Contact, successors: readonly Contact[]): void {
    if (this.#listOf !== of) return;
    this.#list = successors.slice(0, this.#context.settings.successors);
    this.#nameAll(this.#list, of);
    this.#addCandidates(this.#list.filter(({ id }) => between(of.id, id, this.#key)));
    this.#addGuesses(this.#list.filter(({ id }) => !between(of.id, id, this.#key)).slice(0, MAX_GUESSES));
  }

  /**
   * What the list that was read says, when nobody on it between the nearest phone that answered and the key is left:
   * what follows the key owns it.
   */
  ownerByList(isSilent: (id: Id) => boolean): Named | undefined {
    const [nearest, by] = [this.#nearest, this.#listOf];
    if (nearest === undefined || by === undefined || (by !== nearest && !this.#isCoveredByList())) return undefined;
    const behind = this.#list.findIndex(({ id }) => id === nearest.id) + 1;
    const known = this.#list.slice(behind).filter(({ id }) => !this.#context.isDead(id));
    const at = known.findIndex(({ id }) => !between(nearest.id, id, this.#key));
    const [owner, ...rest] = at < 0 ? [] : known.slice(at);
    if (owner === undefined || !known.slice(0, at).every(({ id }) => isSilent(id))) return undefined;
    return { owner, rest, by: nearest };
  }

  /**
   * Whether the list read is that of a phone before the nearest one, which is on it and knows nobody it lacks, and reaches
   * somebody behind the key who lives.
   */
  #isCoveredByList(): boolean {
    const listed = new Set(this.#list.map(({ id }) => id));
    if (this.#nearest === undefined || !listed.has(this.#nearest.id)) return false;
    const last = this.#list.at(-1)!.id;
    if (!this.#following.every(({ id }) => listed.has(id) || between(last, id, this.#key))) return false;
    return this.#list.some(({ id }) => this.#heard.has(id) && !between(this.#listOf!.id, id, this.#key));
  }

  #nameAll(contacts: readonly Contact[], by: Contact): void {
    for (const { id } of contacts) if (!this.#namers.has(id)) this.#namers.set(id, by);
  }

  #addCandidates(contacts: readonly Contact[]): void {
    const fresh = this.#unseen(contacts);
    if (fresh.length > 0) this.#candidates = [...this.#candidates, ...fresh].sort(byDistanceTo(this.#key));
  }

  #addGuesses(contacts: readonly Contact[]): void {
    const fresh = this.#unseen(contacts);
    if (fresh.length === 0) return;
    this.#guesses = [...this.#guesses, ...fresh].sort((a, b) => {
      if (a.id === b.id) return 0;
      return a.id === this.#key || (b.id !== this.#key && between(this.#key, a.id, b.id)) ? -1 : 1;
    });
  }

  #unseen(contacts: readonly Contact[]): Contact[] {
    const fresh = contacts.filter(({ id }) => !this.#seen.has(id) && !this.#context.isDead(id));
    for (const { id } of fresh) this.#seen.add(id);
    return fresh;
  }

  /** About how many phones lie from one position to another, clockwise. */
  #phonesBetween(from: Id, to: Id): number {
    return forward(fractionOf(from), fractionOf(to)) * this.#context.estimatedSize;
  }
}
