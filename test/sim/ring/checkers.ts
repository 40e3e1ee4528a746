/** What must be true of a whole network of phones. Each checker gives the faults it finds, as sentences. */
import { between, distance, type Id, inOwnedRange } from '../../../services/shared/core/id.ts';
import type { SimPhone } from './phone.ts';

/** The owner of a key among these phones: the first at or after it. */
export function ownerOf(phones: readonly SimPhone[], key: Id): SimPhone {
  return phones.reduce((best, phone) =>
    distance(key, phone.contact.id) < distance(key, best.contact.id) ? phone : best,
  );
}

/** The ideal ring: every phone's lists are exactly what a view of the whole network would give. */
export function faultsOfRing(phones: readonly SimPhone[], listLength: number): string[] {
  const order = inRingOrder(phones);
  return order.flatMap((_, i) => faultsOfPlace(order, i, listLength));
}

/** Those of the phones whose lists are not those of the ideal ring. */
export function strayPhones(phones: readonly SimPhone[], listLength: number): SimPhone[] {
  const order = inRingOrder(phones);
  return order.filter((_, i) => faultsOfPlace(order, i, listLength).length > 0);
}

function inRingOrder(phones: readonly SimPhone[]): SimPhone[] {
  return [...phones].sort((a, b) => (a.contact.id < b.contact.id ? -1 : 1));
}

function faultsOfPlace(order: readonly SimPhone[], i: number, listLength: number): string[] {
  const phone = order[i]!;
  const count = order.length;
  const length = Math.min(listLength, count - 1);
  const after = Array.from({ length }, (_, k) => order[(i + k + 1) % count]!.contact.id);
  const before = Array.from({ length }, (_, k) => order[(i + count - k - 1) % count]!.contact.id);
  const faults: string[] = [];
  compare(faults, phone, 'successors', phone.node.view.successors(), after);
  compare(faults, phone, 'predecessors', phone.node.view.predecessors(), before);
  const nearest = before[0] ?? phone.contact.id;
  const predecessor = phone.node.ring?.predecessor.id;
  if (predecessor !== nearest) faults.push(`phone ${phone.index}: its predecessor is ${predecessor}, not ${nearest}`);
  return faults;
}

export function isIdeal(phones: readonly SimPhone[], listLength: number): boolean {
  return faultsOfRing(phones, listLength).length === 0;
}

/** Every phone's lists are in order, without duplicates and without itself (Zave's D5 and D6). */
export function faultsOfOrder(phones: readonly SimPhone[]): string[] {
  const faults: string[] = [];
  for (const { contact, index, node } of phones) {
    const after = [contact.id, ...node.view.successors().map(({ id }) => id)];
    const before = [contact.id, ...node.view.predecessors().map(({ id }) => id)];
    if (!isOrdered(after)) faults.push(`order: phone ${index}: successors out of order: ${after.join(' ')}`);
    if (!isOrdered(before.reverse()))
      faults.push(`order: phone ${index}: predecessors out of order: ${before.join(' ')}`);
  }
  return faults;
}

/** Of these keys each is owned by exactly one phone, by the phones' own judgement. */
export function faultsOfOwnership(phones: readonly SimPhone[], keys: readonly Id[]): string[] {
  const faults: string[] = [];
  for (const key of keys) {
    const owners = phones.filter(
      ({ contact, node: { ring } }) => ring !== undefined && inOwnedRange(ring.predecessor.id, key, contact.id),
    );
    if (owners.length !== 1)
      faults.push(`O: key ${key} has ${owners.length} owners: ${owners.map((o) => o.index).join(' ')}`);
  }
  return faults;
}

function isOrdered(ids: readonly Id[]): boolean {
  if (new Set(ids).size !== ids.length) return false;
  const [first] = ids;
  return ids.every((id, i) => i < 2 || between(first!, ids[i - 1]!, id));
}

function compare(
  faults: string[],
  phone: SimPhone,
  what: string,
  found: readonly { readonly id: Id }[],
  wanted: readonly Id[],
): void {
  const ids = found.map(({ id }) => id);
  if (ids.length === wanted.length && ids.every((id, i) => id === wanted[i])) return;
  faults.push(`phone ${phone.index}: ${what} are ${ids.join(' ')}, not ${wanted.join(' ')}`);
}
