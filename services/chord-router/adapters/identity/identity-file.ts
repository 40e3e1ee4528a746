/**
 * A phone's key and nonce on its disk (`phone.json`), so that a phone that crashed comes back with its id. A phone
 * whose address changed keeps its key and gets the id of its new address.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../../../shared/runtime/atomic-file.ts';
import { ConfigurationError } from '../../../shared/runtime/environment.ts';
import { isCanonicalAddress } from '../../../shared/runtime/host-port.ts';
import {
  createIdentity,
  generateNodeKey,
  NONCES,
  type NodeIdentity,
  type NodeKey,
  nodeKeyFromSeed,
  seedOf,
} from './node-identity.ts';

/** What the last run of this phone left. */
export interface SavedIdentity {
  readonly key: NodeKey;
  readonly nonce: number;
  /** Canonical ip:port under which it was reached. */
  readonly address: string;
}

export interface LoadedIdentity {
  readonly identity: NodeIdentity;
  /** Why this is not the id of the last run; undefined when it is. */
  readonly renewed: 'first-start' | 'address-changed' | undefined;
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
    return { identity: createIdentity(saved.key, address, saved.nonce, nowMs), renewed: undefined };
  }
  const key = saved?.key ?? newKey ?? generateNodeKey();
  const nonce = await chooseNonce(key, address);
  const identity = createIdentity(key, address, nonce, nowMs);
  const content = { version: 1, id: identity.contact.id, address, nonce, privateKey: seedOf(key).toString('hex') };
  await writeFileAtomically(join(folder, FILE), `${JSON.stringify(content, undefined, 2)}\n`);
  return { identity, renewed: saved === undefined ? 'first-start' : 'address-changed' };
}

function parseIdentity(text: string): SavedIdentity | undefined {
  let content: { version?: unknown; address?: unknown; nonce?: unknown; privateKey?: unknown } | null;
  try {
    content = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof content !== 'object' || content === null || content.version !== 1) return undefined;
  const { address, nonce, privateKey } = content;
  if (typeof address !== 'string' || !isCanonicalAddress(address)) return undefined;
  if (typeof nonce !== 'number' || !Number.isInteger(nonce) || nonce < 0 || nonce >= NONCES) return undefined;
  if (typeof privateKey !== 'string' || !SEED.test(privateKey)) return undefined;
  return { key: nodeKeyFromSeed(Buffer.from(privateKey, 'hex')), nonce, address };
}
