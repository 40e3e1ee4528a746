/** Which phones a testnet has and on which ports each listens, kept in its folder together with its settings. */

import { type RememberedPhone, readState, type TestnetState, writeState } from '../state.ts';
import { changedSettings, freshState, type TestnetOptions } from '../testnet-options.ts';
import { findPorts, type PhonePorts } from './ports.ts';

export class PhoneRegister {
  readonly #dataDir: string;
  /** Ports follow from the base exactly, or a phone is refused. */
  readonly #strict: boolean;
  #state: TestnetState;
  /** One change after the other: each looks for the next free numbers and ports. */
  #changing: Promise<unknown> = Promise.resolve();

  private constructor(dataDir: string, strict: boolean, state: TestnetState) {
    this.#dataDir = dataDir;
    this.#strict = strict;
    this.#state = state;
  }

  /**
   * What the folder remembers, with what the options change in it; a fresh one in a folder that is new, with its ports
   * from `basePort` on unless the options say where.
   */
  static async open(dataDir: string, options: TestnetOptions, basePort?: number): Promise<PhoneRegister> {
    const state = (await readState(dataDir)) ?? freshState(basePort);
    return new PhoneRegister(dataDir, options.basePort !== undefined, { ...state, ...changedSettings(options) });
  }

  get state(): TestnetState {
    return this.#state;
  }

  /** Notes that people and posts were put in. */
  async peopled(): Promise<void> {
    await this.#change(async () => ({ peopled: true }));
  }

  /** Gives the next numbers and free ports to so many phones. */
  async add(count: number): Promise<readonly RememberedPhone[]> {
    const added: RememberedPhone[] = [];
    await this.#change(async ({ phones, basePort }) => {
      let n = Math.max(0, ...phones.map((phone) => phone.n));
      for (let i = 0; i < count; i++) {
        n++;
        added.push({ n, ...(await findPorts(basePort, n, this.#strict)) });
      }
      return { phones: [...phones, ...added] };
    });
    return added;
  }

  /** Gives a phone other ports than these. */
  async move(n: number, from: PhonePorts): Promise<RememberedPhone> {
    let moved: RememberedPhone | undefined;
    await this.#change(async ({ phones, basePort }) => {
      const found = { n, ...(await findPorts(basePort, n, false, from)) };
      moved = found;
      return { phones: phones.map((phone) => (phone.n === n ? found : phone)) };
    });
    return moved!;
  }

  async forget(n: number): Promise<void> {
    await this.#change(async ({ phones }) => ({ phones: phones.filter((phone) => phone.n !== n) }));
  }

  async #change(change: (state: TestnetState) => Promise<Partial<TestnetState>>): Promise<void> {
    const changing = this.#changeAfter(this.#changing, change);
    this.#changing = changing.catch(() => undefined);
    await changing;
  }

  async #changeAfter(before: Promise<unknown>, change: (state: TestnetState) => Promise<Partial<TestnetState>>) {
    await before;
    this.#state = { ...this.#state, ...(await change(this.#state)) };
    await writeState(this.#dataDir, this.#state);
  }
}
