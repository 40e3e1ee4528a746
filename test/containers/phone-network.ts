/**
 * Phones in containers on a network of their own, for tests; what `Testnet` is for phones as processes:
 *
 *     await using net = await PhoneNetwork.start({ phones: 12, seed: 7 });
 *     await net.kill(3);
 *     await net.waitForIdealRing();
 *
 * This machine must reach containers by their addresses, as Linux does. Everything is gone again when the network is
 * disposed of, or else at the end or the next beginning of the tests.
 */
import { randomBytes } from 'node:crypto';
import type { PeerFaults } from '../../services/chord-router/client/fault-client.ts';
import { inParallel } from '../../testnet/in-parallel.ts';
import { waitForRing } from '../../testnet/ring-check.ts';
import { Bridge } from './engine/bridge.ts';
import { type Engine, openEngine } from './engine/engine.ts';
import { Partition } from './engine/partition.ts';
import { PhoneContainer } from './phone-container.ts';

export interface PhoneNetworkOptions {
  readonly phones: number;
  /** Chooses the draws of the phones' fault rules. Default: 1. */
  readonly seed?: number;
  /** Phones that keep each record. Default: 7. */
  readonly replication?: number;
  /** Aborted: the start is given up, and all is disposed of. */
  readonly signal?: AbortSignal | undefined;
  /** Further environment variables of the phones. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Default: the image under test. */
  readonly image?: string;
}

/** Phones that start at once: more only take the processor from each other. */
const STARTS_AT_ONCE = 4;
/** Phones that leave at once: fewer than half of the replicas, so that each record stays where it is read from. */
const LEAVES_AT_ONCE = 3;
/** Length of a phone's successor list unless more replicas need a longer one. */
const SUCCESSORS = 8;
const REPLICATION = 7;
const ALIAS = 'phone';

export class PhoneNetwork implements AsyncDisposable {
  readonly seed: number;
  readonly #options: PhoneNetworkOptions;
  readonly #engine: Engine;
  readonly #bridge: Bridge;
  readonly #partition = new Partition();
  readonly #phones = new Map<number, PhoneContainer>();
  readonly #adminToken = randomBytes(24).toString('base64url');
  #lastNumber = 0;

  private constructor(options: PhoneNetworkOptions, engine: Engine, bridge: Bridge) {
    this.#options = options;
    this.seed = options.seed ?? 1;
    this.#engine = engine;
    this.#bridge = bridge;
  }

  /** Resolves once all phones form an ideal ring. Rejects with what is wrong, leaving nothing behind. */
  static async start(options: PhoneNetworkOptions): Promise<PhoneNetwork> {
    const engine = await openEngine();
    const net = new PhoneNetwork(options, engine, await Bridge.create(engine));
    const abort = (): void => void net[Symbol.asyncDispose]();
    options.signal?.addEventListener('abort', abort, { once: true });
    try {
      await net.join(options.phones);
      await net.waitForIdealRing();
      options.signal?.throwIfAborted();
      return net;
    } catch (error) {
      await net[Symbol.asyncDispose]();
      options.signal?.throwIfAborted();
      throw error;
    } finally {
      options.signal?.removeEventListener('abort', abort);
    }
  }

