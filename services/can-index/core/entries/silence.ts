/** Phones that do not answer about entries: how many rounds of custody in a row, and that nothing is asked of them meanwhile. */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';

export class Silence {
  /** Rounds in a row, up to the last one. */
  #before = new Map<Id, number>();
  /** … with those of this one. */
  #now = new Map<Id, number>();

  /** Some phone was silent in the last round. */
  get wasAny(): boolean {
    return this.#before.size > 0;
  }

  /** The phone was silent in the last round or since. */
  has({ id }: Contact): boolean {
    return this.#before.has(id) || this.#now.has(id);
  }

  /** The phone did not answer; gives its silent rounds. However often it is asked in one, that is one. */
  note({ id }: Contact): number {
    const rounds = (this.#before.get(id) ?? 0) + 1;
    this.#now.set(id, rounds);
    return rounds;
  }

  broken({ id }: Contact): void {
    this.#before.delete(id);
    this.#now.delete(id);
  }

  endRound(): void {
    this.#before = this.#now;
    this.#now = new Map();
  }
}
