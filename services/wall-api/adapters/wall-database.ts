/** `wall.sqlite` under the phone's data folder: what the wall API remembers over a restart. */
import { DatabaseSync } from 'node:sqlite';
import { ConfigurationError } from '../../shared/runtime/program/environment.ts';

const SQLITE_BUSY = 5;
/** How long to wait for a wall API that is just ending to let go of the file, in ms. */
const LOCK_WAIT_MS = 1_000;

const SETTINGS = `
  -- Locked while it is open: a second wall API would know nothing of the people that the first one takes in.
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  -- A row lost in a power cut costs a repeated request; a sync for each would cost milliseconds every time.
  PRAGMA synchronous = NORMAL;
  -- Takes the lock now, whatever is in the file.
  BEGIN IMMEDIATE;
  COMMIT;
`;

/** Throws a ConfigurationError when another process has the file. */
export function openWallDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: LOCK_WAIT_MS });
  try {
    database.exec(SETTINGS);
    return database;
  } catch (error) {
    database.close();
    if ((Number((error as { errcode?: unknown }).errcode) & 0xff) !== SQLITE_BUSY) throw error;
    const fault = `${path} is in use by another wall API: stop that one, or choose another data folder`;
    throw new ConfigurationError([fault], { cause: error });
  }
}