  /** In the order of their numbers, which begin with 1, whatever their state. */
  get phones(): readonly PhoneContainer[] {
    return [...this.#phones.values()];
  }

  get running(): readonly PhoneContainer[] {
    return this.phones.filter(({ state }) => state === 'running');
  }

  /** The engine's name of the network, for containers that are to be beside the phones. */
  get network(): string {
    return this.#bridge.name;
  }

  /** This machine's own address, as the phones see it. */
  get hostAddress(): string {
    return this.#bridge.hostAddress;
  }

  /** Name under which a container beside the phones finds them. */
  get alias(): string {
    return ALIAS;
  }

  phone(n: number): PhoneContainer {
    const phone = this.#phones.get(n);
    if (phone === undefined) throw new Error(`there is no phone ${n}`);
    return phone;
  }

  /** Adds phones without starting them: their `start` does. */
  place(count: number, options: Pick<PhoneNetworkOptions, 'environment' | 'image'> = {}): readonly PhoneContainer[] {
    return Array.from({ length: count }, () => this.#add(options));
  }

  /** Adds phones; resolves with them once they are members. */
  async join(
    count = 1,
    options: Pick<PhoneNetworkOptions, 'environment' | 'image'> = {},
  ): Promise<readonly PhoneContainer[]> {
    const added = this.place(count, options);
    await inParallel(added, STARTS_AT_ONCE, (phone) => phone.start());
    return added;
  }

  async kill(...numbers: readonly number[]): Promise<void> {
    await Promise.all(numbers.map((n) => this.phone(n).kill()));
  }

  async pause(...numbers: readonly number[]): Promise<void> {
    await Promise.all(numbers.map((n) => this.phone(n).pause()));
  }

  async unpause(...numbers: readonly number[]): Promise<void> {
    await Promise.all(numbers.map((n) => this.phone(n).unpause()));
  }

  /** They leave the ring, all at once, and hand over what they keep. */
  async stop(...numbers: readonly number[]): Promise<void> {
    await Promise.all(numbers.map((n) => this.phone(n).stop()));
  }

  /** Starts phones that are gone again, with their data and addresses; those that run leave first. */
  async restart(...numbers: readonly number[]): Promise<void> {
    await inParallel(numbers, STARTS_AT_ONCE, async (n) => {
      if (this.phone(n).state === 'running') await this.phone(n).stop();
      await this.phone(n).start();
    });
  }

  /** Phones join, or the last ones leave for good one after the other, until so many run. */
  async scale(count: number): Promise<void> {
    await this.join(Math.max(0, count - this.running.length));
    await inParallel(this.running.slice(count).reverse(), LEAVES_AT_ONCE, async (phone) => {
      await phone.stop();
      await phone.remove();
      this.#phones.delete(phone.n);
    });
  }

  /** These phones on one side, all others on the other: what they send each other vanishes, until `heal`. */
  async cut(...numbers: readonly number[]): Promise<void> {
    const inside = new Set(numbers);
    await this.split([numbers, this.phones.map(({ n }) => n).filter((n) => !inside.has(n))]);
  }

  /** Phones of different sides do not hear each other, until `heal`; those of none hear all. */
  async split(sides: readonly (readonly number[])[]): Promise<void> {
    await this.#partition.split(sides.map((side) => side.map((n) => this.phone(n).address)));
  }

  async heal(): Promise<void> {
    await this.#partition.heal();
  }

  /** Puts phones' links under fault rules (slow, lossy); none heals them. */
  async setFaults(rules: PeerFaults['rules'], numbers = this.running.map(({ n }) => n)): Promise<void> {
    await Promise.all(numbers.map((n) => this.phone(n).setFaults({ seed: this.seed, rules })));
  }

  /** Gives a phone that does not run another address, for when it starts again. */
  async move(n: number): Promise<void> {
    await this.phone(n).move(this.#bridge.nextAddress());
  }

  /** Waits until the running phones know exactly each other. Rejects with what is wrong after `timeoutMs`. */
  async waitForIdealRing(timeoutMs = 120_000 + 1_000 * this.#phones.size): Promise<void> {
    await waitForRing(() => this.running, this.#successors, timeoutMs, this.#options.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#partition.remove();
    await Promise.all(this.phones.map((phone) => phone.remove()));
    await this.#bridge.remove();
  }

  #add({ environment, image }: Pick<PhoneNetworkOptions, 'environment' | 'image'>): PhoneContainer {
    const phone = new PhoneContainer(this.#engine, {
      n: ++this.#lastNumber,
      image: image ?? this.#options.image ?? imageUnderTest(),
      network: this.#bridge.name,
      alias: ALIAS,
      address: this.#bridge.nextAddress(),
      environment: {
        RINGWALL_REPLICATION: String(this.#replication),
        RINGWALL_SUCCESSORS: String(this.#successors),
        ...this.#options.environment,
        ...environment,
      },
      adminToken: this.#adminToken,
    });
    this.#phones.set(phone.n, phone);
    return phone;
  }

  get #replication(): number {
    return this.#options.replication ?? REPLICATION;
  }

  get #successors(): number {
    return Math.max(SUCCESSORS, this.#replication + 1);
  }
}

function imageUnderTest(): string {
  const image = process.env['RINGWALL_TEST_IMAGE'] ?? '';
  if (image === '')
    throw new Error('RINGWALL_TEST_IMAGE must name the image to test: `npm run test:containers` sets it');
  return image;
}
