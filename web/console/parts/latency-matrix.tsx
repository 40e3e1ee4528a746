/** How far phones are from each other: a square a pair, from the phones' own measurements. */

import { alive } from '../state/phones.ts';
import { roundTrips } from '../state/survey.ts';
import { Canvas } from './canvas.tsx';
import { coloursOf } from './colours.ts';

const MOST_PHONES = 200;
/** Of the scale's logarithm: what is far on loopback and across the world alike. */
const NEAREST_MS = 0.5;
const FARTHEST_MS = 1_000;

export function LatencyMatrix() {
  const shown = alive.value.slice(0, MOST_PHONES);
  const measured = roundTrips.value;
  const draw = (context: CanvasRenderingContext2D, width: number, height: number): void => {
    const colours = coloursOf(context.canvas);
    const cell = Math.min(width, height) / Math.max(1, shown.length);
    const gap = cell > 4 ? 1 : 0;
    shown.forEach((from, row) => {
      const distances = measured.get(from.id);
      shown.forEach((to, column) => {
        const ms = distances?.get(to.id);
        if (ms === undefined) context.globalAlpha = 0.04;
        else context.globalAlpha = 0.12 + 0.88 * shareOf(ms);
        context.fillStyle = ms === undefined ? colours.soft : ms > 250 ? colours.states.dead : colours.accent;
        context.fillRect(column * cell, row * cell, cell - gap, cell - gap);
      });
    });
    context.globalAlpha = 1;
  };
  const all = [...measured.values()].flatMap((distances) => [...distances.values()]).sort((a, b) => a - b);
  const at = (part: number): string => (all[Math.floor(part * (all.length - 1))] ?? 0).toFixed(1);
  return (
    <>
      <Canvas label={`Round trips between ${shown.length} phones: median ${at(0.5)} ms`} draw={draw} />
      {all.length > 0 && (
        <p class="hint">
          {all.length} pairs measured: median {at(0.5)} ms, 95 of 100 below {at(0.95)} ms. The darker, the farther; rows
          are who measured.
        </p>
      )}
    </>
  );
}

function shareOf(ms: number): number {
  const share = Math.log(Math.max(ms, NEAREST_MS) / NEAREST_MS) / Math.log(FARTHEST_MS / NEAREST_MS);
  return Math.min(1, share);
}
