/** The wish to end: Ctrl-C, SIGTERM, a closed terminal, or the command `down`. */

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** npm passes on a Ctrl-C that the terminal has sent to all of us already: two so close together are one. */
const SAME_WISH_MS = 1_000;

type SignalSource = Pick<NodeJS.Process, 'on' | 'off'>;

export class Interruption implements Disposable {
  /** Called when whoever asked asks again: they do not want to wait. */
  onHurry: () => void = () => undefined;
  readonly #source: SignalSource;
  readonly #controller = new AbortController();
  readonly #listeners: readonly (readonly [(typeof SIGNALS)[number], () => void])[];
  #at = 0;

  constructor(source: SignalSource) {
    this.#source = source;
    this.#listeners = SIGNALS.map((signal) => [signal, () => this.interrupt(signal)]);
    for (const [signal, listener] of this.#listeners) source.on(signal, listener);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Resolves with the reason once there is one. */
  get interrupted(): Promise<string> {
    const { signal } = this;
    return new Promise((resolve) => {
      const tell = (): void => resolve((signal.reason as Interrupted).message);
      if (signal.aborted) tell();
      else signal.addEventListener('abort', tell, { once: true });
    });
  }

  interrupt(reason: string): void {
    const now = performance.now();
    if (!this.signal.aborted) {
      this.#at = now;
      this.#controller.abort(new Interrupted(reason));
    } else if (now - this.#at > SAME_WISH_MS) {
      this.onHurry();
    }
  }

  [Symbol.dispose](): void {
    for (const [signal, listener] of this.#listeners) this.#source.off(signal, listener);
  }
}

/** What a start that was cut short throws. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
