/** What must be so before a testnet in containers starts; each fault is one line that says what to do. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { run } from './program.ts';

export interface Wanted {
  readonly phones: number;
  /** What is published, by who is to have it. */
  readonly ports: ReadonlyMap<string, number>;
}

/** What is known of the machine and its engine. */
export interface Machine {
  /** Why there is no engine to use; undefined: there is one. */
  readonly engineFault: string | undefined;
  /** Version of `docker compose`, as it says it; undefined: there is none. */
  readonly compose: string | undefined;
  /** Memory that could be used now, in bytes; undefined where nobody tells. */
  readonly availableBytes: number | undefined;
  /** Ports of those wanted that somebody else has. */
  readonly taken: readonly number[];
}

/** A phone in a container, with the kernel's and the engine's share: 45 MB measured with its encoder idle. */
const PHONE_BYTES = 48 * 2 ** 20;
/** Gateway, Prometheus, Grafana, and some phones whose encoder is awake. */
const OTHER_BYTES = 768 * 2 ** 20;
const COMPOSE_LEAST = 2;

/** All that is wrong; empty when the testnet can start. */
export function faultsOf({ phones, ports }: Wanted, machine: Machine): string[] {
  // Nothing else can be found out without an engine.
  if (machine.engineFault !== undefined) return [machine.engineFault];
  const faults: string[] = [];
  const { compose, availableBytes, taken } = machine;
  if (compose === undefined || Number(/\d+/.exec(compose)?.[0]) < COMPOSE_LEAST) {
    faults.push(
      `Docker Compose 2 or newer is needed, and ${compose === undefined ? 'there is none' : `this is ${compose}`}: ` +
        'install the plugin docker-compose-plugin (as root on Debian: containers/engine.sh up)',
    );
  }
  for (const [owner, port] of ports) {
    if (taken.includes(port)) faults.push(`port ${port} for ${owner} is taken: end what has it, or choose another one`);
  }
  const neededBytes = phones * PHONE_BYTES + OTHER_BYTES;
  if (availableBytes !== undefined && availableBytes < neededBytes) {
    const most = Math.floor((availableBytes - OTHER_BYTES) / PHONE_BYTES);
    faults.push(
      `${phones} phones need about ${megabytes(neededBytes)} MB of memory, and ${megabytes(availableBytes)} MB are free: ` +
        (most < 1 ? 'free some' : `free some, or start at most ${most} phones`),
    );
  }
  return faults;
}

/** `isOurs`: a testnet of ours runs already, so that its own ports count as free. */
export async function inspectMachine(wanted: Wanted, isOurs: boolean): Promise<Machine> {
  const engineFault = await findEngineFault();
  const compose = await run('docker', ['compose', 'version', '--short']).catch(() => undefined);
  const taken: number[] = [];
  for (const port of isOurs ? [] : wanted.ports.values()) if (!(await isFree(port))) taken.push(port);
  return { engineFault, compose: compose?.trim(), availableBytes: await availableMemory(), taken };
}

async function findEngineFault(): Promise<string | undefined> {
  try {
    await run('docker', ['version', '--format', '{{.Server.Version}}']);
    return undefined;
  } catch (error) {
    const why = (error as Error).message.split('\n').at(-1)!;
    return `no container engine can be used (${why}): start Docker, or on Debian as root containers/engine.sh up`;
  }
}

/** On other systems than Linux the engine runs in a virtual machine, whose memory is not this one's. */
async function availableMemory(): Promise<number | undefined> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

async function isFree(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen({ port, host: '0.0.0.0' }, () => server.close(() => resolve(true)));
  });
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
