/** What the disk did wrong, whoever met it: counted and logged in one place. */
import type { Logger } from '../../../shared/runtime/program/logging.ts';

export class DiskFaults {
  readonly #logger: Logger;
  #count = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  get count(): number {
    return this.#count;
  }

  report(error: Error): void {
    this.#count++;
    this.#logger.error({ err: error }, 'the disk failed');
  }
}
