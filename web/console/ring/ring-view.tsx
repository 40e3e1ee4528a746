/** The live ring: every phone on its place, the lines of the one that is pointed at, and a lookup on its way. */
import { type ReadonlySignal, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { Ring } from '../../../services/wall-api/client/contract.ts';
import { themeColours } from '../parts/colours.ts';
import { Drawing, type Spot } from '../parts/drawing.tsx';
import type { Layer } from '../parts/sheet.ts';
import { ask } from '../state/gateway.ts';
import { played } from '../state/lookup.ts';
import type { Mark } from '../state/phone-list.ts';
import { alive, byId, chosen, markById, marks, pick, picked } from '../state/phones.ts';
import { drawOverlay, drawRing } from './ring-drawing.ts';
import { circleIn, nearestOnRing } from './ring-geometry.ts';

/** How near one has to point, in pixels. */
const REACH = 14;
/** How long one has to point at a phone before it is asked for its lines, ms. */
const PAUSE_MS = 120;

export function RingView() {
  const pointed = useSignal<string | undefined>(undefined);
  const shown = useComputed(() =>
    pointed.value === undefined ? marks.value.find(({ n }) => n === chosen.value) : markById.value.get(pointed.value),
  );
  const lines = useLines(shown);
  const label = useComputed(
    () => `The ring with ${marks.value.length} phones; the table of phones says the same in words.`,
  );
  const layers = useMemo((): readonly Layer[] => {
    const colours = themeColours();
    const words = () => wordsOn(shown.value);
    return [
      () => {
        const [now, theme] = [marks.value, colours.value];
        return (paper) => drawRing(paper, now, theme);
      },
      () => {
        const theme = colours.value;
        const overlay = {
          ...{ marks: marks.value, markById: markById.value, picked: picked.value, shown: shown.value },
          ...{ lines: lines.value, lookup: played.value, words: words() },
        };
        return (paper) => drawOverlay(paper, overlay, theme);
      },
    ];
  }, []);
  const markAt = (at: Spot): Mark | undefined => nearestOnRing(marks.peek(), circleIn(at), at, REACH);
  const onPick = (at: Spot, isAdding: boolean): void => {
    const mark = markAt(at);
    if (mark === undefined) return;
    chosen.value = mark.n;
    pick(mark.n, isAdding);
  };
  return (
    <Drawing
      label={label}
      layers={layers}
      onPoint={(at) => (pointed.value = at === undefined ? undefined : markAt(at)?.id)}
      onPick={onPick}
    />
  );
}

function wordsOn(shown: Mark | undefined): readonly string[] {
  if (shown === undefined) return [`${alive.value.length} of ${marks.value.length}`, 'phones alive'];
  const records = byId.value.get(shown.id)?.records ?? null;
  return [`phone ${shown.n}`, shown.state, records === null ? '' : `${records} records`];
}

/** Successors and fingers of a phone, asked for when it is pointed at for a moment. */
function useLines(shown: ReadonlySignal<Mark | undefined>): ReadonlySignal<Ring | undefined> {
  const lines = useSignal<Ring | undefined>(undefined);
  /** What is asked is one phone's: its number, while it lives. */
  const asked = useComputed(() => (shown.value?.state === 'alive' ? shown.value.n : undefined));
  useSignalEffect(() => {
    const n = asked.value;
    lines.value = undefined;
    if (n === undefined) return undefined;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      // A phone that does not answer has no lines to show.
      ask<Ring>(`/phones/${n}/v1/network/ring`, controller.signal).then(
        (ring) => (lines.value = ring),
        () => undefined,
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  });
  return lines;
}
