/** npm passes signals on to the program it started, but when it is killed itself, nobody tells that program. */

const CHECK_MS = 1_000;

export class NpmWatch implements Disposable {
  readonly #timer: NodeJS.Timeout | undefined;

  /** Calls `onGone` once the npm that started this process has ended. Started by something else, it never does. */
  constructor(onGone: () => void) {
    if (process.env['npm_lifecycle_event'] === undefined) return;
    const parent = process.ppid;
    this.#timer = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(this.#timer);
      onGone();
    }, CHECK_MS).unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
