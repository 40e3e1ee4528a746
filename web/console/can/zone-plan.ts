/** The map of the space of meanings with all that is looked up on it, made once a survey. Pure. */
import type { NetworkZones } from '../../../services/gateway/client/contract.ts';
import { type MapPart, mapOf, placeOf, type Rectangle, type WeightedBox, zoneAt, zonesOf } from './cuts.ts';

export interface MapZone extends WeightedBox {
  /** The id of the phone that owns it. */
  readonly phone: string;
  readonly entries: number;
}

export interface MapPost {
  readonly id: string;
  readonly x: number;
  readonly y: number;
}

/** Places are from the upper left corner, all 0 to 1. */
export interface ZonePlan {
  readonly zones: readonly { readonly zone: MapZone; readonly at: Rectangle }[];
  readonly posts: readonly MapPost[];
  /** The middle of each phone's largest rectangle, by its id. */
  readonly centres: ReadonlyMap<string, { readonly x: number; readonly y: number }>;
  readonly mostEntries: number;
  readonly zoneAt: (x: number, y: number) => MapZone | undefined;
}

/** Undefined when there are no zones. */
export function planOf({ phones, posts }: NetworkZones): ZonePlan | undefined {
  const map = mapOf(
    phones.flatMap(({ id, zones, entries }) =>
      zones.map((box): MapZone => ({ ...box, phone: id, entries, weight: weightOf(entries) / zones.length })),
    ),
  );
  if (map === undefined) return undefined;
  const zones = zonesOf(map);
  return {
    zones,
    posts: posts.flatMap(({ id, point }) => {
      const place = placeOf(map, point);
      return place === undefined ? [] : [{ id, ...place }];
    }),
    centres: centresOf(zones),
    mostEntries: zones.reduce((most, { zone }) => Math.max(most, zone.entries), 1),
    zoneAt: (x, y) => zoneAt<MapZone>(map satisfies MapPart<MapZone>, x, y),
  };
}

/** Of the posts on a map so large the one nearest to a place on it, at most `within` away, all in pixels; undefined: none is. */
export function postNear(
  { posts }: ZonePlan,
  at: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  within: number,
): MapPost | undefined {
  let nearest: MapPost | undefined;
  let least = within;
  for (const post of posts) {
    const distance = Math.hypot(post.x * at.width - at.x, post.y * at.height - at.y);
    if (distance > least) continue;
    [nearest, least] = [post, distance];
  }
  return nearest;
}

/** Areas grow with the root of what a zone holds, so that empty zones can be seen, too. */
function weightOf(entries: number): number {
  return Math.sqrt(entries + 1);
}

function centresOf(zones: ZonePlan['zones']): ZonePlan['centres'] {
  const largest = new Map<string, Rectangle>();
  const area = (at: Rectangle | undefined): number => (at === undefined ? 0 : at.width * at.height);
  for (const { zone, at } of zones) if (area(at) > area(largest.get(zone.phone))) largest.set(zone.phone, at);
  return new Map(
    [...largest].map(([id, { x, y, width, height }]) => [id, { x: x + width / 2, y: y + height / 2 }] as const),
  );
}
