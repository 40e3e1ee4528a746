/**
 * Draws zones of a torus of many dimensions on a flat map: the space is taken apart again along the cuts that made it,
 * each cut drawn across or along, whichever side of the rectangle is longer. So every zone has one rectangle, zones that
 * were split late lie side by side, and areas are by weight. Pure.
 */

/** A box of the space: coordinates an axis, 0 to 1; `high` is exclusive. */
export interface Box {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** Of the map: x and y from the upper left corner, all 0 to 1. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface WeightedBox extends Box {
  /** Its part of the map's area, compared with others; above 0. */
  readonly weight: number;
}

/** A part of the space on the map: one zone, or two parts at a cut. */
export type MapPart<Zone extends WeightedBox> =
  | { readonly kind: 'zone'; readonly zone: Zone; readonly at: Rectangle }
  | {
      readonly kind: 'cut';
      readonly at: Rectangle;
      readonly axis: number;
      /** Coordinate of the cut: below it lies `below`. */
      readonly coordinate: number;
      readonly below: MapPart<Zone>;
      readonly above: MapPart<Zone>;
    }
  /** Boxes that no cut separates: they overlap while zones change hands. Drawn as stripes. */
  | { readonly kind: 'tangle'; readonly at: Rectangle; readonly parts: readonly MapPart<Zone>[] };

/** The map of some zones; undefined when there are none. Takes time in the order of d n log n a level of cuts, for d axes. */
export function mapOf<Zone extends WeightedBox>(
  zones: readonly Zone[],
  at: Rectangle = { x: 0, y: 0, width: 1, height: 1 },
): MapPart<Zone> | undefined {
  const [first] = zones;
  if (first === undefined) return undefined;
  if (zones.length === 1) return { kind: 'zone', zone: first, at };
  const cut = cutOf(zones);
  if (cut === undefined) return tangleOf(zones, at);
  const { axis, coordinate } = cut;
  const below = zones.filter(({ low }) => low[axis]! < coordinate);
  const above = zones.filter(({ low }) => low[axis]! >= coordinate);
  const [left, right] = divided(at, weightOf(below) / (weightOf(below) + weightOf(above)));
  return { kind: 'cut', at, axis, coordinate, below: mapOf(below, left)!, above: mapOf(above, right)! };
}

/** All zones of a map with their rectangles. */
export function zonesOf<Zone extends WeightedBox>(part: MapPart<Zone>): { zone: Zone; at: Rectangle }[] {
  switch (part.kind) {
    case 'zone':
      return [{ zone: part.zone, at: part.at }];
    case 'cut':
      return [...zonesOf(part.below), ...zonesOf(part.above)];
    case 'tangle':
      return part.parts.flatMap((inner) => zonesOf(inner));
  }
}

/** The zone whose rectangle a point of the map is in; undefined outside of all. */
export function zoneAt<Zone extends WeightedBox>(part: MapPart<Zone>, x: number, y: number): Zone | undefined {
  if (!isInside(part.at, x, y)) return undefined;
  switch (part.kind) {
    case 'zone':
      return part.zone;
    case 'cut':
      return zoneAt(part.below, x, y) ?? zoneAt(part.above, x, y);
    case 'tangle':
      return part.parts.map((inner) => zoneAt(inner, x, y)).find((zone) => zone !== undefined);
  }
}

function isInside({ x, y, width, height }: Rectangle, atX: number, atY: number): boolean {
  return atX >= x && atX < x + width && atY >= y && atY < y + height;
}

/** Where a point of the space lies on the map: in its zone's rectangle, by the two axes along which the zone is longest. */
export function placeOf<Zone extends WeightedBox>(
  part: MapPart<Zone>,
  point: readonly number[],
): { readonly x: number; readonly y: number } | undefined {
  if (part.kind === 'cut') return placeOf(point[part.axis]! < part.coordinate ? part.below : part.above, point);
  if (part.kind === 'tangle') {
    for (const inner of part.parts) {
      const place = placeOf(inner, point);
      if (place !== undefined) return place;
    }
    return undefined;
  }
  const { zone, at } = part;
  if (!contains(zone, point)) return undefined;
  const extents = zone.low.map((low, axis) => ({ axis, extent: zone.high[axis]! - low }));
  const [across, along = across] = extents.sort((a, b) => b.extent - a.extent || a.axis - b.axis);
  const partOf = ({ axis, extent }: { axis: number; extent: number }): number =>
    (point[axis]! - zone.low[axis]!) / extent;
  return { x: at.x + at.width * partOf(across!), y: at.y + at.height * partOf(along!) };
}

export function contains({ low, high }: Box, point: readonly number[]): boolean {
  return low.every((edge, axis) => point[axis]! >= edge && point[axis]! < high[axis]!);
}

interface Cut {
  readonly axis: number;
  readonly coordinate: number;
}

/** The cut that no zone straddles and that parts the weights most evenly: as a rule the first that was made. */
function cutOf(zones: readonly WeightedBox[]): Cut | undefined {
  const whole = weightOf(zones);
  let best: (Cut & { readonly unevenness: number }) | undefined;
  for (let axis = 0; axis < zones[0]!.low.length; axis++) {
    for (const { coordinate, weight } of cutsAcross(zones, axis)) {
      const unevenness = Math.abs(weight / whole - 0.5);
      if (best === undefined || unevenness < best.unevenness) best = { axis, coordinate, unevenness };
    }
  }
  return best;
}

/** All cuts across an axis that no zone straddles, with the weight of what lies below: found in one sweep along it. */
function* cutsAcross(
  zones: readonly WeightedBox[],
  axis: number,
): Generator<{ readonly coordinate: number; readonly weight: number }> {
  const order = [...zones].sort((a, b) => a.low[axis]! - b.low[axis]!);
  let weight = 0;
  let reach = Number.NEGATIVE_INFINITY;
  let before = order[0]!.low[axis]!;
  for (const zone of order) {
    const coordinate = zone.low[axis]!;
    // Only of the first zone that begins there all that lies below has been met.
    if (coordinate > before && reach <= coordinate) yield { coordinate, weight };
    before = coordinate;
    weight += zone.weight;
    reach = Math.max(reach, zone.high[axis]!);
  }
}

function tangleOf<Zone extends WeightedBox>(zones: readonly Zone[], at: Rectangle): MapPart<Zone> {
  const whole = weightOf(zones);
  const parts: MapPart<Zone>[] = [];
  let rest = at;
  let left = whole;
  for (const zone of zones) {
    const [own, others] = divided(rest, zone.weight / left);
    parts.push({ kind: 'zone', zone, at: own });
    rest = others;
    left -= zone.weight;
  }
  return { kind: 'tangle', at, parts };
}

/** Two rectangles side by side along the longer side, the first with this part of the area. */
function divided(at: Rectangle, part: number): readonly [Rectangle, Rectangle] {
  const { x, y, width, height } = at;
  if (width >= height) {
    const first = width * part;
    return [
      { ...at, width: first },
      { ...at, x: x + first, width: width - first },
    ];
  }
  const first = height * part;
  return [
    { ...at, height: first },
    { ...at, y: y + first, height: height - first },
  ];
}

function weightOf(zones: readonly WeightedBox[]): number {
  return zones.reduce((sum, { weight }) => sum + weight, 0);
}
