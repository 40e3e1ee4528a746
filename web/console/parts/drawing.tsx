/** A drawing of several layers, one above the other: what changes with the pointer does not paint the rest anew. */
import type { ReadonlySignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { type Layer, Sheet } from './sheet.ts';

/** Where in a drawing something is, and how large the drawing is, in CSS pixels. */
export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface DrawingProps {
  /** What it shows, in words, for those who do not see it. */
  readonly label: ReadonlySignal<string>;
  /** From the lowest up; the same ones as long as the drawing is there. */
  readonly layers: readonly Layer[];
  /** Called with where the pointer is; undefined: outside. */
  readonly onPoint?: (at: Spot | undefined) => void;
  readonly onPick?: (at: Spot, isAdding: boolean) => void;
}

export function Drawing({ label, layers, onPoint, onPick }: DrawingProps) {
  const place = useRef<HTMLDivElement>(null);
  const size = useRef({ width: 0, height: 0 });
  useEffect(() => {
    const element = place.current!;
    const sheets = [...element.querySelectorAll('canvas')].map((canvas, i) => new Sheet(canvas, layers[i]!));
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect;
      size.current = { width, height };
      for (const sheet of sheets) sheet.resize(width, height);
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      for (const sheet of sheets) sheet.stop();
    };
  }, []);
  const spotOf = (event: PointerEvent | MouseEvent): Spot => ({ x: event.offsetX, y: event.offsetY, ...size.current });
  return (
    <div
      ref={place}
      class="layers"
      role="img"
      aria-label={label}
      onPointerMove={(event) => onPoint?.(spotOf(event))}
      onPointerLeave={() => onPoint?.(undefined)}
      onClick={(event) => onPick?.(spotOf(event), event.shiftKey || event.ctrlKey)}
    >
      {layers.map((_, i) => (
        <canvas key={i} aria-hidden="true" />
      ))}
    </div>
  );
}
