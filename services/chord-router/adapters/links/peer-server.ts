/** The peer API: where other phones open their links, and where anyone may ask whether this phone is healthy. */
import { type ServerDuplexStream, status } from '@grpc/grpc-js';
import { PeerServiceDefinition } from '../../../../proto/gen/ringwall/peer/v1/peer.ts';
import { GrpcListener } from '../../../shared/runtime/grpc/grpc-listener.ts';
import { serveUnary } from '../../../shared/runtime/grpc/grpc-server.ts';
import { Health, healthDefinition } from '../../../shared/runtime/metrics/health.ts';
import { canonicalIp, type HostPort, isLoopback } from '../../../shared/runtime/network/host-port.ts';
import { GRPC_MESSAGE_BYTES } from './frame-codec.ts';
import type { LinkListener } from './link-carrier.ts';
import { acceptedStream, LINK_PATH, type LinkStream } from './link-stream.ts';
import type { PeerTls } from './peer-tls.ts';

export interface PeerServerOptions {
  /** Most connections at once. */
  readonly maxConnections: number;
  /** Most of one IP address. Default: CONNECTIONS_PER_IP, but no bound on loopback, where whole testnets live. */
  readonly maxConnectionsPerIp?: number | undefined;
  /** Default: connections are not encrypted. */
  readonly tls?: PeerTls | undefined;
  readonly crashed: (error: unknown, label: string) => void;
}

/** A phone needs one connection; behind one address there may be many phones. */
export const CONNECTIONS_PER_IP = 128;
/** A connection without a stream is closed after this long, in ms. */
const CONNECTION_IDLE_MS = 30_000;
/** A link and a health check, and one more of each while one replaces the other. */
const STREAMS_PER_CONNECTION = 4;

const NOT_YET = { name: 'Error', message: 'starting', code: status.UNAVAILABLE, details: 'this phone is starting' };

const identity = (bytes: Buffer): Buffer => bytes;

export class PeerServer implements LinkListener {
  readonly health = new Health();
  readonly #listener: GrpcListener;
  #accept: ((stream: LinkStream) => void) | undefined;

  constructor(options: PeerServerOptions) {
    this.#listener = new GrpcListener({
      maxMessageBytes: GRPC_MESSAGE_BYTES,
      maxConnections: options.maxConnections,
      maxConnectionsFrom: (ip) =>
        options.maxConnectionsPerIp ?? (isLoopback(canonicalIp(ip) ?? ip) ? Infinity : CONNECTIONS_PER_IP),
      maxStreamsPerConnection: STREAMS_PER_CONNECTION,
      connectionIdleMs: CONNECTION_IDLE_MS,
      tls: options.tls?.server,
    });
    this.health.set(PeerServiceDefinition.fullName, false);
    serveUnary(this.#listener, healthDefinition, this.health.service, options.crashed);
    // Bytes in and out: what they say is decoded where a fault can be answered with its own status.
    const link = {
      path: LINK_PATH,
      requestStream: true,
      responseStream: true,
      requestSerialize: identity,
      requestDeserialize: identity,
      responseSerialize: identity,
      responseDeserialize: identity,
    } as const;
    this.#listener.server.addService({ link }, { link: (call: LinkCall) => this.#link(call) });
  }

  /** Too many in all or from one address, or not encrypted as they must be. */
  get refusedConnections(): number {
    return this.#listener.refusedConnections;
  }

  listen(address: HostPort): Promise<HostPort> {
    return this.#listener.listen(address);
  }

  start(accept: (stream: LinkStream) => void): void {
    this.#accept = accept;
    this.health.set(PeerServiceDefinition.fullName, true);
  }

  async stop(graceMs: number): Promise<void> {
    this.health.setAll(false);
    await this.#listener.stop(graceMs);
  }

  #link(call: LinkCall): void {
    const stream = acceptedStream(call, () => this.#listener.disconnect(call.getPeer()));
    if (this.#accept !== undefined) this.#accept(stream);
    else call.emit('error', NOT_YET);
  }
}

type LinkCall = ServerDuplexStream<Buffer, Buffer>;
