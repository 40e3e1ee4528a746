/** A delay of everything that our nodes send: a rule for their own links, as a testnet sets it. */
import { replaceFaults } from '../../services/chord-router/client/fault-client.ts';
import type { RunningChordRouter } from '../../services/chord-router/start.ts';
import { GrpcServer } from '../../services/shared/runtime/grpc/grpc-server.ts';
import { formatHostPort } from '../../services/shared/runtime/network/host-port.ts';

/** Of the nodes, whose faults nobody else can ask for: they listen on loopback while the bench runs. */
export const ADMIN_TOKEN = 'bench';

/** Has a node that was started with the admin token keep back all it sends for so long. */
export async function delayLinks(router: RunningChordRouter, delayMs: number): Promise<void> {
  const crashed = (error: unknown, method: string): void => console.error(`${method} crashed:`, error);
  const server = new GrpcServer({ crashed });
  router.serveSiblings(server);
  const address = formatHostPort(await server.listen({ host: '127.0.0.1', port: 0 }));
  try {
    const rules = [{ direction: 'out', delayMs: [delayMs, delayMs] }] as const;
    await replaceFaults(address, ADMIN_TOKEN, { seed: 1, rules });
  } finally {
    await server.stop(0);
  }
}
