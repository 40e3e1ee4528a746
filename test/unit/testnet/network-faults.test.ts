/** Which fault rules each phone of a testnet is told. */
import { describe, expect, test } from 'vitest';
import type { PeerFaults } from '../../../services/chord-router/client/fault-client.ts';
import { type FaultedNet, NetworkFaults } from '../../../testnet/network-faults.ts';
import type { PhoneProcess } from '../../../testnet/phones/phone-process.ts';
import { TestnetError } from '../../../testnet/testnet-error.ts';

function netOf(count: number) {
  const told = new Map<number, PeerFaults>();
  const add = (n: number): PhoneProcess => {
    const setFaults = async (faults: PeerFaults): Promise<void> => void told.set(n, faults);
    return { n, peer: `127.0.0.1:${7000 + n}`, setFaults } as unknown as PhoneProcess;
  };
  const phones = Array.from({ length: count }, (_, i) => add(i + 1));
  const net: FaultedNet = {
    phones,
    seed: 9,
    phone: (n) => {
      const found = phones.find((phone) => phone.n === n);
      if (found === undefined) throw new TestnetError(`there is no phone ${n}`);
      return found;
    },
  };
  return { net, phones, told, add, faults: new NetworkFaults(net) };
}

const peers = (...numbers: number[]): string[] => numbers.map((n) => `127.0.0.1:${7000 + n}`);
const QUALITY = { delayMs: [10, 20], jitterMs: 3, loss: 0.1 } as const;

describe('faults of the network', () => {
  test('a cut is told to both sides', async () => {
    const { faults, told } = netOf(3);
    expect(await faults.cut([1])).toEqual({ inside: [1], outside: [2, 3] });
    expect(told.get(1)).toEqual({ seed: 9, rules: [{ peers: peers(2, 3), cut: true }] });
    expect(told.get(3)).toEqual({ seed: 9, rules: [{ peers: peers(1), cut: true }] });
    await faults.heal();
    expect([...told.values()]).toEqual(Array.from({ length: 3 }, () => ({ seed: 9, rules: [] })));
  });

  test('one way, those inside hear nothing and are heard', async () => {
    const { faults, told } = netOf(3);
    await faults.cut([1, 2], true);
    expect(told.get(1)!.rules).toEqual([{ peers: peers(3), cut: true, direction: 'in' }]);
    expect(told.get(3)!.rules).toEqual([{ peers: peers(1, 2), cut: true, direction: 'out' }]);
  });

  test('cuts come before slow links, and leave them when they end', async () => {
    const { faults, told } = netOf(4);
    await faults.slow([2], QUALITY);
    expect([told.get(1)!.rules, told.get(2)!.rules]).toEqual([[], [QUALITY]]);
    await faults.split([[1, 2], [3]]);
    expect(told.get(2)!.rules).toEqual([{ peers: peers(3, 4), cut: true }, QUALITY]);
    expect(told.get(4)!.rules).toEqual([{ peers: peers(1, 2, 3), cut: true }]);
    await faults.join();
    expect(told.get(2)!.rules).toEqual([QUALITY]);
  });

  test('newcomers are on the outside, and everybody is told of them first', async () => {
    const { faults, told, phones, add } = netOf(3);
    await faults.phonesChanged();
    expect(told.size).toBe(0);
    await faults.cut([1, 2]);
    phones.push(add(4));
    await faults.phonesChanged();
    expect(told.get(1)!.rules).toEqual([{ peers: peers(3, 4), cut: true }]);
    const [one, , three, four] = phones;
    expect([faults.hearEachOther(four!, one!), faults.hearEachOther(four!, three!)]).toEqual([false, true]);
  });

  test('a phone that starts is told nothing while nobody ever was', async () => {
    const { faults, told, phones } = netOf(2);
    await faults.applyTo(phones[0]!);
    expect(told.size).toBe(0);
    await faults.slow([1], QUALITY);
    told.clear();
    await faults.applyTo(phones[0]!);
    expect(told.get(1)!.rules).toEqual([QUALITY]);
  });

  test('of a phone that vanished nobody hears, until it starts there again', async () => {
    const { faults, told, phones } = netOf(2);
    await faults.vanish(2);
    expect([told.get(1)!.rules, told.get(2)!.rules]).toEqual([[{ peers: peers(2), cut: true }], []]);
    await faults.starts(phones[0]!);
    expect(told.get(1)!.rules).toHaveLength(1);
    await faults.starts(phones[1]!);
    expect(told.get(1)!.rules).toEqual([]);
  });

  test('what cannot be changes nothing', async () => {
    const { faults, told } = netOf(2);
    await expect(faults.cut([1, 2])).rejects.toThrow('a cut needs a phone on the other side');
    await expect(faults.cut([3])).rejects.toThrow('there is no phone 3');
    await expect(faults.slow([1, 3], QUALITY)).rejects.toThrow('there is no phone 3');
    await expect(faults.split([[1], [3]])).rejects.toThrow('there is no phone 3');
    expect(told.size).toBe(0);
  });
});
