/** Cutting a testnet in two and making it whole again. */
import type { Testnet } from './testnet.ts';

/** Splits the network: these phones on one side, the others on the other, until `heal`. Phones that start later hear both. */
export function partition(net: Testnet, numbers: readonly number[]): void {
  const inside = numbers.map((n) => net.phone(n));
  const outside = net.phones.filter((phone) => !inside.includes(phone));
  for (const phone of inside) phone.cutOff(outside.map(({ peer }) => peer));
  for (const phone of outside) phone.cutOff(inside.map(({ peer }) => peer));
}

export function heal(net: Testnet): void {
  for (const phone of net.phones) phone.cutOff([]);
}
