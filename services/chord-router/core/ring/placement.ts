/**
 * When a join is complete, and whom a phone may name as owner: docs/decisions/joins-wait-for-both-neighbours.md. A phone is
 * placed once its successor takes it for its predecessor and its predecessor for its first successor. From then on no
 * lookup that begins names another phone as owner of what this one owns.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import { Signal } from '../../../shared/core/effect.ts';
import { between, type Id } from '../../../shared/core/id.ts';
import type { RingState } from './ring.ts';

export interface PlacementParts {
  readonly ring: () => RingState;
  readonly isDead: (id: Id) => boolean;
}

export class Placement {
  /** Notified when this phone has become placed. */
  readonly completed = new Signal();
  readonly #parts: PlacementParts;
  #isPlaced = false;
  /** The first successor, once it has said that this phone is its predecessor. */
  #agreed: Id | undefined;
  /** The placed phone that this one last took to be next on the ring. */
  #boundary: Id | undefined;

  constructor(parts: PlacementParts) {
    this.#parts = parts;
  }

  get isPlaced(): boolean {
    return this.#isPlaced;
  }

  /**
   * Whether this phone may name its first successor as owner of what lies between them: that one takes this phone for
   * its predecessor, and this phone is placed. Before that, somebody who has joined may stand between.
   */
  get mayNameSuccessor(): boolean {
    return this.#isPlaced && this.#agreesWithSuccessor;
  }

  /**
   * Whether this phone's word places its first successor, whose own successor is given. Not while that one does not know
   * the phone that was next before it, nor anybody nearer: it would then name another as owner of what that one owns.
   */
  mayPlaceSuccessor(itsSuccessor: Contact | undefined): boolean {
    const boundary = this.#boundary;
    const successor = this.#successor;
    if (!this.#isPlaced) return false;
    if (boundary === undefined || boundary === successor || this.#parts.isDead(boundary)) return true;
    return (
      itsSuccessor?.id === boundary || (itsSuccessor !== undefined && between(successor, itsSuccessor.id, boundary))
    );
  }

  /** The first successor told who its predecessor is, and whether it is placed. */
  heardSuccessor(successor: Contact, itsPredecessor: Id, itIsPlaced: boolean): void {
    if (successor.id !== this.#successor) return;
    const agrees = itsPredecessor === this.#parts.ring().self.id;
    this.#agreed = agrees ? successor.id : undefined;
    if (agrees && itIsPlaced) this.#boundary = successor.id;
  }

  /**
   * A phone told that this one is its first successor, and whether its word places it. It counts only when the successor
   * has agreed before, so that both know of this phone at once.
   */
  heardPredecessor(predecessor: Contact, places: boolean): void {
    const { ring } = this.#parts;
    if (places && predecessor.id === ring().predecessor.id && this.#agreesWithSuccessor) this.complete();
  }

  firstSuccessorChanged(): void {
    this.#agreed = undefined;
  }

  /** Counts as placed from now on: for a phone that begins a ring, or has waited for its neighbours long enough. */
  complete(): void {
    if (this.#isPlaced) return;
    this.#isPlaced = true;
    this.completed.notify();
  }

  get #successor(): Id {
    return this.#parts.ring().successors[0]!.id;
  }

  get #agreesWithSuccessor(): boolean {
    return this.#agreed === this.#successor;
  }
}
