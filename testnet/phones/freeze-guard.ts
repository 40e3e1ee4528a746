/**
 * A frozen phone cannot notice that its supervisor died, so something else must: a shell that waits for the end of
 * its standard input, which the kernel closes with the supervisor, and then lets the phone go on, so that it ends.
 */
import { type ChildProcess, spawn } from 'node:child_process';

export class FreezeGuard implements Disposable {
  readonly #shell: ChildProcess;

  constructor(pid: number) {
    this.#shell = spawn('/bin/sh', ['-c', `read -r _; kill -CONT ${pid}`], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#shell.unref();
    this.#shell.on('error', () => undefined);
  }

  /** The phone runs again or is gone: nothing is left to guard. */
  [Symbol.dispose](): void {
    this.#shell.kill('SIGKILL');
  }
}
