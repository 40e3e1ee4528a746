/** Some ranges of IP addresses, as settings name them. */
import { BlockList, isIP } from 'node:net';
import { canonicalIp } from './host-port.ts';

const RANGE = /^([^/]+)(?:\/(\d{1,3}))?$/;

export class AddressRanges {
  readonly #list = new BlockList();

  /** `10.0.0.1`, `10.0.0.0/8`, `fd00::/8`. Throws a RangeError on anything else: isAddressRange tells. */
  constructor(ranges: readonly string[]) {
    for (const range of ranges) {
      const parsed = parseRange(range);
      if (parsed === undefined) throw new RangeError(`not an address or a range of addresses: ${range}`);
      this.#list.addSubnet(parsed.address, parsed.prefix, isIP(parsed.address) === 6 ? 'ipv6' : 'ipv4');
    }
  }

  /** Whether an IP address, in any spelling, is in one of them; false for what is no address. */
  has(ip: string): boolean {
    const address = canonicalIp(ip);
    return address !== undefined && this.#list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
}

/** Whether the text is an IP address, or one with the number of leading bits that count. */
export function isAddressRange(text: string): boolean {
  return parseRange(text) !== undefined;
}

function parseRange(text: string): { readonly address: string; readonly prefix: number } | undefined {
  const [, given = '', bits] = RANGE.exec(text) ?? [];
  const address = canonicalIp(given);
  if (address === undefined) return undefined;
  const most = isIP(address) === 6 ? 128 : 32;
  const prefix = bits === undefined ? most : Number(bits);
  return prefix > most ? undefined : { address, prefix };
}
