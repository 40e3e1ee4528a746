/** The live ring: every phone on its place, the lines of the one that is pointed at, and a lookup on its way. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Ring } from '../../../services/wall-api/client/contract.ts';
import { Canvas } from '../parts/canvas.tsx';
import { coloursOf } from '../parts/colours.ts';
import { ask } from '../state/gateway.ts';
import { played } from '../state/lookup.ts';
import { byId, chosen, picked, placed, type ShownPhone } from '../state/phones.ts';
import { drawRing, type RingScene } from './ring-drawing.ts';
import { type Circle, nearest, type Point, pointAt } from './ring-geometry.ts';

/** How near one has to point, in pixels. */
const REACH = 14;
const MARGIN = 26;

export function RingView() {
  const pointed = useSignal<string | undefined>(undefined);
  const place = useSignal<Circle>({ x: 0, y: 0, radius: 1 });
  const shownId = pointed.value ?? placed.value.find(({ n }) => n === chosen.value)?.id;
  const lines = useLines(shownId);

  const draw = (context: CanvasRenderingContext2D, width: number, height: number): void => {
    const circle = { x: width / 2, y: height / 2, radius: Math.max(20, Math.min(width, height) / 2 - MARGIN) };
    if (place.peek().radius !== circle.radius) place.value = circle;
    const scene: RingScene = {
      ...{ circle, phones: placed.value, byId: byId.value, picked: picked.value, shownId, lines: lines.value },
      lookup: played.value,
    };
    drawRing(context, scene, coloursOf(context.canvas));
  };
  const phoneAt = (at: Point | undefined): ShownPhone | undefined => {
    if (at === undefined) return undefined;
    const points = placed.peek().map((phone) => ({ phone, ...pointAt(place.peek(), phone.turn) }));
    return nearest(points, at, REACH)?.phone;
  };
  const pick = (at: Point, isAdding: boolean): void => {
    const phone = phoneAt(at);
    if (phone === undefined) return;
    chosen.value = phone.n;
    const others = isAdding ? [...picked.peek()].filter((n) => n !== phone.n) : [];
    picked.value = new Set(isAdding && picked.peek().has(phone.n) ? others : [...others, phone.n]);
  };
  return (
    <Canvas
      label={`The ring with ${placed.value.length} phones; the table of phones says the same in words.`}
      draw={draw}
      onPoint={(at) => (pointed.value = phoneAt(at)?.id)}
      onPick={pick}
    />
  );
}

/** Successors and fingers of a phone, asked for when it is pointed at for a moment. */
function useLines(id: string | undefined) {
  const lines = useSignal<Ring | undefined>(undefined);
  useEffect(() => {
    if (lines.peek()?.self.id !== id) lines.value = undefined;
    const phone = id === undefined ? undefined : byId.peek().get(id);
    if (phone === undefined || phone.state !== 'alive') return undefined;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      // A phone that does not answer has no lines to show.
      ask<Ring>(`/phones/${phone.n}/v1/network/ring`, controller.signal).then(
        (ring) => (lines.value = ring),
        () => undefined,
      );
    }, 120);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [id]);
  return lines;
}
