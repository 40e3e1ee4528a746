/**
 * Who may be named as owner, on top of the ring operations (docs/decisions/joins-wait-for-both-neighbours.md): a member
 * names its first successor only once it is placed and while that one agrees. Then N holds: no placed member lies between
 * a member and the successor that it names, so what a placed member owns is never said to be another's.
 */
import { isBetween, NONE } from './positions.ts';

/** What the rule reads of a network. */
export interface NamedNetwork {
  readonly size: number;
  readonly predecessors: Int16Array;
  isMember(position: number): boolean;
  entry(position: number, k: number): number;
}

/** The parts of the rule; a negative control leaves one out. */
export interface NamingRule {
  /** Only a predecessor that is placed itself completes a join. */
  readonly byPlacedPredecessor: boolean;
  /** Only placed members name their successors. */
  readonly whenPlaced: boolean;
  /** A newcomer is not placed while it does not know who was next before it, nor anybody nearer. */
  readonly skipsNobody: boolean;
}

export const FULL_RULE: NamingRule = {
  byPlacedPredecessor: true,
  whenPlaced: true,
  skipsNobody: true,
};

export class Naming {
  readonly #network: NamedNetwork;
  readonly #rule: NamingRule;
  readonly #placed: Uint8Array;
  /** The first successor that said that it takes the member for its predecessor. */
  readonly #agreed: Int16Array;

  /** The placed phone that the member last took to be next. */
  readonly #boundary: Int16Array;

  constructor(network: NamedNetwork, rule: NamingRule) {
    this.#network = network;
    this.#rule = rule;
    this.#placed = new Uint8Array(network.size);
    this.#agreed = new Int16Array(network.size).fill(NONE);
    this.#boundary = new Int16Array(network.size).fill(NONE);
  }

  /** As in a ring that is long ideal: all are placed, and neighbours agree. */
  settle(): void {
    for (let at = 0; at < this.#network.size; at++) {
      this.#placed[at] = Number(this.#network.isMember(at));
      this.#agreed[at] = this.#network.isMember(at) ? this.#network.entry(at, 0) : NONE;
      this.#boundary[at] = this.#agreed[at]!;
    }
  }

  isPlaced(at: number): boolean {
    return this.#placed[at] === 1;
  }

  /** The position became a member, or ceased to be one. */
  membershipChanged(at: number): void {
    this.#placed[at] = 0;
    this.#agreed[at] = NONE;
    this.#boundary[at] = NONE;
  }

  firstSuccessorChanged(at: number): void {
    this.#agreed[at] = NONE;
  }

  /** A successor said who its predecessor is. */
  heardSuccessor(at: number, successor: number, itsPredecessor: number): void {
    if (this.#network.entry(at, 0) !== successor) return;
    this.#agreed[at] = itsPredecessor === at ? successor : NONE;
    if (itsPredecessor === at && this.isPlaced(successor)) this.#boundary[at] = successor;
  }

  /** A member was notified by what is now its predecessor. */
  heardPredecessor(at: number, predecessor: number): void {
    const isPredecessorPlaced = !this.#rule.byPlacedPredecessor || this.isPlaced(predecessor);
    if (this.#network.predecessors[at] !== predecessor || !isPredecessorPlaced) return;
    if (this.#agreed[at] === this.#network.entry(at, 0) && this.#skipsNobody(at, predecessor)) this.#placed[at] = 1;
  }

  /** N. */
  get isRight(): boolean {
    const network = this.#network;
    for (let at = 0; at < network.size; at++) {
      if (!network.isMember(at) || !this.#namesSuccessor(at)) continue;
      const successor = network.entry(at, 0);
      if (successor === NONE) continue;
      for (let p = (at + 1) % network.size; isBetween(at, p, successor); p = (p + 1) % network.size) {
        if (this.isPlaced(p)) return false;
      }
    }
    return true;
  }

  get allPlaced(): boolean {
    for (let at = 0; at < this.#network.size; at++) if (this.#network.isMember(at) && !this.isPlaced(at)) return false;
    return true;
  }

  #skipsNobody(at: number, predecessor: number): boolean {
    const boundary = this.#boundary[predecessor]!;
    if (!this.#rule.skipsNobody) return true;
    if (boundary === NONE || boundary === at || !this.#network.isMember(boundary)) return true;
    const next = this.#network.entry(at, 0);
    return next === boundary || isBetween(at, next, boundary);
  }

  #namesSuccessor(at: number): boolean {
    if (this.#rule.whenPlaced && !this.isPlaced(at)) return false;
    return this.#agreed[at] === this.#network.entry(at, 0);
  }
}
