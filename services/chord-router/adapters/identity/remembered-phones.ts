/**
 * Phones this one knew, kept on its disk (`known-phones.json`), so that it finds the ring again though all its seeds
 * are gone. They are hints where to ask, no more: who lives there proves itself when a link opens.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contact } from '../../../shared/core/contact.ts';
import { parseId } from '../../../shared/core/id.ts';
import { writeFileAtomically } from '../../../shared/runtime/atomic-file.ts';
import { isCanonicalAddress } from '../../../shared/runtime/network/host-port.ts';

export const MAX_REMEMBERED = 64;
const FILE = 'known-phones.json';

/** Best first; empty when nothing usable is there, for a phone can do without. */
export async function readRememberedPhones(folder: string): Promise<readonly Contact[]> {
  try {
    const content: unknown = JSON.parse(await readFile(join(folder, FILE), 'utf8'));
    return Array.isArray(content) ? content.slice(0, MAX_REMEMBERED).flatMap(contactOf) : [];
  } catch {
    return [];
  }
}

/** Keeps the first MAX_REMEMBERED of them, best first. */
export async function rememberPhones(folder: string, phones: readonly Contact[]): Promise<void> {
  const kept = phones.slice(0, MAX_REMEMBERED).map(({ id, address }) => ({ id, address }));
  await writeFileAtomically(join(folder, FILE), `${JSON.stringify(kept)}\n`);
}

function contactOf(item: { id?: unknown; address?: unknown } | null): readonly Contact[] {
  if (typeof item?.id !== 'string' || typeof item.address !== 'string') return [];
  const id = parseId(item.id);
  return id !== undefined && isCanonicalAddress(item.address) ? [{ id, address: item.address }] : [];
}
