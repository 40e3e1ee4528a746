/**
 * Ports for a testnet in a temporary folder. Tests run several of them on one machine, and none may take a port of another
 * whose phone is gone and will come back: each holds the last port of its slot for as long as it lives.
 */
import { createServer, type Server } from 'node:net';
import { TestnetError } from '../testnet-error.ts';

/** Below the ports that the kernel hands out. Phones' peer ports lie 1000 above their APIs: slots fill every other thousand. */
const FIRST_PORT = 10_000;
const THOUSANDS = 9;
const SLOTS_A_THOUSAND = 10;
const PORTS = 100;

export class PortSlot implements AsyncDisposable {
  readonly basePort: number;
  readonly #guard: Server;

  private constructor(basePort: number, guard: Server) {
    this.basePort = basePort;
    this.#guard = guard;
  }

  /** One that no other testnet has, beginning to look at a random one. Throws a TestnetError when there is none. */
  static async take(): Promise<PortSlot> {
    const count = THOUSANDS * SLOTS_A_THOUSAND;
    const first = Math.floor(Math.random() * count);
    for (let i = 0; i < count; i++) {
      const basePort = basePortOf((first + i) % count);
      const guard = await listenAt(basePort + PORTS - 1);
      if (guard !== undefined) return new PortSlot(basePort, guard);
    }
    throw new TestnetError(
      `all ${count} places for testnets in temporary folders are taken: end some, or name a --port`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise((resolve) => this.#guard.close(resolve));
  }
}

function basePortOf(slot: number): number {
  const thousand = Math.floor(slot / SLOTS_A_THOUSAND);
  return FIRST_PORT + 2_000 * thousand + PORTS * (slot % SLOTS_A_THOUSAND);
}

/** Undefined when somebody else listens there. */
function listenAt(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy()).unref();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server));
  });
}
