/** What eight coordinates keep of a text, and how evenly texts lie along them that the fit has never seen. */
import { explainedVariance, principalAxes } from '../../services/embedder/core/principal-axes.ts';
import { type FittedProjection, openProjection, openTextEmbedder } from '../../services/embedder/open.ts';
import { alongAxes, project, toTorus } from '../../services/shared/core/projection.ts';
import { SeededRandom } from '../../services/shared/core/random.ts';
import { SPAN } from '../../services/shared/core/torus.ts';
import { readCorpus } from '../../testnet/people/corpus.ts';
import type { Experiment, Findings, RunOptions } from './experiment.ts';
import { fetchFortunes } from './fortunes.ts';

const SCALES = { full: { posts: 6_898, queries: 500 }, slice: { posts: 120, queries: 20 } } as const;
const TOKENS_PER_RUN = 1_024;
const NEAREST = 10;
const RE_RANKED = [10, 50, 200] as const;
const PARTS = 16;

interface Variant {
  readonly name: string;
  readonly axes: readonly Float32Array[];
}

interface Outcome extends Variant {
  readonly variance: number;
  /** Recall of the exact nearest among so many by coordinates alone: RE_RANKED. */
  readonly recall: readonly number[];
}

async function run({ seed, scale, progress }: RunOptions): Promise<Findings> {
  const { posts, queries } = SCALES[scale];
  const random = new SeededRandom(seed);
  progress('texts');
  const texts = random.shuffle(await textsOf(scale)).slice(0, posts);
  progress(`embedding ${texts.length} texts`);
  const vectors = await embed(texts);
  const half = Math.floor(vectors.length / 2);
  const [fitted, searched] = [vectors.slice(0, half), vectors.slice(half)];
  const projection = await openProjection();
  const count = projection.quantiles.length;
  const variants: Variant[] = [
    { name: 'fitted on phrases of the vocabulary: the product', axes: projection.axes.slice(0, count) },
    { name: 'fitted on the other half of these texts', axes: principalAxes(fitted, count).axes },
    { name: 'random directions', axes: randomAxes(count, searched[0]!.length, random) },
  ];
  const outcomes = variants.map((variant): Outcome => {
    progress(variant.name);
    const variance = explainedVariance(searched, variant.axes);
    return { ...variant, variance, recall: recallOf(searched, variant.axes, Math.min(queries, searched.length)) };
  });
  return describe(projection, searched, outcomes, texts.length);
}

async function textsOf(scale: RunOptions['scale']): Promise<string[]> {
  if (scale === 'slice') return (await readCorpus()).posts.map(({ text }) => text);
  return (await fetchFortunes()).map(({ text }) => text);
}

async function embed(texts: readonly string[]): Promise<Float32Array[]> {
  const embedder = await openTextEmbedder({ tokensPerRun: TOKENS_PER_RUN });
  try {
    return (await embedder.embed(texts)).filter((vector) => vector !== undefined);
  } finally {
    await embedder.close();
  }
}

/** Nearly orthogonal, as random directions of many dimensions are; of length 1. */
function randomAxes(count: number, dimensions: number, random: SeededRandom): Float32Array[] {
  const normal = (): number => Array.from({ length: 12 }, () => random.next()).reduce((sum, value) => sum + value, -6);
  return Array.from({ length: count }, () => {
    const axis = Array.from({ length: dimensions }, normal);
    const length = Math.hypot(...axis);
    return Float32Array.from(axis, (value) => value / length);
  });
}

/** Of the first `queries` vectors' nearest by all dimensions, the part that is among so many nearest by coordinates. */
function recallOf(vectors: readonly Float32Array[], axes: readonly Float32Array[], queries: number): number[] {
  const points = vectors.map((vector) => alongAxes(axes, vector));
  const found = RE_RANKED.map(() => 0);
  for (let query = 0; query < queries; query++) {
    const exact = new Set(nearestTo(query, vectors).slice(0, NEAREST));
    const near = nearestTo(query, points);
    for (const [i, most] of RE_RANKED.entries()) {
      found[i]! += near.slice(0, most).filter((other) => exact.has(other)).length;
    }
  }
  return found.map((sum) => sum / (queries * NEAREST));
}

