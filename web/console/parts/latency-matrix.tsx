/** How far phones are from each other: a square a pair, from the phones' own measurements. */
import { latency } from '../state/survey.ts';
import { Canvas } from './canvas.tsx';
import { coloursOf } from './colours.ts';

/** Of the scale's logarithm: what is far on loopback and across the world alike. */
const NEAREST_MS = 0.5;
const FARTHEST_MS = 1_000;
/** Beyond, a pair is drawn in the colour of what goes wrong. */
const VERY_FAR_MS = 250;

export function LatencyMatrix() {
  const { phones = [], milliseconds = [], measured = 0, of = 0, p50 = null, p90 = null } = latency.value ?? {};
  const draw = (context: CanvasRenderingContext2D, width: number, height: number): void => {
    const colours = coloursOf(context.canvas);
    const cell = Math.min(width, height) / Math.max(1, phones.length);
    const gap = cell > 4 ? 1 : 0;
    milliseconds.forEach((row, y) => {
      row.forEach((ms, x) => {
        context.globalAlpha = ms === null ? 0.04 : 0.12 + 0.88 * shareOf(ms);
        context.fillStyle = ms === null ? colours.soft : ms > VERY_FAR_MS ? colours.states.dead : colours.accent;
        context.fillRect(x * cell, y * cell, cell - gap, cell - gap);
      });
    });
    context.globalAlpha = 1;
  };
  const median = p50 === null ? 'not known' : `${p50.toFixed(1)} ms`;
  return (
    <>
      <Canvas label={`Round trips between ${phones.length} phones: median ${median}`} draw={draw} />
      <p class="hint">
        {phones.length} of {of} phones, {measured} pairs measured: median {median}
        {p90 !== null && `, 90 of 100 below ${p90.toFixed(1)} ms`}. The darker, the farther; rows are who measured.
      </p>
    </>
  );
}

function shareOf(ms: number): number {
  const share = Math.log(Math.max(ms, NEAREST_MS) / NEAREST_MS) / Math.log(FARTHEST_MS / NEAREST_MS);
  return Math.min(1, share);
}
