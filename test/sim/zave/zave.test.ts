import { describe, expect, it } from 'vitest';
import { anyCandidateProtocol } from './any-candidate.ts';
import { asynchronousProtocol } from './asynchronous.ts';
import { BREAKAGES } from './breakages.ts';
import { searchPublished, tryBreakage, walkPublished } from './controls.ts';
import { type Exploration, explore } from './explore.ts';
import { failingOneByOne } from './failing-one-by-one.ts';
import { checkImplied, checkInduction } from './induction.ts';
import { ringsOfOne, ringsOfPrincipals } from './initial.ts';
import { failMany } from './mass-failure.ts';
import { correctedProtocol, happeningsOf, type Protocol } from './model.ts';
import { FULL_RULE } from './naming.ts';
import { Network } from './network.ts';
import { roundsToIdeal } from './progress.ts';
import { PUBLISHED_2001 } from './published-2001.ts';
import { rotateToLeast, StateCode } from './state-code.ts';
import { walk } from './walk.ts';

const OURS = correctedProtocol();
const ZAVE = { initial: ringsOfPrincipals, r: 2, leastPrincipals: 3 };
const SMALL = { initial: ringsOfOne, r: 2, leastPrincipals: 1 };
const LIMIT = 1_000_000;

function search(exploration: Pick<Exploration, 'initial' | 'r' | 'leastPrincipals' | 'size' | 'protocol'>) {
  const checkProgress = exploration.protocol.hasPredecessors;
  const { complete, states, violations } = explore({ ...exploration, limit: LIMIT, checkProgress });
  return { complete, states, violations };
}

describe('every state that can be reached', () => {
  it.each([
    ['from r + 1 principals, over 4 ids', { ...ZAVE, size: 4, protocol: OURS }, 941],
    ['from a phone alone, over 3 ids', { ...SMALL, size: 3, protocol: OURS }, 2442],
    [
      'from r + 1 principals, any candidate, over 6 ids',
      { ...ZAVE, size: 6, protocol: anyCandidateProtocol() },
      18_538,
    ],
    ['from a phone alone, any candidate, over 5 ids', { ...SMALL, size: 5, protocol: anyCandidateProtocol() }, 38_023],
  ])('%s, keeps all invariants', (_, exploration, states) => {
    expect(search(exploration)).toEqual({ complete: true, states, violations: [] });
  });

  it('is reached with any candidate too, as far as lists go', () => {
    for (const [start, size] of [[ZAVE, 4] as const, [SMALL, 3] as const]) {
      const exact = listsReached({ ...start, size, protocol: OURS });
      const wider = listsReached({ ...start, size, protocol: anyCandidateProtocol() });
      expect(exact.size).toBeGreaterThan(10);
      expect([...exact].filter((lists) => !wider.has(lists))).toEqual([]);
    }
  });

  it.each([
    ['r + 1 principals', { ...ZAVE, size: 4 }],
    ['a phone alone', { ...SMALL, size: 3 }],
  ])('becomes ideal once the faults cease, within 2r rounds (from %s)', (_, start) => {
    const healing = new Network(start);
    const code = new StateCode(healing);
    const onState = (network: Network): void => {
      code.decode(encoded(new StateCode(network), start.size), 0);
      const rounds = roundsToIdeal(OURS, healing, 2 * start.r);
      if (rounds === undefined) expect.fail(`not ideal after ${2 * start.r} rounds:\n${network.toText()}`);
    };
    explore({ ...start, protocol: OURS, limit: LIMIT, checkProgress: false, onState });
  });

  it('stays the same state however the ring is rotated', () => {
    const size = 4;
    const rotated = new Network({ ...ZAVE, size });
    const codeOfRotated = new StateCode(rotated);
    const onState = (network: Network): void => {
      const code = new StateCode(network);
      const codes = encoded(code, size);
      for (const { action, at, choice } of happeningsOf(OURS, network)) {
        const { chooses, perform } = OURS.actions[action]!;
        codeOfRotated.decode(rotatedByOne(codes), 0);
        const choiceThere = chooses === 'position' ? (choice + 1) % size : choice;
        expect(perform(rotated, (at + 1) % size, choiceThere)).toBe(perform(network, at, choice));
        expect(encoded(codeOfRotated, size)).toEqual(rotatedByOne(encoded(code, size)));
        code.decode(codes, 0);
      }
    };
    explore({ ...ZAVE, size, protocol: OURS, limit: LIMIT, checkProgress: false, onState });
  });
});

describe('any state that satisfies I1 and I2', () => {
  it.each([
    [2, 7],
    [3, 10],
    [3, 12],
    [4, 14],
  ])('still does after anything that can happen, r = %i, %i ids', (r, size) => {
    const report = checkInduction({ protocol: OURS, r, size, seed: 1610, states: 4000 });
    expect(report.violation).toBeUndefined();
    expect(report.withAppendages).toBeGreaterThan(1000);
  });

  it('satisfies D1 to D7, whatever the lists', () => {
    expect(checkImplied({ size: 4, r: 2, leastPrincipals: 3 })).toEqual({
      states: 83_521,
      inductive: 29,
      violating: 0,
    });
    expect(checkImplied({ size: 4, r: 1, leastPrincipals: 2 }).violating).toBe(0);
  });
});

const LARGE_WALK = { size: 80, r: 4, leastPrincipals: 5, population: 50, steps: 200_000, legSteps: 20_000 };
const SMALL_WALK = { size: 12, r: 4, leastPrincipals: 1, population: 10, steps: 200_000, legSteps: 2000 };

