/** The space of meaning that a projection spans. */
import { alongAxes, fromTorus, type Projection, project, toTorus } from '../../../shared/core/projection.ts';
import type { MeaningSpace } from './entry.ts';
import { sketchOfCoordinates } from './sketch.ts';

export function projectedSpace(projection: Projection): MeaningSpace {
  return {
    dimensions: projection.axes[0]!.length,
    sketchAxes: projection.axes.length,
    coordinatesOf: (vector) => project(projection, vector),
    coordinateAt: (axis, whole) => fromTorus(projection, axis, whole),
    pointOf: (vector) => toTorus(projection, project(projection, vector)),
    sketchOf: (vector) => sketchOfCoordinates(alongAxes(projection.axes, vector)),
  };
}
