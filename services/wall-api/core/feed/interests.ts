/**
 * What a person cares about, as a few vectors: the posts they wrote, reacted to and asked more of, those of their friends,
 * and topics they chose, gathered into clusters. Each cluster is an interest with a weight; old signs count less.
 */
import type { Id } from '../../../shared/core/id.ts';
import { dot } from '../../../shared/core/vector.ts';
import type { MeaningVector } from '../meaning/meaning.ts';

export type SignKind = 'own' | 'reacted' | 'more' | 'friend' | 'topic' | 'less';

/** Something that tells of an interest, or, `less`, of none. */
export interface Sign {
  readonly kind: SignKind;
  /** A post's id, or `topic/NAME`. */
  readonly about: string;
  /** What it is about, for people to read (label.ts). */
  readonly label: string;
  readonly vector: MeaningVector;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface Interest {
  /** What the heaviest of its signs is about: stays the same while that is so. */
  readonly id: string;
  /** Of length 1. */
  readonly centre: MeaningVector;
  /** Its part of all interests, 0 to 1, steering included. */
  readonly weight: number;
  /** How much the person has turned it up or down: 1 as it is, 0 off, at most 3. */
  readonly steered: number;
  /** The heaviest first. */
  readonly signs: readonly Sign[];
}

/** What a sign counts for when it is new: what one writes says most, what friends write least. */
const WEIGHTS: Readonly<Record<SignKind, number>> = {
  own: 1,
  reacted: 0.8,
  more: 1.2,
  friend: 0.25,
  topic: 1,
  less: 1,
};
/** Signs count half after so long, in ms. */
const HALF_LIFE_MS = 21 * 86_400_000;
/** … but never less than this part: a quiet person keeps their interests. */
const LEAST_DECAY = 0.1;
const MAX_INTERESTS = 8;
/** Texts whose cosine is at least this are about one thing, in this encoder's space. */
const SAME_INTEREST = 0.4;
const ROUNDS = 4;

/** Interests, the heaviest first. `steered`: by interest id. */
export function interestsOf(signs: readonly Sign[], steered: ReadonlyMap<string, number>, now: number): Interest[] {
  const positive = signs.filter(({ kind }) => kind !== 'less');
  const heaviestFirst = positive.toSorted(
    (a, b) => weightOf(b, now) - weightOf(a, now) || (a.about < b.about ? -1 : 1),
  );
  const clusters = gather(heaviestFirst, now);
  const less = signs.filter(({ kind }) => kind === 'less');
  const raw = clusters.map(({ centre, members }) => {
    const id = members[0]!.about;
    const liked = members.reduce((sum, sign) => sum + weightOf(sign, now), 0);
    const factor = steered.get(id) ?? 1;
    return {
      id,
      centre,
      signs: members,
      steered: factor,
      weight: Math.max(0, liked - disliked(centre, less, now)) * factor,
    };
  });
  const total = raw.reduce((sum, { weight }) => sum + weight, 0);
  return raw
    .map((interest) => ({ ...interest, weight: total > 0 ? interest.weight / total : 0 }))
    .sort((a, b) => b.weight - a.weight || (a.id < b.id ? -1 : 1));
}

/** The post of an interest or sign; undefined of a topic. */
export function postOfSign(about: string): Id | undefined {
  return about.startsWith('topic/') ? undefined : (about as Id);
}

interface Cluster {
  centre: MeaningVector;
  members: Sign[];
}

/** Leaders first, then a few rounds of spherical k-means (Dhillon and Modha 2001). */
function gather(signs: readonly Sign[], now: number): Cluster[] {
  let clusters: Cluster[] = [];
  for (const sign of signs) {
    const nearest = nearestOf(sign, clusters);
    const isNew = nearest === undefined || dot(nearest.centre, sign.vector) < SAME_INTEREST;
    if (isNew && clusters.length < MAX_INTERESTS) clusters.push({ centre: sign.vector, members: [sign] });
    else nearest!.members.push(sign);
  }
  for (let round = 0; round < ROUNDS; round++) {
    const next = clusters.map(({ members }): Cluster => ({ centre: centreOf(members, now), members: [] }));
    for (const sign of signs) nearestOf(sign, next)!.members.push(sign);
    clusters = next.filter(({ members }) => members.length > 0);
  }
  return clusters;
}

function nearestOf({ vector }: Sign, clusters: readonly Cluster[]): Cluster | undefined {
  let best: Cluster | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (const cluster of clusters) {
    const similarity = dot(cluster.centre, vector);
    if (similarity > most) [best, most] = [cluster, similarity];
  }
  return best;
}

function centreOf(signs: readonly Sign[], now: number): MeaningVector {
  const sum = new Float32Array(signs[0]!.vector.length);
  for (const sign of signs) {
    const weight = weightOf(sign, now);
    for (let i = 0; i < sum.length; i++) sum[i]! += weight * sign.vector[i]!;
  }
  const length = Math.sqrt(dot(sum, sum));
  return length > 0 ? sum.map((value) => value / length) : signs[0]!.vector;
}

function disliked(centre: MeaningVector, less: readonly Sign[], now: number): number {
  return less.reduce((sum, sign) => {
    const similarity = dot(centre, sign.vector);
    return similarity >= SAME_INTEREST ? sum + similarity * weightOf(sign, now) : sum;
  }, 0);
}

function weightOf({ kind, at }: Sign, now: number): number {
  return WEIGHTS[kind] * Math.max(LEAST_DECAY, 0.5 ** (Math.max(0, now - at) / HALF_LIFE_MS));
}
