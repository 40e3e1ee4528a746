/**
 * A network like those of GT-ITM: transit domains in the middle, stub domains at the edge, and phones at random stub
 * nodes. Latencies of links are those of the paper: 50 ms within and between transit domains, 20 ms from a transit node
 * to a stub domain, 1 ms within a stub domain; a message takes the shortest way.
 *
 * Sources: Zegura et al., "How to model an internetwork", INFOCOM 1996; Stoica et al., "Chord", ToN 2003.
 */
import type { SeededRandom } from '../../services/shared/core/random.ts';

const TRANSIT_DOMAINS = 5;
const TRANSIT_NODES = 10;
const STUBS_A_TRANSIT_NODE = 3;
const STUB_NODES = 33;
const TRANSIT_MS = 50;
const UPLINK_MS = 20;
const STUB_MS = 1;
/** Share of the pairs of a domain that a link joins, beside a tree that joins all. */
const TRANSIT_LINKS = 0.4;
const STUB_LINKS = 0.06;

/** Nodes of the whole network: 5,000. */
export const NETWORK_NODES = TRANSIT_DOMAINS * TRANSIT_NODES * (1 + STUBS_A_TRANSIT_NODE * STUB_NODES);

export class TransitStub {
  readonly #transit: Float64Array;
  /** Within each stub domain. */
  readonly #stubs: readonly Float64Array[];
  /** The stub node of each phone, counted through all stub domains. */
  readonly #placeOf: Uint32Array;

  constructor(phones: number, random: SeededRandom) {
    this.#transit = shortestWays(TRANSIT_DOMAINS * TRANSIT_NODES, transitLinks(random), TRANSIT_MS);
    const stubs = TRANSIT_DOMAINS * TRANSIT_NODES * STUBS_A_TRANSIT_NODE;
    this.#stubs = Array.from({ length: stubs }, () =>
      shortestWays(STUB_NODES, domainLinks(0, STUB_NODES, STUB_LINKS, random), STUB_MS),
    );
    this.#placeOf = Uint32Array.from({ length: phones }, () => random.below(stubs * STUB_NODES));
  }

  /** None for two phones at one node. */
  rttMs(a: number, b: number): number {
    const [placeA, placeB] = [this.#placeOf[a]!, this.#placeOf[b]!];
    const [stubA, stubB] = [Math.floor(placeA / STUB_NODES), Math.floor(placeB / STUB_NODES)];
    const [nodeA, nodeB] = [placeA % STUB_NODES, placeB % STUB_NODES];
    if (stubA === stubB) return 2 * this.#stubs[stubA]![nodeA * STUB_NODES + nodeB]!;
    const [transitA, transitB] = [stubA, stubB].map((stub) => Math.floor(stub / STUBS_A_TRANSIT_NODE));
    // Node 0 of a stub domain has its link to the transit node.
    const toGateways = this.#stubs[stubA]![nodeA * STUB_NODES]! + this.#stubs[stubB]![nodeB * STUB_NODES]!;
    const across = this.#transit[transitA! * TRANSIT_DOMAINS * TRANSIT_NODES + transitB!]!;
    return 2 * (toGateways + 2 * UPLINK_MS + across);
  }
}

type Link = readonly [number, number];

function transitLinks(random: SeededRandom): Link[] {
  const links: Link[] = [];
  const nodeOf = (domain: number): number => domain * TRANSIT_NODES + random.below(TRANSIT_NODES);
  for (let domain = 0; domain < TRANSIT_DOMAINS; domain++) {
    links.push(...domainLinks(domain * TRANSIT_NODES, TRANSIT_NODES, TRANSIT_LINKS, random));
    for (let other = 0; other < domain; other++) links.push([nodeOf(domain), nodeOf(other)]);
  }
  return links;
}

/** A random tree that joins all nodes, and each other pair with this probability. */
function domainLinks(first: number, nodes: number, share: number, random: SeededRandom): Link[] {
  const links: Link[] = [];
  for (let node = 1; node < nodes; node++) {
    links.push([first + node, first + random.below(node)]);
    for (let other = 0; other < node; other++) {
      if (random.next() < share) links.push([first + node, first + other]);
    }
  }
  return links;
}

/** Between all pairs (Floyd and Warshall), in ms, row by row. */
function shortestWays(nodes: number, links: readonly Link[], linkMs: number): Float64Array {
  const ways = new Float64Array(nodes * nodes).fill(Number.POSITIVE_INFINITY);
  for (let node = 0; node < nodes; node++) ways[node * nodes + node] = 0;
  for (const [a, b] of links) ways[a * nodes + b] = ways[b * nodes + a] = linkMs;
  for (let through = 0; through < nodes; through++) {
    for (let from = 0; from < nodes; from++) {
      for (let to = 0; to < nodes; to++) {
        const detour = ways[from * nodes + through]! + ways[through * nodes + to]!;
        if (detour < ways[from * nodes + to]!) ways[from * nodes + to] = detour;
      }
    }
  }
  return ways;
}
