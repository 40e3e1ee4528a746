/** Registration by broadcast and login by majority vote, against identity that a person makes alone. */
import { DEFAULT_SETTINGS } from '../../services/chord-router/core/settings.ts';
import { SeededRandom } from '../../services/shared/core/random.ts';
import type { Experiment, Findings, RunOptions } from './experiment.ts';
import { Population, randomId } from './population.ts';
import { StaticRing } from './static-ring.ts';
import { ascending, mean, percentile } from './statistics.ts';
import { fillFingers } from './tables.ts';

const SCALES = {
  full: { sizes: [100, 1_000, 10_000, 100_000], trials: 10, lookups: 300, honest: 1_000, votes: 2_000 },
  slice: { sizes: [100, 1_000], trials: 2, lookups: 20, honest: 100, votes: 100 },
} as const;
/** A registration: person id, verifier, name, signature. */
const RECORD_BYTES = 200;
/** A vote: person id, challenge, yes or no, signature. */
const VOTE_BYTES = 150;
const LATENCY_MS = [5, 40] as const;
/** Share of phones that answer at any time. */
const ONLINE = 0.6;
const SYBIL_SHARES = [0, 0.2, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8, 1];
const SAMPLE = 101;
const UNBOUNDED = 1 << 20;

interface Cost {
  readonly phones: number;
  readonly broadcastMs: number;
  readonly voteMs: number;
  readonly path: number;
  readonly putMs: number;
}

interface Election {
  /** Sybils, as a share of the honest phones. */
  readonly sybils: number;
  readonly all: number;
  readonly sample: number;
}

function run({ seed, scale, progress }: RunOptions): Findings {
  const { sizes, trials, lookups, honest, votes } = SCALES[scale];
  const random = new SeededRandom(seed);
  const costs = sizes.map((phones): Cost => {
    progress(`${phones} phones: broadcast, vote, and a record on the ring`);
    const times = Array.from({ length: trials }, () => broadcastMs(phones, random));
    const elections = Array.from({ length: trials }, () => voteMs(phones, random));
    return { phones, broadcastMs: mean(times), voteMs: mean(elections), ...ringCost(phones, lookups, seed) };
  });
  progress(`a Sybil against ${honest} honest phones`);
  const elections = SYBIL_SHARES.map((share) => holdElections(honest, share, votes, random));
  return describe(costs, elections, honest, votes);
}

function latency(random: SeededRandom): number {
  return LATENCY_MS[0] + random.next() * (LATENCY_MS[1] - LATENCY_MS[0]);
}

/** Virtual time until the last phone has heard a broadcast that halves the ring at each step: n - 1 messages. */
function broadcastMs(phones: number, random: SeededRandom): number {
  let last = 0;
  const open: { readonly phones: number; readonly atMs: number }[] = [{ phones, atMs: 0 }];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    last = Math.max(last, part.atMs);
    if (part.phones < 2) continue;
    const far = part.phones >> 1;
    open.push({ phones: part.phones - far, atMs: part.atMs }, { phones: far, atMs: part.atMs + latency(random) });
  }
  return last;
}

/** Virtual time until more than half of all phones have answered, of which a share never does; Infinity if too few do. */
function voteMs(phones: number, random: SeededRandom): number {
  const answers: number[] = [];
  for (let i = 0; i < phones; i++) if (random.next() < ONLINE) answers.push(2 * latency(random));
  const needed = Math.floor(phones / 2) + 1;
  return answers.length < needed ? Infinity : ascending(answers)[needed - 1]!;
}

/** What the product pays for a profile record: a lookup and a round trip to its replicas. */
function ringCost(phones: number, lookups: number, seed: number): Pick<Cost, 'path' | 'putMs'> {
  const random = new SeededRandom(seed);
  const ring = new StaticRing(Population.random(phones, random), {
    seed,
    settings: { knownPhones: UNBOUNDED },
    equip: fillFingers,
  });
  const outcomes = Array.from({ length: lookups }, () => ring.lookup(random.below(phones), randomId(random)));
  const averageRtt = LATENCY_MS[0] + LATENCY_MS[1];
  const path = mean(outcomes.map(({ hops }) => hops.length));
  return { path, putMs: (path + 1) * averageRtt };
}

/** How often somebody without the key is let in. A vote counts the phones that answer; all Sybils do. */
function holdElections(honest: number, share: number, votes: number, random: SeededRandom): Election {
  const sybils = Math.round(honest * share);
  let all = 0;
  let sample = 0;
  for (let vote = 0; vote < votes; vote++) {
    let no = 0;
    for (let i = 0; i < honest; i++) no += Number(random.next() < ONLINE);
    if (sybils > no) all += 1;
    let yes = 0;
    for (let i = 0; i < SAMPLE; i++) yes += Number(random.below(sybils + no) < sybils);
    if (2 * yes > SAMPLE) sample += 1;
  }
  return { sybils: share, all: all / votes, sample: sample / votes };
}

