/** Cutting a testnet in two and making it whole again. */
import type { Sides } from './control-protocol.ts';
import type { Testnet } from './testnet.ts';
import { TestnetError } from './testnet-error.ts';

/**
 * Splits the network: these phones on one side, the others on the other, until `heal`. Phones that start later hear both.
 * Throws a TestnetError when there is no such phone, or nobody on the other side.
 */
export function partition(net: Testnet, numbers: readonly number[]): Sides {
  const inside = numbers.map((n) => net.phone(n));
  const outside = net.phones.filter((phone) => !inside.includes(phone));
  if (outside.length === 0) throw new TestnetError('a cut needs a phone on the other side: name fewer phones');
  for (const phone of inside) phone.cutOff(outside.map(({ peer }) => peer));
  for (const phone of outside) phone.cutOff(inside.map(({ peer }) => peer));
  return { inside: inside.map(({ n }) => n), outside: outside.map(({ n }) => n) };
}

export function heal(net: Testnet): void {
  for (const phone of net.phones) phone.cutOff([]);
}
