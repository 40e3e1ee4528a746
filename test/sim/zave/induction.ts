/**
 * I ∧ operation ⇒ I′: states that satisfy the inductive invariant are made up, whether any ring could reach them
 * or not, and everything that can happen in them is done. Zave's assertions, for more ids than a search can take.
 */
import { SeededRandom } from '../../../services/shared/core/random.ts';
import { cpuSeconds } from './cpu-time.ts';
import { Analysis, inductiveInvariantHolds, violatedIn } from './invariants.ts';
import { faultsOfProgress, Judge } from './judge.ts';
import { describe, happeningsOf, type Protocol } from './model.ts';
import { IDLE, Network, type NetworkOptions, NONE, NOTIFYING, QUERYING, type Step } from './network.ts';

export interface Induction {
  readonly protocol: Protocol;
  readonly size: number;
  readonly r: number;
  readonly seed: number;
  /** States to make up. */
  readonly states: number;
}

export interface InductionReport {
  readonly states: number;
  readonly transitions: number;
  /** States made up that are no ideal rings and have members off the ring. */
  readonly withAppendages: number;
  readonly violation: { readonly invariant: string; readonly trace: string } | undefined;
  /** CPU time. */
  readonly seconds: number;
}

export function checkInduction({ protocol, size, r, seed, states }: Induction): InductionReport {
  const started = cpuSeconds();
  const random = new SeededRandom(seed);
  const network = new Network({ size, r, leastPrincipals: r + 1 });
  const judge = new Judge(network, protocol);
  const report = { states: 0, transitions: 0, withAppendages: 0 };
  let violation: InductionReport['violation'];
  while (report.states < states && violation === undefined) {
    if (!makeState(network, random)) continue;
    judge.begin();
    report.states += 1;
    if (judge.analysis.ringMemberCount < network.memberCount) report.withAppendages += 1;
    const [implied] = violatedIn(network, judge.analysis);
    if (implied !== undefined) violation = { invariant: implied, trace: network.toText() };
    else violation = tryEverything(protocol, network, judge, () => (report.transitions += 1));
  }
  return { ...report, violation, seconds: cpuSeconds() - started };
}

function tryEverything(
  protocol: Protocol,
  network: Network,
  judge: Judge,
  onTransition: () => void,
): InductionReport['violation'] {
  const restore = saved(network);
  const [stuck] = faultsOfProgress(protocol, network, restore);
  if (stuck !== undefined) return { invariant: stuck, trace: network.toText() };
  judge.begin();
  for (const happening of happeningsOf(protocol, network)) {
    if (!protocol.actions[happening.action]!.perform(network, happening.at, happening.choice)) continue;
    onTransition();
    const [invariant] = judge.faultsOfStep();
    const after = invariant === undefined ? '' : network.toText();
    restore();
    if (invariant === undefined) continue;
    const sentence = describe(protocol, network, happening);
    return { invariant, trace: `${network.toText()}\n· ${sentence}\n${after}` };
  }
  return undefined;
}

/** What sets the network back to how it is now. */
function saved(network: Network): () => void {
  const states = [...network.states];
  const steps = network.steps.slice();
  const targets = network.targets.slice();
  return () => {
    for (let position = 0; position < network.size; position++) {
      network.set(position, states[position]);
      network.setStep(position, steps[position] as Step, targets[position]!);
    }
  };
}

/**
 * Makes up a state: r + 1 principals or more, any other members, and for each of them any list that skips no
 * principal, full or short, any predecessor, and anything begun. False if a list came out without a live entry.
 */
export function makeState(network: Network, random: SeededRandom): boolean {
  const { contacts, r, size } = network;
  network.clear();
  const positions = random.shuffle(contacts.map((_, position) => position));
  const principalCount = r + 1 + random.below(Math.max(1, Math.floor(size / 2) - r));
  const memberCount = principalCount + random.below(size - principalCount + 1);
  const isPrincipal = new Set(positions.slice(0, principalCount));
  const isMember = new Set(positions.slice(0, memberCount));
  const allIdle = random.below(2) === 0;
  for (const at of isMember) {
    const list = makeList(at, isPrincipal, random, size, r);
    if (!list.some((entry) => isMember.has(entry))) return false;
    const successors = list.map((entry) => contacts[entry]!);
    const predecessor = contacts[(at + 1 + random.below(size - 1)) % size]!;
    network.set(at, { self: contacts[at]!, predecessor, successors });
    const step = allIdle ? IDLE : random.pick([IDLE, QUERYING, NOTIFYING] as const);
    network.setStep(at, step, step === IDLE ? NONE : (at + 1 + random.below(size - 1)) % size);
  }
  return true;
}

function makeList(
  at: number,
  isPrincipal: ReadonlySet<number>,
  random: SeededRandom,
  size: number,
  r: number,
): number[] {
  const length = random.below(4) === 0 ? 1 + random.below(r) : r;
  const keep = random.next();
  const list: number[] = [];
  for (let offset = 1; offset < size && list.length < length; offset++) {
    const position = (at + offset) % size;
    if (isPrincipal.has(position) || random.next() < keep) list.push(position);
  }
  return list;
}

/**
 * Goes through every assignment of lists of r entries, in any order and with any duplicates, to any members of a small
 * id space, and counts the states that satisfy I and, among those, the ones that violate D1 to D7.
 */
export function checkImplied(options: NetworkOptions): { states: number; inductive: number; violating: number } {
  const network = new Network(options);
  const analysis = new Analysis(options.size);
  const counts = { states: 0, inductive: 0, violating: 0 };
  const lists = everyList(options.size, options.r);
  const assign = (position: number): void => {
    if (position === options.size) {
      counts.states += 1;
      if (!inductiveInvariantHolds(network, analysis.of(network))) return;
      counts.inductive += 1;
      if (violatedIn(network, analysis).length > 0) counts.violating += 1;
      return;
    }
    network.set(position, undefined);
    assign(position + 1);
    const self = network.contacts[position]!;
    for (const list of lists) {
      network.set(position, { self, predecessor: self, successors: list.map((entry) => network.contacts[entry]!) });
      assign(position + 1);
    }
  };
  assign(0);
  return counts;
}

function everyList(size: number, r: number): number[][] {
  let lists: number[][] = [[]];
  for (let k = 0; k < r; k++) {
    lists = lists.flatMap((list) => Array.from({ length: size }, (_, entry) => [...list, entry]));
  }
  return lists;
}
