/**
 * A ring of phones on this machine, each a process of its own: the command line and the tests both start here.
 *
 *     await using net = await Testnet.start({ phones: 8, seed: 7 });
 *     await net.kill(3);
 *     await net.waitForIdealRing();
 */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inParallel } from './in-parallel.ts';
import { FolderLock } from './lock.ts';
import { NetworkFaults } from './network-faults.ts';
import { populate } from './people/people.ts';
import { PhoneProcess } from './phones/phone-process.ts';
import { PhoneRegister } from './phones/phone-register.ts';
import { PortSlot } from './phones/port-slot.ts';
import { expectFree } from './phones/ports.ts';
import { waitForRing } from './ring-check.ts';
import type { RememberedPhone } from './state.ts';
import { strippedSourceFlags } from './stripped-sources.ts';
import { TestnetError } from './testnet-error.ts';
import { MAX_PHONES, openFolder, phonesWanted, type TestnetOptions } from './testnet-options.ts';

/** Length of a phone's successor list unless more replicas need a longer one: all of them but the owner, and one more. */
const SUCCESSORS = 8;
/** Phones that start at once: more only take the processor from each other. */
const STARTS_AT_ONCE = 4;
/** A newcomer joins through one of a few phones, for any one of them may be gone. */
const SEEDS = 3;
const PHONE_PROGRAM = join(import.meta.dirname, '../services/phone-node/main.ts');
const LOG_CHECK_MS = 30_000;

export class Testnet implements AsyncDisposable {
  readonly dataDir: string;
  /** Who cannot hear whom, whose links are slow. */
  readonly faults: NetworkFaults;
  /** Called when a phone came, went or changed its state. */
  onChange: () => void = () => undefined;
  /** What admin calls to the phones, and to a gateway's churn lab, must show. */
  readonly adminToken = randomBytes(24).toString('base64url');
  readonly #options: TestnetOptions;
  /** The lock of the folder, and the ports where they are its own. */
  readonly #held: AsyncDisposableStack;
  readonly #temporary: boolean;
  readonly #phones = new Map<number, PhoneProcess>();
  readonly #register: PhoneRegister;
  #founding: Promise<void> | undefined;
  #logCheck: NodeJS.Timeout | undefined;
  #disposed: Promise<void> | undefined;

  private constructor(options: TestnetOptions, dataDir: string, held: AsyncDisposableStack, register: PhoneRegister) {
    this.#options = options;
    this.dataDir = dataDir;
    this.#held = held;
    this.#temporary = options.dataDir === undefined;
    this.#register = register;
    this.faults = new NetworkFaults(this);
  }

