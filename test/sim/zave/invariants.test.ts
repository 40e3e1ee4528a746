import { describe, expect, it } from 'vitest';
import { Analysis, inductiveInvariantHolds, violatedIn } from './invariants.ts';
import { fillIdeal, Network } from './network.ts';
import { effectiveMembers, isIdeal } from './progress.ts';

interface Rings {
  readonly size?: number;
  readonly r?: number;
  readonly leastPrincipals?: number;
}

/** A network whose members have these lists; predecessors are whoever comes first. */
function networkOf(lists: Readonly<Record<number, readonly number[]>>, options: Rings = {}): Network {
  const { r = 2, size = 8 } = options;
  const network = new Network({ size, r, leastPrincipals: options.leastPrincipals ?? r + 1 });
  for (const [key, entries] of Object.entries(lists)) {
    const at = Number(key);
    const successors = entries.map((entry) => network.contacts[entry]!);
    network.set(at, { self: network.contacts[at]!, predecessor: network.contacts[(at + 1) % size]!, successors });
  }
  return network;
}

function violated(network: Network): string[] {
  return violatedIn(network, new Analysis(network.size).of(network));
}

function principalsOf(network: Network): number[] {
  const { principal } = new Analysis(network.size).of(network);
  return network.contacts.map((_, position) => position).filter((position) => principal[position] === 1);
}

describe('principals', () => {
  it('are the members that no list skips, also across the end of the id space', () => {
    expect(principalsOf(networkOf({ 1: [3, 5], 3: [5, 7], 5: [7, 1], 7: [1, 3] }))).toEqual([1, 3, 5, 7]);
    expect(principalsOf(networkOf({ 1: [3, 5], 3: [5, 7], 5: [1, 3], 7: [1, 3] }))).toEqual([1, 3, 5]);
    expect(principalsOf(networkOf({ 1: [5, 7], 3: [5, 7], 5: [7, 1], 7: [1, 5] }))).toEqual([1, 5, 7]);
  });

  it('are only the phone alone as long as it does not know of the others', () => {
    expect(principalsOf(networkOf({ 2: [2], 4: [2] }, { leastPrincipals: 1 }))).toEqual([2]);
    expect(principalsOf(networkOf({ 2: [4, 2], 4: [2] }, { leastPrincipals: 1 }))).toEqual([2, 4]);
  });
});

describe('each invariant is violated by some state', () => {
  it.each([
    ['I1', { 1: [2, 4], 3: [5, 7], 5: [7, 1], 7: [1, 3] }],
    ['I2', { 1: [3, 5], 3: [5, 1], 5: [3, 1] }],
    ['D1', { 1: [3], 3: [4] }],
    ['D2', { 1: [3, 2], 3: [1, 2], 5: [7, 2], 7: [5, 2] }],
    ['D3', { 1: [5, 7], 5: [3, 7], 3: [7, 1], 7: [1, 5] }],
    ['D4', { 1: [3, 5], 3: [5, 1], 5: [1, 3], 6: [0, 4] }],
    ['D5', { 1: [5, 3], 3: [5, 1], 5: [1, 3] }],
    ['D6', { 1: [3, 1], 3: [5, 1], 5: [1, 3] }],
    ['D6', { 1: [3, 3], 3: [5, 1], 5: [1, 3] }],
    ['D7', { 1: [3], 3: [4] }],
    ['L1', { 1: [3, 5, 7], 3: [5, 7], 5: [7, 1], 7: [1, 3] }],
  ])('%s', (name, lists) => {
    expect(violated(networkOf(lists))).toContain(name);
  });

  it('and none by an ideal ring', () => {
    const network = new Network({ size: 9, r: 3, leastPrincipals: 4 });
    fillIdeal(network, [0, 2, 3, 6, 8]);
    expect(violated(network)).toEqual([]);
    expect(isIdeal(network)).toBe(true);
    expect(effectiveMembers(network)).toEqual([]);
  });

  it('nor by smaller rings whose lists close, if rings may be small', () => {
    const network = new Network({ size: 9, r: 3, leastPrincipals: 1 });
    for (const members of [[4], [1, 4], [1, 4, 7]]) {
      fillIdeal(network, members);
      expect(violated(network)).toEqual([]);
      expect(isIdeal(network)).toBe(true);
    }
  });
});

describe('what answers on their way will make', () => {
  it('counts when it comes to who is a principal', () => {
    const network = networkOf({ 1: [3, 5], 3: [5, 7], 5: [7, 1], 7: [1, 3] });
    network.setAnswer(
      1,
      network.states[5],
      [5, 7].map((entry) => network.contacts[entry]!),
    );
    expect(principalsOf(network)).toEqual([1, 5, 7]);
    network.setAnswer(1, undefined, []);
    expect(principalsOf(network)).toEqual([1, 3, 5, 7]);
  });
});

describe('progress', () => {
  it('is possible where a successor died, a list is old, a candidate lies between or a predecessor is not known', () => {
    const network = new Network({ size: 8, r: 2, leastPrincipals: 3 });
    fillIdeal(network, [0, 2, 4, 6]);
    const alter = (at: number, predecessor: number, successors: readonly number[]): void =>
      network.set(at, {
        self: network.contacts[at]!,
        predecessor: network.contacts[predecessor]!,
        successors: successors.map((entry) => network.contacts[entry]!),
      });
    alter(0, 6, [1, 2]);
    expect(effectiveMembers(network)).toContain(0);
    alter(0, 6, [2, 3]);
    expect(effectiveMembers(network)).toEqual([0]);
    alter(0, 6, [4, 6]);
    expect(effectiveMembers(network)).toEqual([0, 6]);
    alter(0, 6, [2, 4]);
    alter(2, 4, [4, 6]);
    expect(effectiveMembers(network)).toEqual([0]);
    expect(inductiveInvariantHolds(network, new Analysis(8).of(network))).toBe(true);
  });
});
