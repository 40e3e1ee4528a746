/**
 * A phone's log file, DATA/phones/N/phone.log. The phone writes to it itself, so that nothing is lost when the
 * supervisor dies; the supervisor keeps it bounded: over MAX_BYTES it becomes phone.log.1 and starts anew.
 */
import { openSync } from 'node:fs';
import { copyFile, readFile, stat, truncate } from 'node:fs/promises';

const MAX_BYTES = 8 * 1024 * 1024;
const TAIL_BYTES = 4096;

export class PhoneLog {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** A descriptor that only appends, for the phone's standard output and error. The caller closes it. */
  async openForPhone(): Promise<number> {
    await this.rotate();
    return openSync(this.path, 'a', 0o600);
  }

  /** What is written between the copy and the truncation is lost: a few lines in eight megabytes. */
  async rotate(): Promise<void> {
    const { size } = await stat(this.path).catch(() => ({ size: 0 }));
    if (size <= MAX_BYTES) return;
    await copyFile(this.path, `${this.path}.1`);
    await truncate(this.path);
  }

  /** The last lines, for telling why a phone died. */
  async tail(lines: number): Promise<string[]> {
    const content = await readFile(this.path, 'utf8').catch(() => '');
    return content.slice(-TAIL_BYTES).trimEnd().split('\n').slice(-lines).map(readable);
  }
}

/** A line of the log without the fields that only machines read. */
function readable(line: string): string {
  try {
    const { msg, err } = JSON.parse(line) as { msg?: string; err?: { message?: string } };
    return [msg, err?.message].filter((part) => part !== undefined).join(': ') || line;
  } catch {
    return line;
  }
}
