/**
 * Phones that were dropped because they seemed dead or left, and ones from before a restart. They may only have been cut off: after a partition these are the
 * way back to the other half, so they are asked again now and then, those that would be neighbours first.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import { between, type Id } from '../../../shared/core/id.ts';

const CAPACITY = 256;
/** After this many unanswered probes a phone is forgotten: hours, when quiet. */
const MAX_PROBES = 100;

/**
 * `dead`: confirmed. `left`: said so itself, so it is not asked again; it comes back by itself. `remembered`: from an
 * earlier life of this phone, and nothing is known of it since.
 */
export type Fate = 'dead' | 'left' | 'remembered';

interface Grave {
  readonly contact: Contact;
  fate: Fate;
  saidGoodbye: boolean;
  probes: number;
  turn: number;
}

export class Graveyard {
  readonly #graves = new Map<Id, Grave>();
  #turn = 0;

  get size(): number {
    return this.#graves.size;
  }

  /** Whether the phone is off the ring for all this one knows. */
  has(id: Id): boolean {
    const grave = this.#graves.get(id);
    return grave !== undefined && grave.fate !== 'remembered';
  }

  /** Whether the phone was found dead, and never said goodbye, whatever others have said of it since. */
  isSilent(id: Id): boolean {
    const grave = this.#graves.get(id);
    return grave?.fate === 'dead' && !grave.saidGoodbye;
  }

  /** Whether the phone said goodbye, whatever others have said of it since. */
  saidGoodbye(id: Id): boolean {
    return this.#graves.get(id)?.saidGoodbye === true;
  }

  all(): readonly Contact[] {
    return [...this.#graves.values()].map(({ contact }) => contact);
  }

  bury(contact: Contact, fate: Fate): void {
    const saidGoodbye = fate === 'left';
    if (this.has(contact.id)) {
      if (saidGoodbye) this.#graves.get(contact.id)!.saidGoodbye = true;
      return;
    }
    this.#graves.set(contact.id, { contact, fate, saidGoodbye, probes: 0, turn: ++this.#turn });
    if (this.#graves.size <= CAPACITY) return;
    const rank = (grave: Grave): number => (grave.fate === 'left' ? MAX_PROBES : grave.probes);
    const leastUseful = [...this.#graves.values()].reduce((a, b) => (rank(b) > rank(a) ? b : a));
    this.#graves.delete(leastUseful.contact.id);
  }

  /** The phone is back, or gone for good. True when it was here. */
  remove(id: Id): boolean {
    return this.#graves.delete(id);
  }

  /** Somebody spoke of it as alive: ask it soon. True when it is here, and that was news. */
  hint(id: Id): boolean {
    const grave = this.#graves.get(id);
    if (grave === undefined) return false;
    const isNews = grave.turn > 0;
    grave.turn = 0;
    // One that left may have come back since: only an answer of its own tells.
    if (grave.fate === 'left') grave.fate = 'dead';
    return isNews;
  }

  /** Whether somebody spoke of one as alive and it was not asked since. */
  get hasHint(): boolean {
    for (const { turn } of this.#graves.values()) if (turn === 0) return true;
    return false;
  }

  /**
   * The next phone to ask again, counted as asked. Every second time it is the one least recently asked; the other
   * times one that would be the first successor or the predecessor, if it lived: those mend the ring.
   */
  nextToProbe(predecessor: Id, self: Id, successor: Id): Contact | undefined {
    const graves = [...this.#graves.values()].filter(({ fate }) => fate !== 'left');
    const near = graves.filter(({ contact: { id } }) => between(predecessor, id, self) || between(self, id, successor));
    const chosen = leastRecent(this.#turn % 2 === 0 && near.length > 0 ? near : graves);
    if (chosen === undefined) return undefined;
    chosen.turn = ++this.#turn;
    if (++chosen.probes >= MAX_PROBES) this.#graves.delete(chosen.contact.id);
    return chosen.contact;
  }
}

function leastRecent(graves: readonly Grave[]): Grave | undefined {
  return graves.reduce<Grave | undefined>(
    (best, g) => (best === undefined || g.turn < best.turn ? g : best),
    undefined,
  );
}