/** All others, the nearest first. */
function nearestTo(query: number, points: readonly ArrayLike<number>[]): number[] {
  const own = points[query]!;
  const distances = Float64Array.from(points, (point) => {
    let sum = 0;
    for (let i = 0; i < own.length; i++) sum += (point[i]! - own[i]!) ** 2;
    return sum;
  });
  const others = [...distances.keys()].filter((other) => other !== query);
  return others.sort((a, b) => distances[a]! - distances[b]!);
}

interface Evenness {
  /** Of the sixteen equal parts of an axis, the texts in the fullest and the emptiest, as multiples of the mean. */
  readonly fullest: number;
  readonly emptiest: number;
  /** The largest difference from an even spread, as a part of all texts (Kolmogorov and Smirnov). */
  readonly deviation: number;
}

function evennessOf(projection: FittedProjection, vectors: readonly Float32Array[]): Evenness[] {
  const points = vectors.map((vector) => toTorus(projection, project(projection, vector)));
  return projection.quantiles.map((_, axis) => {
    const ranks = Float64Array.from(points, (point) => point[axis]! / SPAN).sort();
    const counts = Array.from({ length: PARTS }, () => 0);
    for (const rank of ranks) counts[Math.floor(rank * PARTS)]! += 1;
    const mean = ranks.length / PARTS;
    const deviation = ranks.reduce((most, rank, i) => Math.max(most, Math.abs(rank - (i + 0.5) / ranks.length)), 0);
    return { fullest: Math.max(...counts) / mean, emptiest: Math.min(...counts) / mean, deviation };
  });
}

function describe(
  projection: FittedProjection,
  searched: readonly Float32Array[],
  outcomes: readonly Outcome[],
  texts: number,
): Findings {
  const evenness = evennessOf(projection, searched);
  const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;
  const points = (recall: readonly number[]) => recall.map((value, i) => [RE_RANKED[i]!, value] as const);
  return {
    setUp: [
      `${texts} texts of Debian's fortunes, attributions cut off, half of them to fit on and half to search; none of them ` +
        `was seen by the product's fit, which is on phrases made of the vocabulary. Recall: the part of a text's ${NEAREST} ` +
        'nearest by all 512 dimensions that is among so many nearest by the coordinates alone.',
    ],
    tables: [
      {
        title: `What ${evenness.length} axes keep`,
        columns: ['axes', 'variance', ...RE_RANKED.map((most) => `recall among ${most}`)],
        rows: outcomes.map(({ name, variance, recall }) => [
          name,
          percent(variance),
          ...recall.map((value) => value.toFixed(3)),
        ]),
      },
      {
        title: `How evenly the texts lie on each axis of the torus: the fullest and emptiest of ${PARTS} equal parts`,
        columns: ['axis', 'fullest, times the mean', 'emptiest, times the mean', 'largest deviation'],
        rows: evenness.map(({ fullest, emptiest, deviation }, axis) => [
          String(axis + 1),
          fullest.toFixed(2),
          emptiest.toFixed(2),
          percent(deviation),
        ]),
      },
    ],
    plot: {
      title: 'Neighbours that eight coordinates keep',
      xLabel: 'nearest by coordinates that are looked at',
      yLabel: `recall of the ${NEAREST} nearest`,
      xScale: 'log',
      yScale: 'linear',
      series: [
        ...outcomes.map(({ name, recall }) => ({ name, source: 'ours' as const, points: points(recall) })),
        { name: 'fitted on like texts, calibration', source: 'calibration', points: points([0.11, 0.32, 0.61]) },
        { name: 'random directions, calibration', source: 'calibration', points: points([0.03, 0.09, 0.24]) },
      ],
    },
    bars: [],
    notes: [
      'A fit on the very texts keeps more, but which texts a network will hold nobody knows when it begins, and phones cannot ' +
        'change their axes without moving every post. Eight coordinates only say where to begin: zones are searched in the ' +
        'order of what they hold, and posts are compared by whole vectors.',
      'Texts unlike those of the fit lie unevenly, and all the more on axes that tell kinds of texts apart. Zones are split ' +
        'where the data is, so this costs a few splits and no balance.',
    ],
  };
}

export const PROJECTION: Experiment = {
  name: 'projection',
  title: 'The projection to the torus',
  source: 'Principal axes, fitted on phrases of the vocabulary.',
  defaultSeed: 30,
  run,
};
