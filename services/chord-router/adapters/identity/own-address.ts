/** The address other phones reach this one under: an IP address, for ids are made of it. */
import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import {
  canonicalIp,
  formatHostPort,
  type HostPort,
  parseHostPort,
} from '../../../shared/runtime/network/host-port.ts';
import { ConfigurationError } from '../../../shared/runtime/program/environment.ts';

const ANY_ADDRESS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/**
 * Canonical ip:port. `advertise` is a host or host:port and wins over where the phone listens; a phone that listens on
 * all addresses advertises the first that others could reach. Throws a ConfigurationError when there is none.
 */
export async function ownAddress(advertise: string | undefined, listening: HostPort): Promise<string> {
  const wanted = advertise === undefined ? listening : advertised(advertise, listening.port);
  const ip = await ipOf(wanted.host);
  if (ANY_ADDRESS.has(ip)) {
    const reachable = firstReachableIp();
    if (reachable === undefined) {
      throw new ConfigurationError(['this machine has no address but its loopback: set RINGWALL_ADVERTISE']);
    }
    return formatHostPort({ host: reachable, port: wanted.port });
  }
  return formatHostPort({ host: ip, port: wanted.port });
}

function advertised(text: string, listeningPort: number): HostPort {
  const parsed = parseHostPort(text);
  if (parsed === undefined) return { host: text.replace(/^\[(.*)\]$/, '$1'), port: listeningPort };
  return { host: parsed.host, port: parsed.port === 0 ? listeningPort : parsed.port };
}

async function ipOf(host: string): Promise<string> {
  const ip = canonicalIp(host);
  if (ip !== undefined) return ip;
  try {
    const { address } = await lookup(host);
    const found = canonicalIp(address);
    if (found !== undefined) return found;
  } catch (error) {
    throw new ConfigurationError([`cannot find the address of ${host}: ${(error as Error).message}`]);
  }
  throw new ConfigurationError([`${host} has no usable address`]);
}

function firstReachableIp(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outside = all.filter(({ internal, address }) => !internal && canonicalIp(address) !== undefined);
  const chosen = outside.find(({ family }) => family === 'IPv4') ?? outside[0];
  return chosen === undefined ? undefined : canonicalIp(chosen.address);
}
