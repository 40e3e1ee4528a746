/** The exact search against brute force: on a quiet CAN, and while phones come, go and die. */
import type { Id } from '../../services/shared/core/id.ts';
import { type EntryPhone, EntryWorld } from '../sim/can/entry-world.ts';
import type { Bar, Experiment, Findings, RunOptions } from './experiment.ts';
import { mean } from './statistics.ts';

const SCALES = {
  full: { phones: 64, posts: 600, quiet: 3_400, changing: 1_000 },
  slice: { phones: 12, posts: 80, quiet: 20, changing: 20 },
} as const;
const AXES = [2, 4, 8];
const WANTED = 10;
const JOIN_GAP_MS = 50;
const SETTLE_MS = 60_000;
/** Between two questions while phones change, and questions between two changes. */
const STEP_MS = 200;
const CHANGE_EVERY = 10;

type Change = 'nothing happens' | 'one leaves and one joins' | 'one dies and one joins';
const CHANGES: readonly Change[] = ['nothing happens', 'one leaves and one joins', 'one dies and one joins'];

interface Answered {
  readonly axes: number;
  readonly change: Change;
  readonly asked: number;
  /** Answers that say that they are complete; only those are held against brute force. */
  readonly complete: number;
  /** Of those, with a post of the true ten missing that its owner keeps: the search passed it over. */
  readonly passedOver: number;
  /** Of those, with a post of the true ten missing that the owner of its point does not have (yet). */
  readonly lacking: number;
  /** Phones, a search. */
  readonly contacted: number;
}

function run({ seed, scale, progress }: RunOptions): Findings {
  const { phones, posts, quiet, changing } = SCALES[scale];
  const answered: Answered[] = [];
  for (const axes of AXES) {
    for (const change of CHANGES) {
      progress(`d = ${axes}, ${change}`);
      const world = new EntryWorld({ seed, axes });
      world.can.grow(phones, JOIN_GAP_MS);
      world.can.runFor(SETTLE_MS);
      world.publish(posts);
      world.can.runFor(SETTLE_MS);
      answered.push(askAll(world, axes, change, change === 'nothing happens' ? quiet : changing));
    }
  }
  return describe(answered, phones, posts);
}

function askAll(world: EntryWorld, axes: number, change: Change, questions: number): Answered {
  const contacts: number[] = [];
  let [complete, passedOver, lacking] = [0, 0, 0];
  for (let i = 0; i < questions; i++) {
    if (i % CHANGE_EVERY === 0) makeChange(world, change);
    if (change !== 'nothing happens') world.can.runFor(STEP_MS);
    const vector = world.near(world.can.random.pick([...world.posts.values()]).vector);
    const phone = world.can.random.pick(members(world));
    const answer = world.can.complete(phone, phone.node.entries.searchExactly(vector, WANTED));
    contacts.push(answer.contacted);
    if (!answer.complete) continue;
    complete += 1;
    const found = new Set(answer.hits.map(({ post }) => post));
    const missing = world.nearestExactly(vector, WANTED).flatMap(({ post }) => (found.has(post) ? [] : post));
    if (missing.some((post) => isWithOwner(world, post))) passedOver += 1;
    else if (missing.length > 0) lacking += 1;
  }
  return { axes, change, asked: questions, complete, passedOver, lacking, contacted: mean(contacts) };
}

function makeChange({ can }: EntryWorld, change: Change): void {
  if (change === 'nothing happens') return;
  const phone = can.random.pick(can.living());
  if (change === 'one leaves and one joins') phone.leave();
  else phone.kill('machine');
  can.grow(1);
}

function members({ can }: EntryWorld): EntryPhone[] {
  return can.living().filter(({ node }) => node.status().state === 'member');
}

/** Whether the owner of a post's point has it. */
function isWithOwner({ can, posts, space }: EntryWorld, post: Id): boolean {
  const point = space.pointOf(posts.get(post)!.vector);
  const owner = can.living().find(({ node }) => node.view.ownershipOf(point) !== 'none');
  return owner?.node.entries.store.get(post) !== undefined;
}

