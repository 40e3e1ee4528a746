/** The way out of a link: frames wait for company, leave in batches, and never pile up without bound. */
import { joinFrames, MAX_BATCH_BYTES } from './frame-codec.ts';
import type { LinkStream } from './link-stream.ts';

export interface WriterLimits {
  /** Unsent bytes at which nothing more is read from the stream, and at which `overflowed` is called. */
  readonly unsentHighBytes: number;
  readonly unsentMaxBytes: number;
}

export class FrameWriter {
  readonly #stream: LinkStream;
  readonly #limits: WriterLimits;
  readonly #overflowed: () => void;
  #queue: Uint8Array[] = [];
  #flushing = false;
  #unsentBytes = 0;
  #paused = false;
  #closed = false;

  /** `overflowed`: the other end asks and does not read. */
  constructor(stream: LinkStream, limits: WriterLimits, overflowed: () => void) {
    this.#stream = stream;
    this.#limits = limits;
    this.#overflowed = overflowed;
  }

  /** Queues an encoded frame. A lone one leaves at once; others wait for the end of the turn, for company. */
  send(frame: Uint8Array, lone: boolean): void {
    if (this.#closed) return;
    this.#queue.push(frame);
    this.#unsentBytes += frame.length;
    if (this.#flushing) return;
    this.#flushing = true;
    const flush = (): void => {
      this.#flushing = false;
      this.#flush();
    };
    if (lone) queueMicrotask(flush);
    else setImmediate(flush);
  }

  /** Nothing is written any more, but, when the end is orderly, what is queued. */
  close(orderly: boolean): void {
    if (orderly) this.#flush();
    this.#closed = true;
    this.#queue = [];
  }

  #flush(): void {
    if (this.#closed) return;
    const frames = this.#queue;
    this.#queue = [];
    let from = 0;
    let bytes = 0;
    for (const [at, { length }] of frames.entries()) {
      if (at > from && bytes + length > MAX_BATCH_BYTES) {
        this.#write(frames.slice(from, at), bytes);
        from = at;
        bytes = 0;
      }
      bytes += length;
    }
    if (frames.length > from) this.#write(frames.slice(from), bytes);
    this.#watchUnsent();
  }

  #write(frames: readonly Uint8Array[], bytes: number): void {
    this.#stream.write(joinFrames(frames), () => {
      this.#unsentBytes -= bytes;
      if (this.#paused && this.#unsentBytes < this.#limits.unsentHighBytes) {
        this.#paused = false;
        this.#stream.resume();
      }
    });
  }

  #watchUnsent(): void {
    if (this.#unsentBytes > this.#limits.unsentMaxBytes) {
      this.#overflowed();
    } else if (!this.#paused && this.#unsentBytes > this.#limits.unsentHighBytes) {
      this.#paused = true;
      this.#stream.pause();
    }
  }
}
