/** A gRPC server on a TCP port, with every bound on connections, streams and messages stated. */
import { once } from 'node:events';
import { createServer, type Socket, type Server as TcpServer } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { atMost } from '../at-most.ts';
import { ConnectionCount } from '../network/connection-count.ts';
import type { HostPort } from '../network/host-port.ts';
import { listenError } from '../network/listen-error.ts';

export interface GrpcListenerOptions {
  /** Longest message taken, in bytes; longer ones end their stream with RESOURCE_EXHAUSTED. */
  readonly maxMessageBytes: number;
  /** Most TCP connections open at once; further ones are closed unanswered. */
  readonly maxConnections: number;
  /** Most of them that may come from one IP address, or one /64 of IPv6. Default: no bound of its own. */
  readonly maxConnectionsFrom?: (ip: string) => number;
  /** Most streams one connection may have open at once. */
  readonly maxStreamsPerConnection: number;
  /** A connection without streams is closed after this long, in ms. */
  readonly connectionIdleMs: number;
  /** Default: connections are not encrypted. */
  readonly tls?: TlsOptions | undefined;
}

export class GrpcListener {
  readonly server: Server;
  readonly #tcp: TcpServer;
  readonly #sockets = new Map<string, Socket>();
  readonly #connections = new ConnectionCount();
  #refusedConnections = 0;

  constructor(options: GrpcListenerOptions) {
    this.server = new Server({
      'grpc.enable_channelz': 0,
      'grpc.max_receive_message_length': options.maxMessageBytes,
      'grpc.max_send_message_length': options.maxMessageBytes,
      'grpc.max_concurrent_streams': options.maxStreamsPerConnection,
      'grpc.max_connection_idle_ms': options.connectionIdleMs,
    });
    const injector = this.server.createConnectionInjector(ServerCredentials.createInsecure());
    const secured = options.tls && createTlsServer(options.tls, (socket) => injector.injectConnection(socket));
    // Whoever speaks no TLS, or shows no certificate where one is wanted: Node has closed the connection.
    secured?.on('tlsClientError', () => {
      this.#refusedConnections++;
    });
    this.#tcp = createServer({ noDelay: true }, (socket) => {
      if (!this.#admit(socket, options.maxConnectionsFrom)) return;
      if (secured === undefined) injector.injectConnection(socket);
      else secured.emit('connection', socket);
    });
    this.#tcp.maxConnections = options.maxConnections;
    this.#tcp.on('drop', () => {
      this.#refusedConnections++;
    });
    // Accepting failed, for want of file descriptors say: that connection is lost, the next may do better.
    this.#tcp.on('error', () => {});
  }

  /** Connections closed unanswered: too many in all or from one address, or not encrypted as they must be. */
  get refusedConnections(): number {
    return this.#refusedConnections;
  }

  /**
   * Starts listening; gives the address with the port that was picked where 0 was asked for. Rejects with a
   * ConfigurationError when the address cannot be listened on.
   */
  async listen(address: HostPort): Promise<HostPort> {
    this.#tcp.listen({ host: address.host, port: address.port });
    await once(this.#tcp, 'listening').catch((error: unknown) => {
      throw listenError(error, address);
    });
    const bound = this.#tcp.address();
    if (bound === null || typeof bound === 'string') throw new Error('the TCP server has no address');
    return { host: address.host, port: bound.port };
  }

  /** Counts a connection, or closes it when its address has too many. */
  #admit(socket: Socket, mostFrom: GrpcListenerOptions['maxConnectionsFrom']): boolean {
    const { remoteAddress: ip, remotePort } = socket;
    if (ip === undefined) {
      socket.destroy(); // it was closed before it was looked at
      return false;
    }
    const peer = `${ip}:${remotePort}`;
    const count = this.#connections.opened(ip);
    socket.on('close', () => {
      this.#connections.closed(ip);
      this.#sockets.delete(peer);
    });
    if (mostFrom !== undefined && count > mostFrom(ip)) {
      this.#refusedConnections++;
      socket.destroy();
      return false;
    }
    this.#sockets.set(peer, socket);
    return true;
  }

  /** Cuts the connection of a peer, given as `call.getPeer()` names it. */
  disconnect(peer: string): void {
    this.#sockets.get(peer)?.destroy();
  }

  /** Takes no more connections, lets streams finish for `graceMs`, then closes what is left. */
  async stop(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      if (this.#tcp.listening) this.#tcp.close(() => resolve());
      else resolve();
    });
    await atMost(graceMs, new Promise<void>((resolve) => this.server.tryShutdown(() => resolve())));
    this.server.forceShutdown();
    await closed;
  }
}
