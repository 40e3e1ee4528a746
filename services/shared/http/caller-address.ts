/**
 * Who sent a request, by address. Behind a proxy of one's own all would have the proxy's, and share one bucket of the
 * rate limit; so where a request comes from a trusted proxy, the last entry of X-Forwarded-For counts: the one that this
 * proxy added itself. Whatever stands before it the caller may have made up.
 */
import type { FastifyRequest } from 'fastify';
import type { AddressRanges } from '../runtime/network/address-ranges.ts';
import { canonicalIp, parseHostPort } from '../runtime/network/host-port.ts';

/** The canonical address of who sent a request: the peer of its connection, or whom a trusted proxy names. */
export function callerAddress({ ip, headers }: FastifyRequest, proxies: AddressRanges): string {
  const peer = canonicalIp(ip) ?? ip;
  return proxies.has(peer) ? (lastHop(headers['x-forwarded-for']) ?? peer) : peer;
}

/** Undefined when the field is not there, or its last entry is no address. */
function lastHop(forwardedFor: string | string[] | undefined): string | undefined {
  const last = String(forwardedFor ?? '')
    .split(',')
    .at(-1)!
    .trim();
  // Some proxies add the port.
  return canonicalIp(last.replace(/^\[(.*)\]$/, '$1')) ?? canonicalIp(parseHostPort(last)?.host ?? '');
}
