/** How many connections each network place has open, so that one machine cannot take them all. */
import { canonicalIp, ipBytes } from './host-port.ts';

/** Of an IPv6 address the network alone counts: whoever has one address there has 2⁶⁴ of them (RFC 6177). */
const IPV6_NETWORK_BYTES = 8;

export class ConnectionCount {
  readonly #open = new Map<string, number>();

  /** Counts one more connection of this IP address; gives how many its place now has. */
  opened(ip: string): number {
    const place = placeOf(ip);
    const count = (this.#open.get(place) ?? 0) + 1;
    this.#open.set(place, count);
    return count;
  }

  closed(ip: string): void {
    const place = placeOf(ip);
    const count = (this.#open.get(place) ?? 0) - 1;
    if (count > 0) this.#open.set(place, count);
    else this.#open.delete(place);
  }

  /** Places with a connection open. */
  get places(): number {
    return this.#open.size;
  }
}

/** Where an address belongs: an IPv4 address by itself, an IPv6 address by its /64. */
function placeOf(text: string): string {
  const ip = canonicalIp(text);
  if (ip === undefined || !ip.includes(':')) return ip ?? text;
  return Buffer.from(ipBytes(ip).subarray(0, IPV6_NETWORK_BYTES)).toString('hex');
}
