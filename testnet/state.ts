/** What a testnet remembers between two starts: DATA/testnet.json. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../services/shared/runtime/atomic-file.ts';
import type { PhonePorts } from './phones/ports.ts';
import { TestnetError } from './testnet-error.ts';

export interface RememberedPhone extends PhonePorts {
  readonly n: number;
}

export interface TestnetState {
  readonly version: 1;
  /** Name of the phones' network: testnets on one machine must not grow together. */
  readonly network: string;
  readonly seed: number;
  readonly replication: number;
  readonly basePort: number;
  readonly phones: readonly RememberedPhone[];
  /** Whether people and posts were put in. */
  readonly peopled: boolean;
}

export function newState(settings: Pick<TestnetState, 'seed' | 'replication' | 'basePort'>): TestnetState {
  const network = `testnet-${randomBytes(6).toString('hex')}`;
  return { version: 1, network, ...settings, phones: [], peopled: false };
}

/** Undefined when the folder has none yet. */
export async function readState(folder: string): Promise<TestnetState | undefined> {
  const path = join(folder, 'testnet.json');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new TestnetError(`${path} cannot be read (${error.code}): check its permissions`);
  });
  if (text === undefined) return undefined;
  const state = parseState(text);
  if (state === undefined) {
    throw new TestnetError(`${path} is not the state of a testnet: use another --data, or remove the folder`);
  }
  return state;
}

export async function writeState(folder: string, state: TestnetState): Promise<void> {
  await writeFileAtomically(join(folder, 'testnet.json'), `${JSON.stringify(state, null, 2)}\n`);
}

function parseState(text: string): TestnetState | undefined {
  try {
    const state = JSON.parse(text) as TestnetState;
    return isState(state) ? state : undefined;
  } catch {
    return undefined;
  }
}

function isState(state: Partial<TestnetState> | null): boolean {
  return (
    state?.version === 1 &&
    typeof state.network === 'string' &&
    Number.isInteger(state.seed) &&
    Number.isInteger(state.replication) &&
    Number.isInteger(state.basePort) &&
    typeof state.peopled === 'boolean' &&
    Array.isArray(state.phones) &&
    state.phones.every((phone) => [phone?.n, phone?.api, phone?.peer].every(Number.isInteger))
  );
}
