/** A status of all phones: what the supervisor knows of them, what they say and what the kernel says. */
import type { PhoneStatus } from './control/control-protocol.ts';
import type { PhoneProcess } from './phones/phone-process.ts';
import { processFigures } from './phones/process-figures.ts';
import { askWords } from './ring-check.ts';
import type { Testnet } from './testnet.ts';

export async function statusOf(net: Testnet): Promise<PhoneStatus[]> {
  const numberOf = new Map(net.phones.map((phone) => [phone.id, phone.n]));
  return await Promise.all(net.phones.map((phone) => phoneStatus(phone, numberOf)));
}

async function phoneStatus(
  phone: PhoneProcess,
  numberOf: ReadonlyMap<string | undefined, number>,
): Promise<PhoneStatus> {
  const { n, id, state, pid, api } = phone;
  const [words, figures] = await Promise.all([
    state === 'running' ? askWords(api) : undefined,
    pid === undefined ? undefined : processFigures(pid),
  ]);
  return {
    n,
    id: id ?? null,
    state,
    pid: pid ?? null,
    api,
    records: words?.records ?? null,
    successor: numberOf.get(words?.successor) ?? null,
    privateBytes: figures?.privateBytes ?? null,
    cpuSeconds: figures?.cpuSeconds ?? null,
  };
}
