/** What carries links between phones: gRPC over TCP, or, where a process holds more phones than it may have sockets, memory. */
import type { HostPort } from '../../../shared/runtime/network/host-port.ts';
import { dialStream, type LinkStream } from './link-stream.ts';
import { PeerServer, type PeerServerOptions } from './peer-server.ts';

/** Where other phones open their links. */
export interface LinkListener {
  /** Connections closed unanswered. */
  readonly refusedConnections: number;
  /** Takes the address, whose port may be 0; streams wait until `start`. Gives the address with the port that was picked. */
  listen(address: HostPort): Promise<HostPort>;
  /** From now on `accept` gets the streams that other phones open. */
  start(accept: (stream: LinkStream) => void): void;
  /** Takes no more streams, lets open ones finish for `graceMs`, then closes what is left. */
  stop(graceMs: number): Promise<void>;
}

export interface LinkCarrier {
  listener(options: PeerServerOptions): LinkListener;
  /** Opens a stream to a canonical ip:port. */
  dial(address: string, options: PeerServerOptions): LinkStream;
}

export const GRPC_CARRIER: LinkCarrier = {
  listener: (options) => new PeerServer(options),
  dial: (address, { tls }) => dialStream(address, tls?.client),
};
