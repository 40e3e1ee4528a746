/** Server-sent events (HTML Living Standard, section 9.2) to one client, within a bound on what waits for it. */
import { Readable } from 'node:stream';
import { Type } from './type.ts';

/** What may wait for a client that does not read, unless told otherwise: some hundred events. */
const MAX_WAITING_BYTES = 262_144;
/** How long a client that is told to go has to read that. */
const CLOSE_MS = 5_000;
/** Between two comments that keep the connection from being taken for dead. */
const HEARTBEAT_MS = 15_000;
/** What clients are told to wait before they connect again. */
const RETRY_MS = 2_000;

/** The headers of a request for events. */
export const LastEventId = Type.Object({
  'last-event-id': Type.Optional(
    Type.String({ maxLength: 64, description: 'The id of the last event had: what came since is sent first.' }),
  ),
});

export interface StreamEvent {
  readonly id?: string;
  readonly event: string;
  readonly data: unknown;
}

export interface HoldOptions {
  /** Aborted when the service stops: the client is told `stopReason`, and the stream ends. */
  readonly stopping: AbortSignal;
  readonly stopReason: string;
  /** Asked at each heartbeat: why the stream must end, or undefined. */
  readonly endReason?: () => string | undefined;
  /** The stream has ended, in whatever way. */
  readonly ended: () => void;
}

export class EventStream extends Readable {
  readonly #maxWaitingBytes: number;
  #ending = false;

  constructor(maxWaitingBytes = MAX_WAITING_BYTES) {
    super({ highWaterMark: maxWaitingBytes });
    this.#maxWaitingBytes = maxWaitingBytes;
  }

  override _read(): void {
    // Events come when they happen.
  }

  /** Tells the client how long to wait before it connects again, and that the stream stands. */
  open(): void {
    this.#write(`retry: ${RETRY_MS}\n\n`);
  }

  /** Beats for as long as the stream lasts. */
  hold({ stopping, stopReason, endReason, ended }: HoldOptions): void {
    const beat = setInterval(() => {
      const reason = endReason?.();
      if (reason === undefined) this.beat();
      else this.close(reason);
    }, HEARTBEAT_MS);
    beat.unref();
    const onStopping = (): void => this.close(stopReason);
    stopping.addEventListener('abort', onStopping, { once: true });
    this.once('close', () => {
      clearInterval(beat);
      stopping.removeEventListener('abort', onStopping);
      ended();
    });
  }

  /** Sends an event. A client that has left too much unread gets a last one, `consumer-too-slow`, and is let go. */
  sendEvent({ id, event, data }: StreamEvent): void {
    const idLine = id === undefined ? '' : `id: ${id}\n`;
    this.#write(`${idLine}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    if (this.readableLength > this.#maxWaitingBytes) this.close('consumer-too-slow');
  }

  /** Keeps the connection from being taken for dead. */
  beat(): void {
    this.#write(':\n\n');
    if (this.readableLength > this.#maxWaitingBytes) this.close('consumer-too-slow');
  }

  /** Ends the stream with an event that names the reason. */
  close(reason: string): void {
    if (this.#ending) return;
    this.#write(`event: ${reason}\ndata: {}\n\n`);
    this.#ending = true;
    this.push(null);
    const timer = setTimeout(() => this.destroy(), CLOSE_MS);
    timer.unref();
    this.once('close', () => clearTimeout(timer));
  }

  #write(text: string): void {
    if (!this.#ending && !this.destroyed) this.push(text);
  }
}