function describe(costs: readonly Cost[], elections: readonly Election[], honest: number, votes: number): Findings {
  const { replication } = DEFAULT_SETTINGS;
  const putMessages = (path: number): number => 2 * (path + replication);
  const bytes = (value: number): string => value.toExponential(1);
  const share = (value: number): string => `${(100 * value).toFixed(1)} %`;
  const firstBroken = elections.find(({ all }) => all > 0.5);
  return {
    setUp: [
      'The naive design: a new account is told to every phone, which keeps it; a login is put to the vote of all phones, ' +
        `and more than half must agree. Broadcast is the cheapest there is, a tree of n - 1 messages; ${RECORD_BYTES} bytes a ` +
        `registration, ${VOTE_BYTES} a question or a vote; one-way latencies ${LATENCY_MS[0]} to ${LATENCY_MS[1]} ms; ` +
        `${share(ONLINE)} of the phones answer. No sender is limited in what it can send at once, which flatters the vote.`,
      'The product: a person makes a key pair alone; registering is one signed record on the ring (a lookup, measured with ' +
        `the product's fingers and successors alone, and ${replication} replicas), and a login is a proof of knowledge to ` +
        'the own phone: no message at all.',
    ],
    tables: [
      {
        title: 'Cost against size',
        columns: [
          'phones',
          'register by broadcast: messages',
          'bytes',
          'virtual ms',
          'bytes kept for n people, in all',
          'vote: messages',
          'bytes',
          'virtual ms',
          'product: messages to register',
          'bytes',
          'virtual ms',
          'messages to log in',
        ],
        rows: costs.map(({ phones, broadcastMs, voteMs, path, putMs }) => [
          String(phones),
          String(phones - 1),
          bytes((phones - 1) * RECORD_BYTES),
          broadcastMs.toFixed(0),
          bytes(phones * phones * RECORD_BYTES),
          String(Math.round(phones * (1 + ONLINE))),
          bytes(phones * (1 + ONLINE) * VOTE_BYTES),
          voteMs.toFixed(0),
          putMessages(path).toFixed(1),
          bytes(putMessages(path) * RECORD_BYTES),
          putMs.toFixed(0),
          '0',
        ]),
      },
      {
        title: `A Sybil breaks the vote: ${honest} honest phones, ${votes} logins without the key`,
        columns: [
          'Sybils, of the honest phones',
          'let in by the majority of all who answer',
          `let in by a random ${SAMPLE} of them`,
          'let in by the product',
        ],
        rows: elections.map(({ sybils, all, sample }) => [
          share(sybils),
          share(all),
          share(sample),
          '0 %: the proof needs the key',
        ]),
      },
    ],
    plot: {
      title: 'Messages to register',
      xLabel: 'phones',
      yLabel: 'messages',
      xScale: 'log',
      yScale: 'log',
      series: [
        { name: 'broadcast: n - 1', source: 'paper', points: costs.map(({ phones }) => [phones, phones - 1]) },
        {
          name: 'vote, a login',
          source: 'calibration',
          points: costs.map(({ phones }) => [phones, phones * (1 + ONLINE)]),
        },
        {
          name: 'ours, measured path',
          source: 'ours',
          points: costs.map(({ phones, path }) => [phones, putMessages(path)]),
        },
      ],
    },
    bars: [],
    notes: [
      `Sybils need not outnumber the honest phones, only those that answer: from ${share(firstBroken?.sybils ?? 1)} of the honest ` +
        'phones on the vote lets anybody in. With open membership nothing bounds their number.',
      `Where a majority of all registered phones is asked for instead, nobody can log in as soon as half of them is away ` +
        `(of ${share(ONLINE)} that answer little is to spare), and neither side of a partition can.`,
      `The ${percentileOfVote(costs)} ms of a vote leave out what it takes one phone to send and read 10⁵ messages.`,
    ],
  };
}

function percentileOfVote(costs: readonly Cost[]): string {
  return percentile(ascending(costs.map(({ voteMs }) => voteMs)), 1).toFixed(0);
}

export const NAIVE_IDENTITY: Experiment = {
  name: 'naive-identity',
  title: 'Registration by broadcast, login by majority vote',
  source: 'A baseline: the naive design against self-made identity.',
  defaultSeed: 18,
  run,
};