describe('random walks', () => {
  it.each([
    ['rings of fifty', { ...LARGE_WALK, protocol: OURS }],
    ['rings of any size', { ...SMALL_WALK, protocol: OURS }],
    ['rings of fifty, messages delayed and lost', { ...LARGE_WALK, protocol: asynchronousProtocol() }],
    ['rings of any size, messages delayed and lost', { ...SMALL_WALK, protocol: asynchronousProtocol() }],
  ])('%s: keep all invariants, and end in the ideal ring', (_, options) => {
    for (const seed of [1, 2]) {
      const report = walk({ ...options, seed });
      expect(report.violation).toBeUndefined();
      expect(report.steps).toBe(options.steps);
      expect(report.fewestPrincipals).toBe(options.leastPrincipals);
      expect(Math.min(...Object.values(report.happened))).toBeGreaterThan(1000);
    }
  });

  it.each([
    [2, 6],
    [3, 16],
    [5, 12],
  ])('of rings of any size with lists of %i, up to %i members: the same', (r, population) => {
    const options = { size: 20, r, leastPrincipals: 1, population, steps: 40_000, legSteps: 1000 };
    expect(walk({ ...options, protocol: OURS, seed: r }).violation).toBeUndefined();
  });

  it('are the same for the same seed', () => {
    const run = (seed: number) => ({ ...walk({ ...SMALL_WALK, protocol: OURS, steps: 20_000, seed }), seconds: 0 });
    expect(run(7)).toEqual(run(7));
    expect(run(7)).not.toEqual(run(8));
  });
});

const NAMING_WALK = {
  size: 80,
  r: 4,
  leastPrincipals: 5,
  population: 50,
  startsWith: 12,
  legSteps: 500,
  seed: 1,
  steps: 200_000,
  naming: true,
} as const;

describe('who may be named as owner', () => {
  it.each([correctedProtocol(), asynchronousProtocol()])('is the owner among those placed (N): $name', (protocol) => {
    const report = walk({ ...NAMING_WALK, protocol: failingOneByOne(protocol) });
    expect(report.violation).toBeUndefined();
    expect(report.steps).toBe(NAMING_WALK.steps);
  });
});

describe('half of all members fail at once', () => {
  it.each([
    [2, 20],
    [3, 64],
    [4, 50],
    [8, 20],
    [8, 100],
  ])('and the ring is ideal after 3r rounds at most, r = %i, %i members', (r, members) => {
    for (let seed = 0; seed < 40; seed++) {
      const { failed, rounds } = failMany({ protocol: OURS, r, members, share: 0.5, seed }, 3 * r);
      expect(rounds).toBeDefined();
      expect(failed).toBeGreaterThan(members / 4);
    }
  });
});

describe('negative controls', () => {
  it.each(BREAKAGES.map((breakage) => [breakage.name, breakage] as const))('our operations, but %s', (_, breakage) => {
    const report = tryBreakage(breakage);
    expect(report.violated).not.toEqual([]);
    expect(report.trace).toContain('·');
  });

  it.each(Object.keys(FULL_RULE))('the rule of who may be named as owner, without its part %s', (part) => {
    const namingRule = { ...FULL_RULE, [part]: false };
    const report = walk({ ...NAMING_WALK, protocol: failingOneByOne(OURS), namingRule });
    expect(report.violation?.invariant).toBe('N');
  });

  it('are enough breakages', () => {
    expect(BREAKAGES.length).toBeGreaterThanOrEqual(6);
  });

  it('the operations of 2001, searched: at least four kinds of violation, also of rings of r + 1 principals', () => {
    expect(searchPublished(100_000, 3).violated).toEqual(expect.arrayContaining(['I1', 'D1', 'D4', 'D7', 'T3', 'L2']));
    expect(searchPublished(30_000, 1).violated).toEqual(expect.arrayContaining(['I1', 'D4', 'D5', 'D6', 'T3']));
  });

  it('the operations of 2001, in random walks', () => {
    expect(walkPublished(1).violated).toEqual(expect.arrayContaining(['I1', 'D4', 'T3', 'L2', 'H']));
  });

  it('are shrunk to what is needed', () => {
    const protocol: Protocol = { ...PUBLISHED_2001, exempt: ['L2', 'T3'] };
    const options = { size: 20, r: 2, leastPrincipals: 3, population: 15, steps: 100_000, legSteps: 1000, seed: 1 };
    const { violation } = walk({ ...options, protocol });
    expect(violation).toMatchObject({ invariant: 'I1', happenings: 8 });
    expect(violation!.trace).toMatch(/^the ideal ring of [\d ]+\n(· .+\n){8}0: predecessor/);
  });
});

/** The lists of every state reached, in the least of their rotations. */
function listsReached(exploration: Parameters<typeof search>[0]): Set<string> {
  const reached = new Set<string>();
  const plain = new Network({ ...exploration });
  const code = new StateCode(plain);
  const onState = (network: Network): void => {
    for (const [at, state] of network.states.entries()) {
      plain.set(at, state && { ...state, predecessor: state.self });
    }
    const codes = encoded(code, network.size);
    rotateToLeast(codes);
    reached.add(codes.join(' '));
  };
  explore({ ...exploration, limit: LIMIT, checkProgress: false, onState });
  return reached;
}

function encoded(code: StateCode, size: number): Uint16Array {
  const codes = new Uint16Array(size);
  code.encode(codes, 0);
  return codes;
}

function rotatedByOne(codes: Uint16Array): Uint16Array {
  return Uint16Array.from(codes, (_, i) => codes[(i + codes.length - 1) % codes.length]!);
}
