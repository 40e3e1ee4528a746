/** What a phone knows of its ring, and how that changes. The operations (join, stabilise, lookup, …) work on it. */
import type { Contact } from '../../../shared/core/contact.ts';
import { Signal } from '../../../shared/core/effect.ts';
import { between, type Id, inOwnedRange } from '../../../shared/core/id.ts';
import { LocalHealth } from '../../../shared/core/local-health.ts';
import { RoundTripEstimator } from '../../../shared/core/timeouts.ts';
import type { Tell } from '../event.ts';
import { SilenceEstimate } from '../lookup/silence.ts';
import { News } from '../news/news.ts';
import type { ChordSettings } from '../settings.ts';
import { Fingers } from '../tables/fingers.ts';
import { forward, fractionOf, KnownPhones } from '../tables/known-phones.ts';
import { Graveyard } from './graveyard.ts';
import type { NeighbourLists } from './list-digest.ts';
import { Pace } from './pace.ts';
import { Placement } from './placement.ts';
import {
  aloneState,
  counterclockwiseList,
  isClosed,
  type RingState,
  rectify,
  sameContacts,
  withoutSuccessor,
} from './ring.ts';

/** `joining` phones are on no ring and answer no ring questions; `gone` ones have left. */
export type Phase = 'joining' | 'member' | 'leaving' | 'gone';

export class RingContext {
  readonly self: Contact;
  readonly settings: ChordSettings;
  readonly tell: Tell;
  readonly neighboursChanged = new Signal();
  readonly phones: KnownPhones;
  readonly graveyard = new Graveyard();
  readonly fingers = new Fingers();
  readonly news: News;
  readonly health = new LocalHealth();
  readonly pace: Pace;
  /** How many of the phones it asks are silent. */
  readonly silence: SilenceEstimate;
  /** Round trips of whatever phones it asks. */
  readonly roundTrips = new RoundTripEstimator();
  phase: Phase = 'joining';
  /** Began the ring as the one who was to: without anybody to join, or as the first of its seeds. */
  founded = false;
  readonly placement: Placement;
  /** The successor list changed since the predecessor, whose list follows from it, was last told. */
  owesPredecessor = false;
  #ring: RingState;
  /** Beyond the ring's predecessor: soft state that predecessors pass along. Self closes it. */
  #predecessors: readonly Contact[];
  /** What a predecessor said last that lies before it, those that this phone takes for dead included. */
  #behind: { readonly of: Id; readonly list: readonly Contact[] } | undefined;

