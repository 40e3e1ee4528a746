/** A model that is in memory only while it is needed: loaded at its first use, let go when nobody has used it a while. */
import type { LoadedModel, Model } from './model.ts';

export interface ResidentModelOptions {
  readonly model: Model;
  /** Time without use after which it is let go, in ms; Infinity: never. */
  readonly idleMs: number;
  /** It has been loaded, which took so many seconds. */
  readonly loaded?: (seconds: number) => void;
}

export class ResidentModel {
  readonly #options: ResidentModelOptions;
  #loading: Promise<LoadedModel> | undefined;
  #users = 0;
  #idleTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ResidentModelOptions) {
    this.#options = options;
  }

  /** Whether it is in memory, or on its way there. */
  get resident(): boolean {
    return this.#loading !== undefined;
  }

  /** The model stays in memory as long as `work` takes. Throws when it cannot be loaded; the next use tries again. */
  async use<T>(work: (model: LoadedModel) => Promise<T>): Promise<T> {
    if (this.#closed) throw new Error('the model has been let go for good');
    this.#users++;
    clearTimeout(this.#idleTimer);
    try {
      return await work(await this.#load());
    } finally {
      this.#users--;
      if (this.#users === 0) this.#startIdling();
    }
  }

  /** Lets it go for good, as soon as what uses it has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#idleTimer);
    if (this.#users === 0) await this.#letGo();
  }

  #load(): Promise<LoadedModel> {
    this.#loading ??= this.#loadNow();
    return this.#loading;
  }

  async #loadNow(): Promise<LoadedModel> {
    const startedAt = performance.now();
    try {
      const loaded = await this.#options.model.load();
      this.#options.loaded?.((performance.now() - startedAt) / 1000);
      return loaded;
    } catch (error) {
      this.#loading = undefined;
      throw error;
    }
  }

  #startIdling(): void {
    const idleMs = this.#closed ? 0 : this.#options.idleMs;
    if (idleMs === Infinity) return;
    this.#idleTimer = setTimeout(() => void this.#letGo(), idleMs).unref();
  }

  async #letGo(): Promise<void> {
    const loading = this.#loading;
    this.#loading = undefined;
    const loaded = await loading?.catch(() => undefined);
    await loaded?.encoder.close();
  }
}
