/** The rings that searches and walks start from. */
import { fillIdeal, type Network } from './network.ts';

/** Every ideal ring of r + 1 members, as Zave starts; one of each rotation will do, so the first member is 0. */
export function* ringsOfPrincipals(network: Network): Iterable<void> {
  for (const rest of subsets(1, network.size, network.r)) yield fillIdeal(network, [0, ...rest]);
}

/** A phone alone: how every ring of ours starts. */
export function* ringsOfOne(network: Network): Iterable<void> {
  yield fillIdeal(network, [0]);
}

/** All ascending choices of `count` numbers from `from` to below `to`. */
function* subsets(from: number, to: number, count: number): Iterable<number[]> {
  if (count === 0) {
    yield [];
    return;
  }
  for (let first = from; first <= to - count; first++) {
    for (const rest of subsets(first + 1, to, count - 1)) yield [first, ...rest];
  }
}