function describe(answered: readonly Answered[], phones: number, posts: number): Findings {
  return {
    setUp: [
      `CANs of ${phones} phones in the simulator with ${posts} posts about twelve topics, 24 dimensions, of which the first d ` +
        `are the torus. Random phones ask for the ${WANTED} posts nearest to a random one, exactly, in the space of the ` +
        `projection. While phones change, a change is made every ${CHANGE_EVERY} questions, ${(CHANGE_EVERY * STEP_MS) / 1000} s ` +
        'apart: a phone leaves, or its machine dies with all it kept, and a new one joins.',
      'Answers that say that they are complete are held against brute force over all posts. Where a post is missing, the ' +
        'search passed it over if the owner of its point has it; else the index lacks it there for the moment.',
    ],
    tables: [
      {
        title: 'Exact answers and brute force',
        columns: ['d', 'meanwhile', 'asked', 'complete', 'passed over', 'lacking at the owner', 'phones contacted'],
        rows: answered.map(({ axes, change, asked, complete, passedOver, lacking, contacted }) => [
          String(axes),
          change,
          String(asked),
          String(complete),
          String(passedOver),
          String(lacking),
          contacted.toFixed(1),
        ]),
      },
    ],
    plot: {
      title: 'Phones contacted by an exact search',
      xLabel: 'd, axes of the torus',
      yLabel: 'phones',
      xScale: 'linear',
      yScale: 'linear',
      series: [
        { name: 'everybody', source: 'calibration', points: AXES.map((axes) => [axes, phones - 1] as const) },
        ...CHANGES.map((change) => ({
          name: change,
          source: 'ours' as const,
          points: answered
            .filter((row) => row.change === change)
            .map(({ axes, contacted }) => [axes, contacted] as const),
        })),
      ],
    },
    bars: [quietBar(answered), changingBar(answered)],
    notes: [
      'The search begins at the owner of the question’s point. When it began at the phone that asks, 41 of 200 complete ' +
        'answers were wrong at d = 2: copies lie far from their own zones, and enough of them near the question ended the ' +
        'search before it had come to the zones around it.',
      'What is lacking at the owner is the index’s to mend, not the search’s: a zone is owned from the moment on that it ' +
        'changes hands, its entries come after it, and those of a phone that died come back from their other copies in ' +
        'rounds of custody, or from the ring. One death every two seconds replaces all phones in ' +
        'two minutes: far more than a network of phones sees. At d = 2 zones say little of meaning, so copies lie farther from them.',
    ],
  };
}

function quietBar(answered: readonly Answered[]): Bar {
  const quiet = answered.filter(({ change }) => change === 'nothing happens');
  const asked = quiet.reduce((sum, row) => sum + row.asked, 0);
  const right = quiet.reduce((sum, { complete, passedOver, lacking }) => sum + complete - passedOver - lacking, 0);
  return {
    asked: 'the exact mode equals brute force on 10⁴ questions, d ≤ 8',
    reached: `${right} of ${asked}`,
    met: right === asked,
  };
}

function changingBar(answered: readonly Answered[]): Bar {
  const changing = answered.filter(({ change }) => change !== 'nothing happens');
  const sum = (of: (row: Answered) => number): number => changing.reduce((total, row) => total + of(row), 0);
  const [complete, passedOver, lacking] = [
    sum((row) => row.complete),
    sum((row) => row.passedOver),
    sum((row) => row.lacking),
  ];
  return {
    asked: 'also while phones come, go and die',
    reached: `${complete - passedOver - lacking} of ${complete} complete answers; ${passedOver} passed a post over, ${lacking} met an owner that lacked one`,
    met: passedOver + lacking === 0,
  };
}

export const CAN_EXACT: Experiment = {
  name: 'can-exact',
  title: 'The exact search and brute force',
  source: 'Hjaltason and Samet, "Distance browsing in spatial databases", ACM TODS 1999',
  defaultSeed: 1,
  run,
};
