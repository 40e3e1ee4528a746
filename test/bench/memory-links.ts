/**
 * Links that are pairs of queues within this process: as many as its memory allows, where sockets end with the files a
 * process may have open. What two phones say to each other, their handshake and their frames are those of links over gRPC;
 * what gRPC, HTTP/2 and the kernel cost is left out.
 */
import { status } from '@grpc/grpc-js';
import type { LinkCarrier, LinkListener } from '../../services/chord-router/adapters/links/link-carrier.ts';
import type { LinkStream, StreamEnd, StreamListener } from '../../services/chord-router/adapters/links/link-stream.ts';
import { formatHostPort, type HostPort } from '../../services/shared/runtime/network/host-port.ts';

const FIRST_PORT = 1_024;
const CLOSED: StreamEnd = { code: status.OK, details: 'closed by the other phone' };
const BROKEN: StreamEnd = { code: status.UNAVAILABLE, details: 'the stream broke off' };

/** One end of a stream. */
class MemoryStream implements LinkStream {
  readonly observedIp: string;
  /** For who keeps count of what is open. */
  onOver: () => void = () => {};
  #other: MemoryStream | undefined;
  #listener: StreamListener | undefined;
  /** Came while nobody listened, or while paused. */
  #held: (Buffer | StreamEnd)[] = [];
  #paused = false;
  #closed = false;

  private constructor(observedIp: string) {
    this.observedIp = observedIp;
  }

  static pair(observedIp: string): readonly [MemoryStream, MemoryStream] {
    const ends = [new MemoryStream(observedIp), new MemoryStream(observedIp)] as const;
    ends[0].#other = ends[1];
    ends[1].#other = ends[0];
    return ends;
  }

  channelKey(): undefined {
    return undefined;
  }

  listen(listener: StreamListener): void {
    this.#listener = listener;
    this.#release();
  }

  write(message: Buffer, written: () => void): void {
    this.#tell(message);
    setImmediate(written);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#release();
  }

  finish(): void {
    this.#close(CLOSED);
  }

  abort(fault?: { readonly code: number; readonly message: string }): void {
    this.#close(fault === undefined ? BROKEN : { code: fault.code, details: fault.message });
  }

  #close(end: StreamEnd): void {
    if (this.#closed) return;
    this.#tell(end);
    this.#over();
  }

  #over(): void {
    this.#closed = true;
    this.#held = [];
    this.onOver();
  }

  /** The other end hears of it in a turn of its own, as it would over a socket. */
  #tell(what: Buffer | StreamEnd): void {
    const other = this.#other!;
    if (this.#closed || other.#closed) return;
    setImmediate(() => other.#hear(what));
  }

  #hear(what: Buffer | StreamEnd): void {
    if (this.#closed) return;
    this.#held.push(what);
    this.#release();
  }

  #release(): void {
    while (!this.#paused && !this.#closed && this.#listener !== undefined && this.#held.length > 0) {
      const next = this.#held.shift()!;
      if (Buffer.isBuffer(next)) this.#listener.received(next);
      else {
        const listener = this.#listener;
        this.#over();
        listener.ended(next);
      }
    }
  }
}

/** One a network: its phones find each other by address. */
export class MemoryLinks implements LinkCarrier {
  readonly #accepting = new Map<string, MemoryListener>();
  #lastPort = FIRST_PORT;

  listener(): LinkListener {
    return new MemoryListener(this.#accepting, (wanted) => (wanted === 0 ? ++this.#lastPort : wanted));
  }

  dial(address: string): LinkStream {
    const [ours, theirs] = MemoryStream.pair(address.slice(0, address.lastIndexOf(':')));
    const listener = this.#accepting.get(address);
    if (listener === undefined) setImmediate(() => theirs.abort());
    else setImmediate(() => listener.take(theirs));
    return ours;
  }
}

class MemoryListener implements LinkListener {
  readonly refusedConnections = 0;
  readonly #all: Map<string, MemoryListener>;
  readonly #portOf: (wanted: number) => number;
  readonly #streams = new Set<MemoryStream>();
  #address = '';
  #accept: ((stream: LinkStream) => void) | undefined;

  constructor(all: Map<string, MemoryListener>, portOf: (wanted: number) => number) {
    this.#all = all;
    this.#portOf = portOf;
  }

  async listen({ host, port }: HostPort): Promise<HostPort> {
    const bound = { host, port: this.#portOf(port) };
    this.#address = formatHostPort(bound);
    this.#all.set(this.#address, this);
    return bound;
  }

  start(accept: (stream: LinkStream) => void): void {
    this.#accept = accept;
  }

  take(stream: MemoryStream): void {
    if (this.#accept === undefined) stream.abort();
    else {
      this.#streams.add(stream);
      stream.onOver = () => this.#streams.delete(stream);
      this.#accept(stream);
    }
  }

  async stop(): Promise<void> {
    this.#all.delete(this.#address);
    for (const stream of [...this.#streams]) stream.abort();
  }
}
