/**
 * Against DNS rebinding: a page of somebody else's site, whose name its owner suddenly points at this service, may call
 * it like a page of its own, but the browser then names that site in the Host header. So requests for hosts that
 * are not its own are refused (docs/decisions/own-hosts-only.md).
 */
import { isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { RequestProblem } from '../core/problem.ts';
import { canonicalIp } from '../runtime/network/host-port.ts';

/** In the list of hosts: any name will do. */
const ANY_HOST = '*';

const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '::1'];
/** Where it listens on all addresses a service has all of them, and an address is no name that could be rebound. */
const ALL_ADDRESSES: readonly string[] = ['0.0.0.0', '::'];
/** A name or IPv4 address, or an IPv6 address in brackets, and a port. */
const HOST_HEADER = /^(\[[0-9a-f:.]+\]|[^\s:[\]/@]+)(?::\d{1,5})?$/i;

/**
 * Answers misdirected-request to requests whose Host header names none of these hosts (names or IP addresses, with any
 * port), nor loopback. HTTP/1.0, which browsers do not speak, may leave the header out.
 */
export function checkHosts(app: FastifyInstance, hosts: readonly string[]): void {
  const named = new Set([...LOOPBACK, ...hosts].map(plainHost));
  if (named.has(ANY_HOST)) return;
  const anyAddress = ALL_ADDRESSES.some((address) => named.has(address));
  const isOwn = (host: string): boolean => named.has(host) || (anyAddress && isIP(host) !== 0);
  app.addHook('onRequest', async (request) => {
    const { host: header } = request.headers;
    if (header === undefined) {
      if (request.raw.httpVersion === '1.0') return;
      throw new RequestProblem('bad-request', 'The Host header is missing.');
    }
    const host = HOST_HEADER.exec(header)?.[1];
    if (host === undefined || !isOwn(plainHost(host))) throw new RequestProblem('misdirected-request');
  });
}

/** One spelling of a host: lower case, without brackets and without the dot of the root. */
function plainHost(text: string): string {
  const host = text
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  return canonicalIp(host) ?? host;
}
