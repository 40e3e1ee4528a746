/** What a testnet can be told at its start, and what becomes of it in an empty and in a used data folder. */
import { mkdir, mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { PhoneProcess } from './phones/phone-process.ts';
import { DEFAULT_BASE_PORT } from './phones/ports.ts';
import { newState, type TestnetState } from './state.ts';
import { systemCode, TestnetError } from './testnet-error.ts';

export interface TestnetOptions {
  /** How many phones. Default: as many as the data folder remembers, or 8. */
  readonly phones?: number | undefined;
  /** Chooses who the people are friends with, what they post where, and how churn goes. Default: as before, or 1. */
  readonly seed?: number | undefined;
  /** Where everything is kept. Default: a temporary folder that goes with the testnet. */
  readonly dataDir?: string | undefined;
  /** Phone n has its API on basePort + n; an Error when that is taken. Default: free ports are looked for. */
  readonly basePort?: number | undefined;
  /** Phones that keep each record. */
  readonly replication?: number | undefined;
  /** Whether people and posts are put in at the first start. Default: true. */
  readonly people?: boolean | undefined;
  /** Further environment variables of the phones. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** The program that is a phone; another one stands in for it in tests of the testnet itself. */
  readonly program?: string | undefined;
  /** Longest start of a phone, up to its membership of the ring, in ms. Default: two minutes. */
  readonly readyTimeoutMs?: number | undefined;
  /** Longest graceful end of a phone, in ms; it is killed then. Default: 15 s. */
  readonly stopTimeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((step: string) => void) | undefined;
  readonly onCrash?: ((phone: PhoneProcess, how: string) => void) | undefined;
}

export const DEFAULT_PHONES = 8;
export const MAX_PHONES = 500;
export const DEFAULT_REPLICATION = 7;

/** The data folder, made if need be; a temporary one when none was named. */
export async function openFolder(dataDir: string | undefined): Promise<string> {
  if (dataDir === undefined) return await mkdtemp(join(tmpdir(), 'ringwall-testnet-'));
  const folder = resolve(dataDir);
  try {
    await makeFolder(folder);
  } catch (error) {
    throw new TestnetError(`${folder} cannot be made (${systemCode(error)}): choose another --data`);
  }
  return folder;
}

/**
 * Makes a folder and those above it. Not by mkdir's `recursive`, which never returns where a file system such as /proc
 * answers that a folder which exists does not.
 */
async function makeFolder(folder: string): Promise<void> {
  const isThere = async (path: string): Promise<boolean> =>
    (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  if (await isThere(folder)) return;
  if (!(await isThere(dirname(folder)))) await makeFolder(dirname(folder));
  // Keys of people rest here: nobody else may look.
  await mkdir(folder, { mode: 0o700 }).catch(async (error: unknown) => {
    if (!(await isThere(folder))) throw error;
  });
}

/** The state of a testnet that starts for the first time. */
export function freshState(basePort = DEFAULT_BASE_PORT): TestnetState {
  return newState({ seed: 1, replication: DEFAULT_REPLICATION, basePort });
}

/** What a start changes in the state that was there. */
export function changedSettings({ seed, replication, basePort }: TestnetOptions): Partial<TestnetState> {
  return {
    ...(seed === undefined ? {} : { seed }),
    ...(replication === undefined ? {} : { replication }),
    ...(basePort === undefined ? {} : { basePort }),
  };
}

/** How many phones the testnet shall have. Throws a TestnetError when that would leave out phones with records. */
export function phonesWanted({ phones }: TestnetOptions, remembered: number, dataDir: string): number {
  if (phones === undefined) return remembered === 0 ? DEFAULT_PHONES : remembered;
  if (phones >= remembered) return phones;
  throw new TestnetError(
    `${dataDir} holds ${remembered} phones with their records: start without --phones, or use another --data`,
  );
}
