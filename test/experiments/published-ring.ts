/**
 * The ring as it was published, under joins and deaths: what figure 12 of the paper measured, as a baseline. Nothing here
 * is the product's code.
 *
 * Source: Stoica et al., SIGCOMM 2001: `find_successor` by fingers alone (figure 5), `stabilize`, `notify` and
 * `fix_fingers` (figure 7), successor lists against lost successors (section 4.5 there, 5.3 of the ToN version); section
 * 6.4 for the set-up of figure 12: a lookup that is passed to a dead node fails, for nobody tries another way. A
 * newcomer fills its fingers when it joins (section 4.4). Messages take no time: only what tables say matters here.
 */
import type { SeededRandom } from '../../services/shared/core/random.ts';
import { Engine } from '../sim/engine/engine.ts';

/** Ids are whole numbers of so many bits. */
const ID_BITS = 32;
const ID_SPACE = 2 ** ID_BITS;
/** Nodes asked at most: a stale table could lead in circles. */
const MOST_HOPS = 500;
/** Gateways that a newcomer tries. */
const JOIN_TRIES = 10;

export interface PublishedOptions {
  readonly seed: number;
  readonly nodes: number;
  /** Length of the successor list. */
  readonly successors: number;
  /** Joins a second, and as many deaths: each a Poisson process. */
  readonly rate: number;
  /** Mean time between two rounds of a node, which is uniform within ± half of it, ms. */
  readonly roundMs: number;
  /** Fingers that a round repairs: all, or one at random as the published `fix_fingers` does. */
  readonly fingersARound: 'all' | 'one';
  readonly lookupEveryMs: number;
  /** Changes go on for so long before the first lookup, ms. */
  readonly warmUpMs: number;
  readonly durationMs: number;
}

export interface PublishedFigures {
  readonly lookups: number;
  /** Passed to a dead node, or on and on. */
  readonly lost: number;
  /** Named a node that is dead or not the key's successor. */
  readonly wrong: number;
  /** Nodes asked, of the lookups that named somebody: mean. */
  readonly path: number;
}

class PublishedNode {
  readonly id: number;
  isAlive = true;
  predecessor: PublishedNode | undefined;
  /** Nearest first; never empty. */
  successors: readonly PublishedNode[];
  /** The i-th is the successor of id + 2^i, as it was when that was looked up. */
  readonly fingers: (PublishedNode | undefined)[] = Array.from({ length: ID_BITS }, () => undefined);

  constructor(id: number) {
    this.id = id;
    this.successors = [this];
  }

  get successor(): PublishedNode {
    return this.successors[0]!;
  }

  /** The node that `find_successor` asks next: the last finger before the key, or the successor. */
  closestPreceding(key: number): PublishedNode {
    for (let i = ID_BITS - 1; i >= 0; i--) {
      const finger = this.fingers[i];
      if (finger !== undefined && isBetween(this.id, finger.id, key)) return finger;
    }
    return this.successor;
  }
}

/** Whether x lies clockwise from a and before c; a whole turn if they are the same. */
function isBetween(a: number, x: number, c: number): boolean {
  return a < c ? a < x && x < c : a < x || x < c;
}

class PublishedRing {
  readonly #options: PublishedOptions;
  readonly #engine: Engine;
  readonly #random: SeededRandom;
  /** The living, by id. */
  readonly #living: PublishedNode[] = [];
  #lookups = 0;
  #lost = 0;
  #wrong = 0;
  #asked = 0;

  constructor(options: PublishedOptions) {
    this.#options = options;
    this.#engine = new Engine(options.seed);
    this.#random = this.#engine.random;
  }

  run(): PublishedFigures {
    const { durationMs, lookupEveryMs, rate, warmUpMs } = this.#options;
    this.#layOut();
    this.#poisson(1000 / rate, () => this.#join());
    this.#poisson(1000 / rate, () => this.#die());
    this.#engine.runFor(warmUpMs);
    this.#poisson(lookupEveryMs, () => this.#lookup());
    this.#engine.runFor(durationMs);
    const named = this.#lookups - this.#lost;
    return { lookups: this.#lookups, lost: this.#lost, wrong: this.#wrong, path: this.#asked / named };
  }

  /** The ideal ring, every finger right. */
  #layOut(): void {
    const ids = new Set<number>();
    while (ids.size < this.#options.nodes) ids.add(this.#random.below(ID_SPACE));
    for (const id of ids) this.#enter(new PublishedNode(id));
    const nodes = this.#living;
    for (const [i, node] of nodes.entries()) {
      node.predecessor = nodes[(i + nodes.length - 1) % nodes.length];
      node.successors = Array.from(
        { length: Math.min(this.#options.successors, nodes.length - 1) },
        (_, k) => nodes[(i + k + 1) % nodes.length]!,
      );
      for (let k = 0; k < ID_BITS; k++) node.fingers[k] = this.#ownerOf((node.id + 2 ** k) % ID_SPACE);
      this.#rounds(node);
    }
  }

  #poisson(meanMs: number, action: () => void): void {
    this.#engine.after(this.#random.exponential(meanMs), () => {
      action();
      this.#poisson(meanMs, action);
    });
  }

