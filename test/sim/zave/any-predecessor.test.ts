/** Lists with any candidate, and any predecessors with any lists, cover what the exact protocol can reach and do. */
import { describe, expect, it } from 'vitest';
import { anyCandidateProtocol } from './any-candidate.ts';
import { AnyPredecessor } from './any-predecessor.ts';
import { BREAKAGES } from './breakages.ts';
import { explore } from './explore.ts';
import { ringsOfOne, ringsOfPrincipals } from './initial.ts';
import { correctedProtocol, happeningsOf, type Protocol, type RingOperations } from './model.ts';
import { Network, type NetworkOptions } from './network.ts';
import { StateCode } from './state-code.ts';

const LIMIT = 1_000_000;
const ZAVE = { r: 2, leastPrincipals: 3, initial: ringsOfPrincipals };
const SMALL = { r: 2, leastPrincipals: 1, initial: ringsOfOne };

/** What any predecessors violate in any lists, and how many states of lists there are. */
function search(start: typeof ZAVE & { readonly size: number }, operations?: RingOperations) {
  const any = new AnyPredecessor(correctedProtocol(operations));
  const violated = new Set<string>();
  const onState = (network: Network): void => {
    for (const fault of any.faultsOf(network)) violated.add(fault);
  };
  const protocol = anyCandidateProtocol(operations);
  const { states, violations } = explore({ ...start, protocol, limit: LIMIT, checkProgress: false, onState });
  for (const { invariant } of violations) violated.add(invariant);
  return { states, violated: [...violated].sort() };
}

describe('all lists that can be reached, with any predecessors', () => {
  it.each([
    ['from r + 1 principals, over 5 ids', { ...ZAVE, size: 5 }, 872],
    ['from r + 1 principals, over 6 ids', { ...ZAVE, size: 6 }, 18_538],
    ['from a phone alone, over 4 ids', { ...SMALL, size: 4 }, 1142],
  ])('%s, keep all invariants and progress', (_, start, states) => {
    expect(search(start)).toEqual({ states, violated: [] });
  });

  it.each([
    ["the successor's list is never copied", 'P3'],
    ['lists stop at r - 1', 'P3'],
    ['a successor that died stays', 'P3'],
    ['a dead predecessor is not replaced', 'P3'],
    ['a nearer predecessor is adopted only once the old one died', 'P3'],
    ['whoever notifies becomes the predecessor', 'T2'],
    ['a dead predecessor is emptied', 'L2'],
    ['ids are compared as if the ring had an end', 'P3'],
  ])('show that something is wrong when %s', (name, invariant) => {
    const { operations } = BREAKAGES.find((breakage) => breakage.name === name)!;
    expect(search({ ...ZAVE, size: 5 }, operations).violated).toContain(invariant);
  });
});

describe('whatever happens in the exact protocol', () => {
  it.each([
    ['rings of r + 1 principals, over 4 ids', { ...ZAVE, size: 4 }],
    ['rings of any size, over 3 ids', { ...SMALL, size: 3 }],
  ])('leaves the lists alone or can happen to lists with any candidate (%s)', (_, start) => {
    const exact = correctedProtocol();
    const next = new NextLists(start, anyCandidateProtocol());
    let changes = 0;
    const onState = (network: Network): void => {
      const here = new StateCode(network);
      const codes = new Uint16Array(start.size);
      here.encode(codes, 0);
      const before = listsOf(network);
      const reachable = next.from(network);
      for (const { action, at, choice } of happeningsOf(exact, network)) {
        if (!exact.actions[action]!.perform(network, at, choice)) continue;
        const after = listsOf(network);
        here.decode(codes, 0);
        if (after === before) continue;
        changes += 1;
        if (!reachable.has(after)) expect.fail(`${before} became ${after}`);
      }
    };
    explore({ ...start, protocol: exact, limit: LIMIT, checkProgress: false, onState });
    expect(changes).toBeGreaterThan(500);
  });
});

/** The lists that one happening of a protocol can make of given ones; remembered, for many states share their lists. */
class NextLists {
  readonly #network: Network;
  readonly #protocol: Protocol;
  readonly #known = new Map<string, ReadonlySet<string>>();

  constructor(options: NetworkOptions, protocol: Protocol) {
    this.#network = new Network(options);
    this.#protocol = protocol;
  }

  from({ states }: Network): ReadonlySet<string> {
    const bare = states.map((state) => state && { ...state, predecessor: state.self });
    const reset = (): void => {
      this.#network.clear();
      for (const [at, state] of bare.entries()) this.#network.set(at, state);
    };
    reset();
    const name = listsOf(this.#network);
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const reached = new Set<string>();
    for (const { action, at, choice } of happeningsOf(this.#protocol, this.#network)) {
      if (!this.#protocol.actions[action]!.perform(this.#network, at, choice)) continue;
      reached.add(listsOf(this.#network));
      reset();
    }
    this.#known.set(name, reached);
    return reached;
  }
}

function listsOf(network: Network): string {
  return network.lists.join(' ');
}
