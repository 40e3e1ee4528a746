/**
 * A stream under fault rules, in both directions: frames are cut, lost or late, while the connection stands. What a
 * lost request or reply was for times out. The frames that open and close a link are never lost alone, only cut and
 * late: over a lossy network they would be sent again until they arrive, and a loss is a call that gets no answer.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import { isPartOfCall, joinFrames, splitFrames } from '../links/frame-codec.ts';
import type { LinkFault } from '../links/link-fault.ts';
import type { LinkStream, StreamEnd, StreamListener } from '../links/link-stream.ts';
import { DelayLine } from './delay-line.ts';
import type { FaultInjection, FaultyWay } from './fault-injection.ts';
import type { FaultDirection, Peer } from './fault-rule.ts';

/** Late bytes of the other end at which nothing more is read. */
const HELD_HIGH_BYTES = 1024 * 1024;

/** One direction of a stream. */
class FaultyDirection {
  readonly line = new DelayLine();
  readonly #faults: FaultInjection;
  readonly #direction: FaultDirection;
  #peer: Peer;
  #way: FaultyWay | undefined;
  #generation = -1;

  constructor(faults: FaultInjection, direction: FaultDirection, peer: Peer) {
    this.#faults = faults;
    this.#direction = direction;
    this.#peer = peer;
  }

  get isCut(): boolean {
    return this.#current()?.cut === true;
  }

  identified(peer: Peer): void {
    this.#peer = peer;
    this.#generation = -1;
  }

  /** Passes on what the rules leave of a message, late if they want it; `dropped` is called when nothing is left. */
  pass(message: Buffer, deliver: (message: Buffer) => void, dropped: () => void): void {
    const way = this.#current();
    if (way === undefined) return this.line.push(0, () => deliver(message));
    const left = this.#leaves(way, message);
    if (left === undefined) return dropped();
    this.line.push(this.#delay(way, left), () => {
      // A cut takes what is on its way, too.
      if (this.isCut) {
        this.#faults.happened('cut', this.#direction, framesIn(left));
        dropped();
      } else {
        deliver(left);
      }
    });
  }

  #current(): FaultyWay | undefined {
    if (this.#generation !== this.#faults.generation) {
      this.#generation = this.#faults.generation;
      this.#way = this.#faults.way(this.#peer, this.#direction);
    }
    return this.#way;
  }

  #leaves(way: FaultyWay, message: Buffer): Buffer | undefined {
    const frames = splitFrames(message);
    // What is no message is for the link to refuse.
    if (frames === undefined && !way.cut) return message;
    if (way.cut) {
      this.#faults.happened('cut', this.#direction, frames?.length ?? 1);
      return undefined;
    }
    const kept = frames!.filter((frame) => !(isPartOfCall(frame) && way.loses()));
    const lost = frames!.length - kept.length;
    if (lost === 0) return message;
    this.#faults.happened('lost', this.#direction, lost);
    return kept.length === 0 ? undefined : joinFrames(kept);
  }

  #delay(way: FaultyWay, message: Buffer): number {
    const delayMs = way.delayMs(message.length);
    if (delayMs > 0) this.#faults.happened('delayed', this.#direction, framesIn(message), delayMs);
    return delayMs;
  }
}

export class FaultyStream implements LinkStream {
  readonly #stream: LinkStream;
  readonly #faults: FaultInjection;
  readonly #out: FaultyDirection;
  readonly #in: FaultyDirection;
  #listener: StreamListener | undefined;
  #heldBytes = 0;
  #pausedByOwner = false;
  #stopListening: (() => void) | undefined;
  #closed = false;

  constructor(stream: LinkStream, faults: FaultInjection, peer: Peer) {
    this.#stream = stream;
    this.#faults = faults;
    this.#out = new FaultyDirection(faults, 'out', peer);
    this.#in = new FaultyDirection(faults, 'in', peer);
  }

  get observedIp(): string {
    return this.#stream.observedIp;
  }

  channelKey(): Buffer | undefined {
    return this.#stream.channelKey();
  }

  identified(contact: Contact): void {
    this.#out.identified(contact);
    this.#in.identified(contact);
  }

  listen(listener: StreamListener): void {
    const isFirst = this.#listener === undefined;
    this.#listener = listener;
    if (!isFirst) return;
    this.#stream.listen({ received: (message) => this.#received(message), ended: (end) => this.#ended(end) });
  }

  write(message: Buffer, written: () => void): void {
    this.#out.pass(
      message,
      (left) => this.#stream.write(left, written),
      () => setImmediate(written),
    );
  }

  pause(): void {
    this.#pausedByOwner = true;
    this.#stream.pause();
  }

  resume(): void {
    this.#pausedByOwner = false;
    if (this.#heldBytes < HELD_HIGH_BYTES) this.#stream.resume();
  }

  finish(): void {
    this.#close();
    // The end of a stream comes after what is unread.
    this.#stream.resume();
    this.#out.line.push(0, () => this.#stream.finish());
  }

  abort(fault: LinkFault): void {
    this.#close();
    this.#out.line.clear();
    this.#stream.abort(fault);
  }

  #received(message: Buffer): void {
    if (this.#closed) return;
    const { length } = message;
    this.#heldBytes += length;
    if (this.#heldBytes >= HELD_HIGH_BYTES) this.#stream.pause();
    this.#in.pass(
      message,
      (left) => {
        this.#release(length);
        this.#listener!.received(left);
      },
      () => this.#release(length),
    );
  }

  #release(bytes: number): void {
    const wasHigh = this.#heldBytes >= HELD_HIGH_BYTES;
    this.#heldBytes -= bytes;
    if (wasHigh && this.#heldBytes < HELD_HIGH_BYTES && !this.#pausedByOwner) this.#stream.resume();
  }

  /** Behind a cut nobody learns that the other end is gone: they do once it heals. */
  #ended(end: StreamEnd): void {
    this.#in.line.push(0, () => {
      if (this.#closed) return;
      if (this.#in.isCut) {
        this.#stopListening ??= this.#faults.onChange(() => this.#ended(end));
        return;
      }
      this.#close();
      this.#out.line.clear();
      this.#listener!.ended(end);
    });
  }

  #close(): void {
    this.#closed = true;
    this.#in.line.clear();
    this.#stopListening?.();
  }
}

function framesIn(message: Buffer): number {
  return splitFrames(message)?.length ?? 1;
}