  #rounds(node: PublishedNode): void {
    this.#engine.after(this.#options.roundMs * (0.5 + this.#random.next()), () => {
      if (!node.isAlive) return;
      this.#stabilise(node);
      this.#fixFingers(node, this.#options.fingersARound);
      this.#rounds(node);
    });
  }

  #stabilise(node: PublishedNode): void {
    if (node.predecessor?.isAlive === false) node.predecessor = undefined;
    const first = node.successors.findIndex(({ isAlive }) => isAlive);
    if (first < 0) return;
    node.successors = node.successors.slice(first);
    const candidate = node.successor.predecessor;
    if (candidate !== undefined && isBetween(node.id, candidate.id, node.successor.id)) {
      node.successors = [candidate, ...node.successors];
    }
    const { successor } = node;
    if (successor.isAlive) {
      node.successors = [successor, ...successor.successors.filter((entry) => entry !== node)];
      this.#notify(successor, node);
    }
    node.successors = node.successors.slice(0, this.#options.successors);
  }

  #notify(node: PublishedNode, by: PublishedNode): void {
    if (node.predecessor === undefined || isBetween(node.predecessor.id, by.id, node.id)) node.predecessor = by;
  }

  #fixFingers(node: PublishedNode, which: 'all' | 'one'): void {
    if (which === 'one') this.#fixFinger(node, this.#random.below(ID_BITS));
    else for (let i = 0; i < ID_BITS; i++) this.#fixFinger(node, i);
  }

  /** A lookup that fails leaves the finger as it was. */
  #fixFinger(node: PublishedNode, i: number): void {
    node.fingers[i] = this.#find(node, (node.id + 2 ** i) % ID_SPACE).owner ?? node.fingers[i];
  }

  /** `find_successor`: whom the tables name, and how many nodes were asked. No owner if a node asked is dead. */
  #find(from: PublishedNode, key: number): { readonly owner: PublishedNode | undefined; readonly asked: number } {
    let node = from;
    for (let asked = 0; asked < MOST_HOPS; asked++) {
      if (!node.isAlive) return { owner: undefined, asked };
      const { successor } = node;
      if (key === successor.id || isBetween(node.id, key, successor.id)) return { owner: successor, asked };
      node = node.closestPreceding(key);
    }
    return { owner: undefined, asked: MOST_HOPS };
  }

  #join(): void {
    const node = new PublishedNode(this.#random.below(ID_SPACE));
    for (let tries = 0; tries < JOIN_TRIES; tries++) {
      const { owner } = this.#find(this.#random.pick(this.#living), node.id);
      if (owner === undefined || !owner.isAlive || owner.id === node.id) continue;
      node.successors = [owner];
      this.#enter(node);
      this.#stabilise(node);
      this.#fixFingers(node, 'all');
      this.#rounds(node);
      return;
    }
  }

  #die(): void {
    if (this.#living.length < 2) return;
    const [node] = this.#living.splice(this.#random.below(this.#living.length), 1);
    node!.isAlive = false;
  }

  #lookup(): void {
    const key = this.#random.below(ID_SPACE);
    const { owner, asked } = this.#find(this.#random.pick(this.#living), key);
    this.#lookups += 1;
    if (owner === undefined) {
      this.#lost += 1;
      return;
    }
    this.#asked += asked;
    if (owner !== this.#ownerOf(key)) this.#wrong += 1;
  }

  #enter(node: PublishedNode): void {
    this.#living.splice(this.#indexOf(node.id), 0, node);
  }

  #ownerOf(key: number): PublishedNode {
    return this.#living[this.#indexOf(key) % this.#living.length]!;
  }

  #indexOf(key: number): number {
    let low = 0;
    let high = this.#living.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#living[middle]!.id < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Lets the published ring churn and looks keys up in it. The same options give the same figures. */
export function churnPublished(options: PublishedOptions): PublishedFigures {
  return new PublishedRing(options).run();
}
