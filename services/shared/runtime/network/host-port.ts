/** Network addresses as text: `host:port`, an IPv6 host in brackets. */
import { BlockList, isIP, SocketAddress } from 'node:net';

export interface HostPort {
  /** A name or an IP address, without brackets. */
  readonly host: string;
  /** 0 to 65535; 0 stands for "any free one" where something listens. */
  readonly port: number;
}

const HOST_PORT = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/@]+)):(\d{1,5})$/;
const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Undefined when the text is not `host:port`. */
export function parseHostPort(text: string): HostPort | undefined {
  const match = HOST_PORT.exec(text);
  if (match === null) return undefined;
  const host = (match[1] ?? match[2])!;
  const port = Number(match[3]);
  if (port > 65_535 || (match[1] !== undefined && isIP(host) !== 6)) return undefined;
  return { host, port };
}

export function formatHostPort(address: HostPort): string {
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/**
 * The one spelling of an IP address: IPv6 shortened and in lower case, an IPv4 address mapped into IPv6
 * (::ffff:a.b.c.d) as plain IPv4. Undefined when the text is no IP address.
 */
export function canonicalIp(text: string): string | undefined {
  const version = isIP(text);
  if (version === 4) return text;
  if (version === 0 || text.includes('%')) return undefined;
  const { address } = new SocketAddress({ address: text, family: 'ipv6' });
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  return mapped?.[1] ?? address;
}

/** Whether the text is the one spelling of an IP address with a port of 1 to 65535. */
export function isCanonicalAddress(text: string): boolean {
  const parsed = parseHostPort(text);
  if (parsed === undefined || parsed.port === 0) return false;
  return canonicalIp(parsed.host) === parsed.host && formatHostPort(parsed) === text;
}

/** The bytes of a canonical IP address, 4 or 16. Throws a RangeError on anything else. */
export function ipBytes(ip: string): Uint8Array {
  const v4 = IPV4.exec(ip);
  if (v4 !== null) return Uint8Array.from(v4.slice(1), Number);
  if (isIP(ip) !== 6) throw new RangeError(`not an IP address: ${ip}`);
  const [head = '', tail] = ip.split('::');
  const before = groupsOf(head);
  const after = groupsOf(tail ?? '');
  const bytes = new Uint8Array(16);
  bytes.set(before, 0);
  bytes.set(after, 16 - after.length);
  return bytes;
}

/** The canonical text of 4 or 16 bytes; undefined when there are others, or when 16 stand for an IPv4 address. */
export function ipText(bytes: Uint8Array): string | undefined {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) return undefined;
  const groups: string[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(((bytes[i]! << 8) | bytes[i + 1]!).toString(16));
  const text = canonicalIp(groups.join(':'));
  return text?.includes(':') ? text : undefined;
}

function groupsOf(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 255];
  });
}

export function isLoopback(ip: string): boolean {
  return loopback.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4');
}

/** Whether two canonical IP addresses name the same machine as far as can be told: all loopback addresses do. */
export function sameMachine(a: string, b: string): boolean {
  return a === b || (isLoopback(a) && isLoopback(b));
}
