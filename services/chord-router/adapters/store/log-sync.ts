/**
 * Brings SQLite's write-ahead log to the disk, beside the event loop: what `synchronous = FULL` does at every commit while
 * the process waits. The log is there, under one name, for as long as the database is open.
 */
import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs';
import type { StoreFault } from '../../core/store-port.ts';

export class LogSync {
  readonly #onFault: (error: Error) => void;
  /** Undefined for a database in memory, which has no log. */
  #log: number | undefined;
  #underWay = 0;
  #closed = false;

  /** `path` is the database's. */
  constructor(path: string, onFault: (error: Error) => void) {
    this.#onFault = onFault;
    this.#log = path === ':memory:' ? undefined : openSync(`${path}-wal`, 'r+');
  }

  sync(done: (fault: StoreFault | undefined) => void): void {
    if (this.#log === undefined) {
      done(undefined);
      return;
    }
    this.#underWay++;
    fdatasync(this.#log, (error) => {
      this.#underWay--;
      if (this.#closed) this.#release();
      done(error === null ? undefined : this.#faultOf(error));
    });
  }

  syncNow(): StoreFault | undefined {
    try {
      if (this.#log !== undefined) fdatasyncSync(this.#log);
      return undefined;
    } catch (error) {
      return this.#faultOf(error as NodeJS.ErrnoException);
    }
  }

  close(): void {
    this.#closed = true;
    this.#release();
  }

  /** Not while it is in use: its number might then stand for another file. */
  #release(): void {
    if (this.#underWay > 0 || this.#log === undefined) return;
    closeSync(this.#log);
    this.#log = undefined;
  }

  #faultOf(error: NodeJS.ErrnoException): StoreFault {
    this.#onFault(error);
    return error.code === 'ENOSPC' ? 'disk-full' : 'disk-failed';
  }
}
