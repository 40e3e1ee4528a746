/** The addresses that a host:port stands for, where the host may be a name with several. */
import { lookup } from 'node:dns';
import { canonicalIp, formatHostPort, parseHostPort } from './host-port.ts';

/**
 * `done` gets canonical ip:port in the order of their text, which is the same on every phone; none where the name is not
 * known or the text is no host:port.
 */
export function resolveAddress(address: string, done: (addresses: readonly string[]) => void): void {
  const parsed = parseHostPort(address);
  if (parsed === undefined) return done([]);
  const { host, port } = parsed;
  const ip = canonicalIp(host);
  if (ip !== undefined) return done([formatHostPort({ host: ip, port })]);
  lookup(host, { all: true }, (error, found) => {
    if (error !== null) return done([]);
    const ips = new Set(found.flatMap((entry) => canonicalIp(entry.address) ?? []));
    done([...ips].map((each) => formatHostPort({ host: each, port })).sort());
  });
}
