/**
 * A phone's key and nonce on its disk (`phone.json`), so that a phone that crashed comes back with its id. A phone
 * whose address changed keeps its key and gets the id of its new address; the one it had is noted until it has said
 * goodbye for it (core/ring/farewell.ts).
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contact } from '../../../shared/core/contact.ts';
import { parseId } from '../../../shared/core/id.ts';
import { writeFileAtomically } from '../../../shared/runtime/atomic-file.ts';
import { isCanonicalAddress } from '../../../shared/runtime/network/host-port.ts';
import { ConfigurationError } from '../../../shared/runtime/program/environment.ts';
import { MOST_FORMER } from '../../core/ring/farewell.ts';
import {
  createIdentity,
  generateNodeKey,
  isIdOf,
  NONCES,
  type NodeIdentity,
  type NodeKey,
  nodeId,
  nodeKeyFromSeed,
  seedOf,
} from './node-identity.ts';

/** What the last run of this phone left. */
export interface SavedIdentity {
  readonly key: NodeKey;
  readonly nonce: number;
  /** Canonical ip:port under which it was reached. */
  readonly address: string;
  /** What it was at other addresses before, and has not said goodbye for, oldest first. */
  readonly former: readonly Contact[];
}

export interface LoadedIdentity {
  readonly identity: NodeIdentity;
  /** Why this is not the id of the last run; undefined when it is. */
  readonly renewed: 'first-start' | 'address-changed' | undefined;
  /** What this phone was at other addresses, and has not said goodbye for. */
  readonly former: readonly Contact[];
}

/** Chooses among the ids that a key may have at an address: gives the nonce, 0 to NONCES - 1. */
export type ChooseNonce = (key: NodeKey, address: string) => Promise<number>;

const FILE = 'phone.json';
const SEED = /^[0-9a-f]{64}$/;

/** Undefined before the first start. Throws a ConfigurationError on a file that cannot be read. */
export async function readIdentity(folder: string): Promise<SavedIdentity | undefined> {
  const path = join(folder, FILE);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ConfigurationError([`cannot read ${path}: ${(error as Error).message}`]);
  }
  const saved = parseIdentity(text);
  if (saved !== undefined) return saved;
  throw new ConfigurationError([`${path} holds no identity of a phone: move it away to start as a new one`]);
}

export interface NewIdentity {
  /** Default: a fresh one. */
  readonly key?: NodeKey;
  /** Default: the first. */
  readonly chooseNonce?: ChooseNonce;
}

/**
 * The phone's identity at an address, kept for the next start. A phone without an id there yet chooses one; one without
 * a key takes the one given.
 */
export async function loadIdentity(
  folder: string,
  address: string,
  nowMs: number,
  { key: newKey, chooseNonce = async () => 0 }: NewIdentity = {},
): Promise<LoadedIdentity> {
  const saved = await readIdentity(folder);
  if (saved?.address === address) {
    const { former } = saved;
    return { identity: createIdentity(saved.key, address, saved.nonce, nowMs), renewed: undefined, former };
  }
  const key = saved?.key ?? newKey ?? generateNodeKey();
  const nonce = await chooseNonce(key, address);
  const identity = createIdentity(key, address, nonce, nowMs);
  const former = saved === undefined ? [] : withFormer(saved, identity.contact);
  await writeIdentity(folder, { key, nonce, address, former });
  return { identity, renewed: saved === undefined ? 'first-start' : 'address-changed', former };
}

/** The phone has said goodbye for one of its former ids. */
export async function forgetFormer(folder: string, { id }: Contact): Promise<void> {
  const saved = await readIdentity(folder);
  if (saved === undefined) return;
  await writeIdentity(folder, { ...saved, former: saved.former.filter((contact) => contact.id !== id) });
}

function withFormer({ key, nonce, address, former }: SavedIdentity, now: Contact): readonly Contact[] {
  const last = { id: nodeId(address, nonce, key.publicKey), address };
  return [...former, last].filter(({ id }) => id !== now.id).slice(-MOST_FORMER);
}

async function writeIdentity(folder: string, { key, nonce, address, former }: SavedIdentity): Promise<void> {
  const id = nodeId(address, nonce, key.publicKey);
  const content = { version: 1, id, address, nonce, privateKey: seedOf(key).toString('hex'), former };
  await writeFileAtomically(join(folder, FILE), `${JSON.stringify(content, undefined, 2)}\n`);
}

function parseIdentity(text: string): SavedIdentity | undefined {
  let content: {
    version?: unknown;
    address?: unknown;
    nonce?: unknown;
    privateKey?: unknown;
    former?: unknown;
  } | null;
  try {
    content = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof content !== 'object' || content === null || content.version !== 1) return undefined;
  const { address, nonce, privateKey, former = [] } = content; // files of older versions have no former ids
  if (typeof address !== 'string' || !isCanonicalAddress(address)) return undefined;
  if (typeof nonce !== 'number' || !Number.isInteger(nonce) || nonce < 0 || nonce >= NONCES) return undefined;
  if (typeof privateKey !== 'string' || !SEED.test(privateKey)) return undefined;
  const key = nodeKeyFromSeed(Buffer.from(privateKey, 'hex'));
  const own = Array.isArray(former) ? former.flatMap((item) => ownContactOf(item, key)) : [];
  return { key, nonce, address, former: own };
}

/** A contact that this key has had; nothing else is worth a goodbye. */
function ownContactOf(item: { id?: unknown; address?: unknown } | null, { publicKey }: NodeKey): readonly Contact[] {
  if (typeof item?.id !== 'string' || typeof item.address !== 'string') return [];
  const id = parseId(item.id);
  const contact = id === undefined ? undefined : { id, address: item.address };
  return contact !== undefined && isIdOf(contact, publicKey) ? [contact] : [];
}