  constructor(self: Contact, settings: ChordSettings, tell: Tell, silence = new SilenceEstimate()) {
    this.self = self;
    this.settings = settings;
    this.tell = tell;
    this.pace = new Pace(settings, this.health);
    this.silence = silence;
    this.news = new News(settings.newsBytesPerSecond);
    this.#ring = aloneState(self);
    this.#predecessors = [self];
    this.placement = new Placement({ ring: () => this.#ring, isDead: (id) => this.isDead(id) });
    this.phones = new KnownPhones(self.id, {
      limit: settings.knownPhones,
      isKept: (id) => this.isNeighbour(id) || this.fingers.has(id),
      perPrefixLimit: settings.knownPhonesPerPrefix,
    });
  }

  get ring(): RingState {
    return this.#ring;
  }

  /** The first successor; self while alone. */
  get successor(): Contact {
    return this.#ring.successors[0]!;
  }

  /** Nearest first, without phones known to be dead; self closes the list if it reaches round the ring. */
  get predecessorList(): readonly Contact[] {
    return this.#predecessors;
  }

  /** Successors without self. */
  get successors(): readonly Contact[] {
    return withoutSelf(this.#ring.successors, this.self.id);
  }

  /** Predecessors without self. */
  get predecessors(): readonly Contact[] {
    return withoutSelf(this.#predecessors, this.self.id);
  }

  isDead(id: Id): boolean {
    return this.graveyard.has(id);
  }

  isNeighbour(id: Id): boolean {
    return this.neighbour(id) !== undefined;
  }

  /** The predecessor or the entry of a list with this id. */
  neighbour(id: Id): Contact | undefined {
    const { predecessor, successors } = this.#ring;
    if (id === predecessor.id) return predecessor;
    return successors.find((s) => s.id === id) ?? this.#predecessors.find((p) => p.id === id);
  }

  /** What another phone's lists should be by this one's table. */
  believedLists(of: Contact): NeighbourLists {
    const { self, phones } = this;
    const r = this.settings.successors;
    const others = phones.following(of.id, r + 1).filter(({ id }) => id !== of.id);
    const at = others.findIndex(({ id }) => between(of.id, self.id, id));
    const successors = [...others.slice(0, at < 0 ? others.length : at), self, ...(at < 0 ? [] : others.slice(at)), of];
    return { predecessor: phones.closestPreceding(of.id, 1)[0] ?? self, successors: successors.slice(0, r) };
  }

  /** Whether a phone at this position would be in the lists of neighbours. */
  isNear(id: Id): boolean {
    if (isClosed(this.#ring)) return true;
    if (between(this.self.id, id, this.#ring.successors.at(-1)!.id)) return true;
    const last = this.#predecessors.at(-1);
    return last !== undefined && between(last.id, id, this.self.id);
  }

  /** Alone as far as the lists go while other phones seem to live: better to say nothing than something wrong. */
  get isAdrift(): boolean {
    return this.successor.id === this.self.id && this.phones.following(this.self.id, 1).length > 0;
  }

  /** Whether self owns the key, by Zave's predecessor. */
  owns(key: Id): boolean {
    return inOwnedRange(this.#ring.predecessor.id, key, this.self.id);
  }

  /** About how many phones the ring has: exact while the successor list closes. */
  get estimatedSize(): number {
    const { successors } = this.#ring;
    if (isClosed(this.#ring)) return successors.length;
    const covered = forward(fractionOf(this.self.id), fractionOf(successors.at(-1)!.id));
    return Math.max(Math.round(successors.length / Math.max(covered, 1e-12)), successors.length + 1);
  }

  setRing(next: RingState): void {
    const before = this.#ring;
    if (next === before) return;
    const changed = next.predecessor.id !== before.predecessor.id || !sameContacts(next.successors, before.successors);
    this.#ring = next;
    if (!changed) return;
    if (next.successors[0]!.id !== before.successors[0]!.id) this.placement.firstSuccessorChanged();
    for (const dead of next.successors.filter((s) => this.isDead(s.id))) {
      this.#ring = withoutSuccessor(this.#ring, dead.id);
      this.graveyard.hint(dead.id); // somebody else takes it for alive
    }
    for (const successor of this.#ring.successors) this.phones.learn(successor);
    this.phones.learn(next.predecessor);
    if (!sameContacts(this.#ring.successors, before.successors)) this.owesPredecessor = true;
    if (next.predecessor.id !== before.predecessor.id) this.#predecessors = this.#joinPredecessors(this.#predecessors);
    this.#neighboursMoved();
  }

  /** What the predecessor says lies before it. */
  setPredecessorsBehind(list: readonly Contact[]): void {
    // Those that this phone takes for dead are left out, and asked soon: the predecessor takes them for alive.
    // Nobody behind this phone hears of them before it has asked.
    for (const { id } of list) if (this.graveyard.hint(id)) this.pace.now();
    this.#behind = { of: this.#ring.predecessor.id, list };
    const joined = this.#joinPredecessors(list);
    if (sameContacts(joined, this.#predecessors)) return;
    this.#predecessors = joined;
    for (const phone of joined) this.phones.learn(phone);
    this.#neighboursMoved();
  }

  /** Takes in a phone that others told of; one that would be a neighbour is looked for soon. */
  learn(contact: Contact): void {
    if (contact.id === this.self.id || this.isDead(contact.id)) return;
    const isNew = this.phones.get(contact.id) === undefined;
    this.phones.learn(contact);
    if (isNew && this.isNear(contact.id) && !this.isNeighbour(contact.id)) this.pace.now();
  }

  /** A sign of life from a phone itself, and of being on a ring. True when it had been taken for dead. */
  heard(contact: Contact, atMs: number): boolean {
    const wasDead = this.graveyard.remove(contact.id);
    if (wasDead) this.#listAgain(contact.id);
    const known = this.phones.learn(contact);
    if (known === undefined) return wasDead;
    known.heardAtMs = atMs;
    if (known.state === 'suspected') {
      known.state = 'alive';
      this.tell({ type: 'phone-cleared', phone: contact });
    }
    return wasDead;
  }

  /**
   * An answer. If the phone has said goodbye since it was asked (`hadLeft`: it had before), that is older, and no sign of life.
   */
  answered(contact: Contact, atMs: number, hadLeft = false): void {
    if (hadLeft || !this.graveyard.saidGoodbye(contact.id)) this.heard(contact, atMs);
  }

  /** The predecessor may have named it all along, and says nothing new then. */
  #listAgain(id: Id): void {
    const behind = this.#behind;
    if (behind?.of !== this.#ring.predecessor.id || !behind.list.some((phone) => phone.id === id)) return;
    this.setPredecessorsBehind(behind.list);
  }

  /** Some sign of a phone that need not mean it is on the ring: worth a look soon. */
  noticed(contact: Contact): void {
    if (this.graveyard.hint(contact.id)) this.pace.now();
    const known = this.phones.get(contact.id);
    if (known?.state === 'suspected') known.turn = 0;
  }

  suspect(contact: Contact): void {
    const known = this.phones.get(contact.id);
    if (known === undefined || known.state === 'suspected') return;
    known.state = 'suspected';
    this.tell({ type: 'phone-suspected', phone: contact });
  }

  /** Takes a phone that is dead or left off the ring. The predecessor stays until somebody rectifies it. */
  drop(contact: Contact, reason: 'dead' | 'left'): void {
    const wasNeighbour = this.isNeighbour(contact.id);
    this.phones.forget(contact.id);
    this.fingers.drop(contact.id);
    this.graveyard.bury(contact, reason);
    this.tell({ type: 'phone-dropped', phone: contact, reason });
    if (wasNeighbour) this.unlist(contact);
  }

  /** Takes a phone off the lists of neighbours. */
  unlist(contact: Contact): void {
    const predecessors = this.#predecessors.filter((p) => p.id !== contact.id);
    const ring = withoutSuccessor(this.#ring, contact.id);
    if (ring === this.#ring && predecessors.length === this.#predecessors.length) return;
    if (ring !== this.#ring) this.owesPredecessor = true;
    if (ring.successors[0]!.id !== this.successor.id) this.placement.firstSuccessorChanged();
    this.#ring = ring;
    this.#predecessors = predecessors.length === 0 ? [this.self] : predecessors;
    this.#neighboursMoved();
  }

  rectify(notifier: Contact, predecessorDead: boolean): void {
    this.setRing(rectify(this.#ring, notifier, predecessorDead));
  }

  #joinPredecessors(behind: readonly Contact[]): readonly Contact[] {
    const { predecessor } = this.#ring;
    const rest = behind.filter((p) => p.id !== predecessor.id && !this.isDead(p.id));
    const first = this.isDead(predecessor.id) ? [] : [predecessor];
    // What comes from before a new predecessor may start nearer than it: those are skipped, not cut at.
    const from = rest.findIndex((p) => p.id === this.self.id || between(this.self.id, p.id, predecessor.id));
    const list = counterclockwiseList(
      this.self,
      [...first, ...(from < 0 ? [] : rest.slice(from))],
      this.settings.successors,
    );
    return list.length === 0 ? [this.self] : list;
  }

  #neighboursMoved(): void {
    this.fingers.fit(this.#ring);
    this.tell({
      type: 'neighbours-changed',
      predecessor: this.#ring.predecessor,
      successors: this.successors,
    });
    this.pace.hurry();
    this.neighboursChanged.notify();
  }
}

function withoutSelf(list: readonly Contact[], self: Id): readonly Contact[] {
  return list.at(-1)?.id === self ? list.slice(0, -1) : list;
}

/** Compares by how far before the key phones are: nearest first. Without arithmetic, for lookups sort by it. */
export function byDistanceTo(key: Id): (a: Contact, b: Contact) => number {
  return (a, b) => {
    if (a.id === b.id) return 0;
    if (a.id === key) return -1;
    return b.id !== key && between(b.id, a.id, key) ? -1 : 1;
  };
}
