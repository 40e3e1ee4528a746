/** Scenarios of the churn lab: what befalls a living network step by step, and how it is whole again afterwards. */
import type { SeededRandom } from '../../shared/core/random.ts';
import type { LabAction } from './lab.ts';
import type { LabCommand } from './lab-command.ts';

export type LabStep =
  | { readonly kind: 'do'; readonly command: LabCommand }
  /** For what is to be seen meanwhile. */
  | { readonly kind: 'wait'; readonly ms: number };

/** What a scenario knows of the network, as it is whenever it looks. */
export interface LabView {
  /** Numbers of the phones that are alive now. */
  alive(): readonly number[];
  readonly random: SeededRandom;
}

export interface LabScenario {
  readonly name: string;
  readonly about: string;
  /** How long it takes, about, for a network of any size. */
  readonly seconds: number;
  readonly actions: readonly LabAction[];
  play(net: LabView): Generator<LabStep, void, void>;
}

/** Fewer phones than this cannot lose one and remain a network. */
const LEAST_PHONES = 3;
const WATCHING_MS = 30_000;
const SLOW_PHONES = { delayMs: [150, 400], jitterMs: 50, loss: 0.01, packetLoss: 0.02 } as const;
const CHURN = { turns: 12, pauseMs: 5_000 };

const wait = (ms: number): LabStep => ({ kind: 'wait', ms });
const perform = (command: LabCommand): LabStep => ({ kind: 'do', command });

export const LAB_SCENARIOS: readonly LabScenario[] = [
  {
    name: 'quarter-dies',
    about: 'A quarter of the phones is killed at once; after half a minute they come back with what they had.',
    seconds: 60,
    actions: ['kill', 'restart'],
    play: (net) => dieAndReturn(net, 0.25),
  },
  {
    name: 'half-dies',
    about: 'Half of the phones are killed at once; after half a minute they come back with what they had.',
    seconds: 60,
    actions: ['kill', 'restart'],
    play: (net) => dieAndReturn(net, 0.5),
  },
  {
    name: 'split-and-heal',
    about: 'The network is cut in two halves for half a minute, then it is one again.',
    seconds: 30,
    actions: ['cut', 'heal'],
    *play(net) {
      yield perform({ command: 'cut', phones: drawn(net, 0.5) });
      yield wait(WATCHING_MS);
      yield perform({ command: 'heal' });
    },
  },
  {
    name: 'bad-reception',
    about: 'A third of the phones have slow, lossy links for half a minute.',
    seconds: 30,
    actions: ['slow', 'heal'],
    *play(net) {
      yield perform({ command: 'slow', phones: drawn(net, 1 / 3), ...SLOW_PHONES });
      yield wait(WATCHING_MS);
      yield perform({ command: 'heal' });
    },
  },
  {
    name: 'churn',
    about: 'For a minute every five seconds a phone is killed or one that was killed comes back; then all come back.',
    seconds: 70,
    actions: ['kill', 'restart'],
    play: churn,
  },
  {
    name: 'rolling-restart',
    about: 'One phone after the other says goodbye and comes back, as for a new version.',
    seconds: 120,
    actions: ['restart'],
    *play(net) {
      for (const n of net.alive()) yield perform({ command: 'restart', n });
    },
  },
];

function* dieAndReturn(net: LabView, share: number): Generator<LabStep, void, void> {
  const dying = drawn(net, share);
  for (const n of dying) yield perform({ command: 'kill', n });
  yield wait(WATCHING_MS);
  for (const n of dying) yield perform({ command: 'restart', n });
}

function* churn(net: LabView): Generator<LabStep, void, void> {
  const gone: number[] = [];
  for (let turn = 0; turn < CHURN.turns; turn++) {
    const alive = net.alive();
    const returns = gone.length > 0 && (net.random.next() < 0.5 || alive.length < 2 * LEAST_PHONES);
    const back = returns ? gone.shift() : undefined;
    if (back !== undefined) {
      yield perform({ command: 'restart', n: back });
    } else if (alive.length > LEAST_PHONES) {
      const n = net.random.pick(alive);
      gone.push(n);
      yield perform({ command: 'kill', n });
    }
    yield wait(CHURN.pauseMs);
  }
  for (const n of gone) yield perform({ command: 'restart', n });
}

/** A part of the living phones, at least one, and never so many that fewer than one remain. */
function drawn({ alive, random }: LabView, share: number): number[] {
  const left = [...alive()];
  const count = Math.min(left.length - 1, Math.max(1, Math.round(left.length * share)));
  const chosen: number[] = [];
  for (let i = 0; i < count; i++) {
    const n = random.pick(left);
    left.splice(left.indexOf(n), 1);
    chosen.push(n);
  }
  return chosen.sort((a, b) => a - b);
}
