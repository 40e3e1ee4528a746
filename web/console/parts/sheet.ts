/** One layer of a drawing: a canvas as large as its place, sharp on every screen, painted at most once a frame. */
import { effect } from '@preact/signals';

/** What is painted on, its size in CSS pixels. */
export interface Paper {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
}

/** Reads the signals that a layer shows and gives what paints it; run again when one of them changes. */
export type Layer = () => (paper: Paper) => void;

export class Sheet {
  readonly #context: CanvasRenderingContext2D;
  readonly #stop: () => void;
  #paint: (paper: Paper) => void = () => undefined;
  #width = 0;
  #height = 0;
  #frame = 0;

  constructor(canvas: HTMLCanvasElement, layer: Layer) {
    this.#context = canvas.getContext('2d')!;
    this.#stop = effect(() => {
      this.#paint = layer();
      this.#soon();
    });
  }

  /** The place has another size now, in CSS pixels. */
  resize(width: number, height: number): void {
    this.#width = width;
    this.#height = height;
    this.#soon();
  }

  stop(): void {
    this.#stop();
    cancelAnimationFrame(this.#frame);
  }

  /** However much changes until the next frame, it is painted once. */
  #soon(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#frame = 0;
    if (this.#width === 0 || this.#height === 0) return;
    const { canvas } = this.#context;
    const scale = devicePixelRatio;
    const [pixelsWide, pixelsHigh] = [Math.round(this.#width * scale), Math.round(this.#height * scale)];
    if (canvas.width !== pixelsWide || canvas.height !== pixelsHigh) {
      canvas.width = pixelsWide;
      canvas.height = pixelsHigh;
    }
    this.#context.setTransform(scale, 0, 0, scale, 0, 0);
    this.#context.clearRect(0, 0, this.#width, this.#height);
    this.#paint({ context: this.#context, width: this.#width, height: this.#height });
  }
}
