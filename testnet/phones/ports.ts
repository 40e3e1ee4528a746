/**
 * Which ports a testnet's phones listen on. Phone n has its API on base + n and its peer API 1000 above, so that
 * addresses, and the ids made of them, stay the same over restarts.
 */
import { createServer } from 'node:net';
import { TestnetError } from '../testnet-error.ts';

export const DEFAULT_BASE_PORT = 8100;
/** Between a phone's API and its peer API; also the most phones of a testnet. */
const PEER_PORT_OFFSET = 1000;
/** Where the ports of phone n are looked for next when something else has them. */
const NEXT_BLOCK = 2 * PEER_PORT_OFFSET;
const BLOCKS = 12;
export const HIGHEST_BASE_PORT = 65_535 - 2 * PEER_PORT_OFFSET;

export interface PhonePorts {
  readonly api: number;
  readonly peer: number;
}

/**
 * Free ports for phone n. With `strict`, exactly those that follow from the base, or a TestnetError; otherwise the
 * same in one of the blocks above it. Not those `after` which it comes.
 */
export async function findPorts(base: number, n: number, strict: boolean, after?: PhonePorts): Promise<PhonePorts> {
  const all = Array.from({ length: strict ? 1 : BLOCKS }, (_, block) => portsOf(base + block * NEXT_BLOCK, n));
  const from = all.findIndex(({ api }) => api === after?.api) + 1;
  for (const ports of [...all.slice(from), ...all.slice(0, from)]) {
    const { api, peer } = ports;
    if (peer <= 65_535 && api !== after?.api && (await isFree(api)) && (await isFree(peer))) return ports;
  }
  throw new TestnetError(
    `ports ${base + n} and ${base + n + PEER_PORT_OFFSET} of phone ${n} are not both free: choose others with --port`,
  );
}

/**
 * The port of the gateway: the one below the phones', or the same in one of the blocks above it. Throws a TestnetError
 * when none is free.
 */
export async function findGatewayPort(base: number): Promise<number> {
  for (let port = base; port <= 65_535 && port < base + BLOCKS * NEXT_BLOCK; port += NEXT_BLOCK) {
    if (await isFree(port)) return port;
  }
  throw new TestnetError(`port ${base} of the gateway is not free: choose others with --port`);
}

/** Throws a TestnetError unless the gateway can have exactly this port. */
export async function expectFreeForGateway(port: number): Promise<void> {
  if (!(await isFree(port))) {
    throw new TestnetError(`port ${port} of the gateway is not free: choose others with --port`);
  }
}

function portsOf(base: number, n: number): PhonePorts {
  return { api: base + n, peer: base + PEER_PORT_OFFSET + n };
}

/** Throws a TestnetError unless both ports that a phone had before are free for it now. */
export async function expectFree(n: number, ports: PhonePorts): Promise<void> {
  for (const port of [ports.api, ports.peer]) {
    if (await isFree(port)) continue;
    throw new TestnetError(
      `port ${port}, which phone ${n} had before, is taken: end the program that has it, or use another --data`,
    );
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