  /** Resolves once all phones form an ideal ring, with people on it. Throws a TestnetError, leaving nothing behind. */
  static async start(options: TestnetOptions = {}): Promise<Testnet> {
    const dataDir = await openFolder(options.dataDir);
    await using held = new AsyncDisposableStack();
    held.use(await FolderLock.take(dataDir));
    const wantsSlot = options.dataDir === undefined && options.basePort === undefined;
    const slot = wantsSlot ? held.use(await PortSlot.take()) : undefined;
    const register = await PhoneRegister.open(dataDir, options, slot?.basePort);
    const net = new Testnet(options, dataDir, held.move(), register);
    try {
      await net.#bringUp();
      return net;
    } catch (error) {
      await net[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** In the order of their numbers, whatever their state. */
  get phones(): readonly PhoneProcess[] {
    return [...this.#phones.values()].sort((a, b) => a.n - b.n);
  }

  get running(): readonly PhoneProcess[] {
    return this.phones.filter((phone) => phone.state === 'running');
  }

  get seed(): number {
    return this.#register.state.seed;
  }

  get basePort(): number {
    return this.#register.state.basePort;
  }

  get network(): string {
    return this.#register.state.network;
  }

  /** Throws a TestnetError when there is no phone n. */
  phone(n: number): PhoneProcess {
    const phone = this.#phones.get(n);
    if (phone === undefined) throw new TestnetError(`there is no phone ${n}: the phones are ${rangeOf(this.phones)}`);
    return phone;
  }

  /** kill -9. */
  async kill(n: number): Promise<void> {
    await this.phone(n).kill();
  }

  /** The phone leaves the ring, handing over what it keeps. */
  async stop(n: number): Promise<void> {
    await this.phone(n).stop();
  }

  async freeze(n: number): Promise<void> {
    this.phone(n).freeze();
  }
  async thaw(n: number): Promise<void> {
    this.phone(n).thaw();
    await this.faults.applyTo(this.phone(n));
  }

  /** Starts a phone that is gone again, with its data; one that runs is stopped first. */
  async restart(n: number): Promise<void> {
    const phone = this.phone(n);
    if (phone.pid !== undefined) await phone.stop();
    await this.#launch(phone, await strippedSourceFlags());
  }

  /** Adds phones; resolves with them once they are members. */
  async join(count = 1): Promise<readonly PhoneProcess[]> {
    const added = await this.place(count);
    const flags = await strippedSourceFlags();
    await inParallel(added, STARTS_AT_ONCE, (phone) => this.#launch(phone, flags));
    return added;
  }

  /** Gives places to further phones without starting them: `restart` does. */
  async place(count: number): Promise<readonly PhoneProcess[]> {
    if (this.#phones.size + count > MAX_PHONES) throw new TestnetError(`a testnet takes at most ${MAX_PHONES} phones`);
    const phones = (await this.#register.add(count)).map((added) => this.#createPhone(added));
    await this.faults.phonesChanged();
    return phones;
  }

  /** Gives a phone that does not run another address, and so another id, for when it starts again with its data. */
  async move(n: number): Promise<PhoneProcess> {
    const before = this.phone(n);
    if (before.pid !== undefined) throw new TestnetError(`phone ${n} is ${before.state}: only one that is gone moves`);
    const phone = this.#createPhone(await this.#register.move(n, before.ports));
    await this.faults.phonesChanged();
    return phone;
  }

  /** Lets a phone leave for good and removes its data. */
  async forget(n: number): Promise<void> {
    await this.phone(n).stop();
    this.#phones.delete(n);
    this.onChange();
    await this.#register.forget(n);
    await rm(this.#folderOf(n), { recursive: true, force: true });
  }

  /** Waits until the running phones know exactly each other. Throws with what is wrong after `timeoutMs`. */
  async waitForIdealRing(timeoutMs = 120_000 + 2_000 * this.#phones.size): Promise<void> {
    await waitForRing(() => this.running, this.#successors, timeoutMs, this.#options.signal);
  }

  /** Ends all phones and gives the folder free. Nothing is left running, whatever state the phones were in. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= this.#tearDown();
    await this.#disposed;
  }

  async #tearDown(): Promise<void> {
    clearInterval(this.#logCheck);
    await Promise.all(this.phones.map((phone) => (phone.state === 'starting' ? phone.kill() : phone.pause())));
    await this.#held[Symbol.asyncDispose]();
    if (this.#temporary) await rm(this.dataDir, { recursive: true, force: true });
  }

  async #bringUp(): Promise<void> {
    this.#logCheck = setInterval(() => void this.#rotateLogs(), LOG_CHECK_MS).unref();
    const { signal } = this.#options;
    const abort = (): void => void this[Symbol.asyncDispose]();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await this.#placePhones();
      const flags = await strippedSourceFlags();
      let up = 0;
      await inParallel(this.phones, STARTS_AT_ONCE, async (phone) => {
        this.#progress(`starting phones: ${up} of ${this.#phones.size} up`);
        await this.#launch(phone, flags);
        up++;
      });
      this.#progress(`${up} phones up, waiting for the ring to be whole`);
      await this.waitForIdealRing();
      if (this.#options.people !== false && !this.#register.state.peopled) await this.#populate();
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  async #populate(): Promise<void> {
    await populate({
      seed: this.seed,
      apis: this.phones.map((phone) => phone.api),
      dataDir: this.dataDir,
      onProgress: (step) => this.#progress(step),
      signal: this.#options.signal,
    });
    await this.#register.peopled();
  }

  /** Finds the places of the remembered phones and of those to be added. */
  async #placePhones(): Promise<void> {
    const remembered = this.#register.state.phones;
    const wanted = phonesWanted(this.#options, remembered.length, this.dataDir);
    for (const phone of remembered) {
      await expectFree(phone.n, phone);
      this.#createPhone(phone);
    }
    await this.place(wanted - remembered.length);
  }

  #createPhone({ n, api, peer }: RememberedPhone): PhoneProcess {
    const phone = new PhoneProcess({
      n,
      ports: { api, peer },
      folder: this.#folderOf(n),
      program: this.#options.program ?? PHONE_PROGRAM,
      readyTimeoutMs: this.#options.readyTimeoutMs,
      stopTimeoutMs: this.#options.stopTimeoutMs,
      adminToken: this.adminToken,
      environment: {
        ...this.#options.environment,
        RINGWALL_NETWORK: this.network,
        RINGWALL_REPLICATION: String(this.#register.state.replication),
        RINGWALL_SUCCESSORS: String(this.#successors),
      },
    });
    phone.onCrash = (how) => this.#options.onCrash?.(phone, how);
    phone.onChange = () => this.onChange();
    this.#phones.set(n, phone);
    this.onChange();
    return phone;
  }

  /** Starts a phone through some that run. When none does, one phone founds the ring and the others wait for it. */
  async #launch(phone: PhoneProcess, flags: readonly string[]): Promise<void> {
    await this.faults.starts(phone);
    while (this.running.length === 0 && this.#founding !== undefined) await this.#founding;
    if (this.#disposed !== undefined) throw new TestnetError('the testnet is going down');
    const near = this.running.filter((running) => this.faults.hearEachOther(phone, running));
    const seeds = near.slice(0, SEEDS).map((running) => running.peer);
    const start = phone.start(seeds, flags);
    if (seeds.length === 0) {
      const founding = start.then(
        () => undefined,
        () => undefined,
      );
      this.#founding = founding;
      void founding.then(() => (this.#founding = undefined));
    }
    await start;
    await this.faults.applyTo(phone);
  }

  async #rotateLogs(): Promise<void> {
    for (const phone of this.phones) await phone.log.rotate().catch(() => undefined);
  }

  #folderOf(n: number): string {
    return join(this.dataDir, 'phones', String(n));
  }

  #progress(step: string): void {
    this.#options.onProgress?.(step);
  }

  get #successors(): number {
    return Math.max(SUCCESSORS, this.#register.state.replication + 1);
  }
}

function rangeOf(phones: readonly PhoneProcess[]): string {
  const first = phones[0];
  return first === undefined ? 'none' : `${first.n} to ${phones.at(-1)!.n}`;
}
