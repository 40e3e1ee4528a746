/** How far phones are from each other: a square a pair, from the phones' own measurements. */
import { useComputed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { NetworkLatency } from '../../../services/gateway/client/contract.ts';
import { latency } from '../state/survey.ts';
import { bytesOf, type Colours, themeColours } from './colours.ts';
import { Drawing } from './drawing.tsx';
import type { Layer, Paper } from './sheet.ts';

/** Of the scale's logarithm: what is far on loopback and across the world alike. */
const NEAREST_MS = 0.5;
const FARTHEST_MS = 1_000;
/** Beyond, a pair is drawn in the colour of what goes wrong. */
const VERY_FAR_MS = 250;

export function LatencyMatrix() {
  const layers = useMemo((): readonly Layer[] => {
    const colours = themeColours();
    return [
      () => {
        const picture = pictureOf(latency.value?.milliseconds ?? [], colours.value);
        return (paper) => draw(paper, picture);
      },
    ];
  }, []);
  const label = useComputed(() => {
    const { phones = [], p50 = null } = latency.value ?? {};
    return `Round trips between ${phones.length} phones: median ${textOf(p50)}`;
  });
  return (
    <>
      <Drawing label={label} layers={layers} />
      <Summary />
    </>
  );
}

function Summary() {
  const { phones = [], measured = 0, of = 0, p50 = null, p90 = null } = latency.value ?? {};
  return (
    <p class="hint">
      {phones.length} of {of} phones, {measured} pairs measured: median {textOf(p50)}
      {p90 !== null && `, 90 of 100 below ${p90.toFixed(1)} ms`}. The darker, the farther; rows are who measured.
    </p>
  );
}

function textOf(ms: number | null): string {
  return ms === null ? 'not known' : `${ms.toFixed(1)} ms`;
}

/** A pixel a pair, however many there are; undefined when there are none. */
function pictureOf(rows: NetworkLatency['milliseconds'], colours: Colours): OffscreenCanvas | undefined {
  const side = rows.length;
  if (side === 0) return undefined;
  const [near, far, unknown] = [bytesOf(colours.accent), bytesOf(colours.dead), bytesOf(colours.soft)];
  const image = new ImageData(side, side);
  rows.forEach((row, y) => {
    row.forEach((ms, x) => {
      const colour = ms === null ? unknown : ms > VERY_FAR_MS ? far : near;
      const opacity = ms === null ? 0.04 : 0.12 + 0.88 * shareOf(ms);
      image.data.set([...colour, Math.round(255 * opacity)], 4 * (y * side + x));
    });
  });
  const picture = new OffscreenCanvas(side, side);
  picture.getContext('2d')!.putImageData(image, 0, 0);
  return picture;
}

function draw({ context, width, height }: Paper, picture: OffscreenCanvas | undefined): void {
  if (picture === undefined) return;
  const side = Math.min(width, height);
  context.imageSmoothingEnabled = false;
  context.drawImage(picture, 0, 0, side, side);
}

function shareOf(ms: number): number {
  const share = Math.log(Math.max(ms, NEAREST_MS) / NEAREST_MS) / Math.log(FARTHEST_MS / NEAREST_MS);
  return Math.min(1, share);
}
