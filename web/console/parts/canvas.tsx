/** A canvas as large as its place on the page, sharp on every screen, drawn anew only when something changed. */
import { useEffect, useRef } from 'preact/hooks';

export interface CanvasProps {
  /** What it shows, in words, for those who do not see it. */
  readonly label: string;
  /** Draws all of it; sizes are in CSS pixels. */
  readonly draw: (context: CanvasRenderingContext2D, width: number, height: number) => void;
  /** Called with where the pointer is, in CSS pixels from the upper left corner; undefined: outside. */
  readonly onPoint?: (at: { readonly x: number; readonly y: number } | undefined) => void;
  readonly onPick?: (at: { readonly x: number; readonly y: number }, isAdding: boolean) => void;
}

export function Canvas({ label, draw, onPoint, onPick }: CanvasProps) {
  const element = useRef<HTMLCanvasElement>(null);
  const latest = useRef(draw);
  const frame = useRef(0);
  latest.current = draw;

  const redraw = (): void => {
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => {
      const canvas = element.current;
      if (canvas !== null) paint(canvas, latest.current);
    });
  };
  useEffect(redraw);
  useEffect(() => {
    const observer = new ResizeObserver(redraw);
    observer.observe(element.current!);
    const theme = matchMedia('(prefers-color-scheme: dark)');
    theme.addEventListener('change', redraw);
    return () => {
      observer.disconnect();
      theme.removeEventListener('change', redraw);
      cancelAnimationFrame(frame.current);
    };
  }, []);
  return (
    <canvas
      ref={element}
      role="img"
      aria-label={label}
      onPointerMove={(event) => onPoint?.({ x: event.offsetX, y: event.offsetY })}
      onPointerLeave={() => onPoint?.(undefined)}
      onClick={(event) => onPick?.({ x: event.offsetX, y: event.offsetY }, event.shiftKey || event.ctrlKey)}
    />
  );
}

function paint(canvas: HTMLCanvasElement, draw: CanvasProps['draw']): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const scale = devicePixelRatio;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const context = canvas.getContext('2d')!;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  draw(context, width, height);
}
