import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { GrpcListener, type GrpcListenerOptions } from '../../../services/shared/runtime/grpc/grpc-listener.ts';
import { ConnectionCount } from '../../../services/shared/runtime/network/connection-count.ts';
import { isPortTaken } from '../../../services/shared/runtime/network/listen-error.ts';
import { ConfigurationError } from '../../../services/shared/runtime/program/environment.ts';

async function listener(changes: Partial<GrpcListenerOptions> = {}) {
  const opened = new GrpcListener({
    ...{ maxMessageBytes: 1_024, maxConnections: 8, maxStreamsPerConnection: 1, connectionIdleMs: 60_000 },
    ...changes,
  });
  onTestFinished(() => opened.stop(0));
  const { port } = await opened.listen({ host: '127.0.0.1', port: 0 });
  return { opened, port };
}

/** `kept`: the HTTP/2 settings of the server came; otherwise it hung up without a word. */
async function call(port: number, localAddress: string): Promise<{ socket: Socket; kept: boolean }> {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  const kept = await Promise.race([once(socket, 'data').then(() => true), once(socket, 'close').then(() => false)]);
  return { socket, kept };
}

describe('a gRPC listener', () => {
  it('takes so many connections from one address, and others from another', async () => {
    const { opened, port } = await listener({ maxConnectionsFrom: (ip) => (ip === '127.0.0.3' ? 1 : 2) });
    const first = await call(port, '127.0.0.2');
    expect(first.kept).toBe(true);
    expect((await call(port, '127.0.0.2')).kept).toBe(true);
    expect((await call(port, '127.0.0.2')).kept).toBe(false);
    expect((await call(port, '127.0.0.3')).kept).toBe(true);
    expect((await call(port, '127.0.0.3')).kept).toBe(false);
    expect(opened.refusedConnections).toBe(2);
    first.socket.destroy();
    await expect.poll(async () => (await call(port, '127.0.0.2')).kept).toBe(true);
  });

  it('counts those beyond its bound in all, too', async () => {
    const { opened, port } = await listener({ maxConnections: 1 });
    expect((await call(port, '127.0.0.2')).kept).toBe(true);
    expect((await call(port, '127.0.0.3')).kept).toBe(false);
    expect(opened.refusedConnections).toBe(1);
  });

  it('says what is wrong with an address it cannot have', async () => {
    const taken = createServer();
    taken.listen(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as { port: number };
    const { opened } = await listener();
    await opened.stop(0);
    const error = await opened.listen({ host: '127.0.0.1', port }).catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect((error as Error).message).toBe(
      `127.0.0.1:${port} is in use: stop what listens there, or choose another port`,
    );
    expect(isPortTaken(error)).toBe(true);
    const elsewhere = await opened.listen({ host: '203.0.113.1', port: 0 }).catch((fault: unknown) => fault);
    expect((elsewhere as Error).message).toBe('203.0.113.1:0 is no address of this machine');
    expect(isPortTaken(elsewhere)).toBe(false);
  });
});

describe('a count of connections', () => {
  it('takes all of an IPv6 network for one place, and mapped IPv4 for IPv4', () => {
    const count = new ConnectionCount();
    expect(count.opened('2001:db8::1')).toBe(1);
    expect(count.opened('2001:db8::ffff:0:0:1')).toBe(2);
    expect(count.opened('2001:db8:0:1::1')).toBe(1);
    expect(count.opened('10.0.0.1')).toBe(1);
    expect(count.opened('::ffff:10.0.0.1')).toBe(2);
    expect(count.opened('10.0.0.2')).toBe(1);
  });

  it('forgets places without connections', () => {
    const count = new ConnectionCount();
    for (const ip of ['10.0.0.1', '10.0.0.1', '2001:db8::1']) count.opened(ip);
    count.closed('10.0.0.1');
    expect(count.places).toBe(2);
    for (const ip of ['::ffff:10.0.0.1', '2001:db8::2', '192.0.2.1']) count.closed(ip);
    expect(count.places).toBe(0);
  });
});
