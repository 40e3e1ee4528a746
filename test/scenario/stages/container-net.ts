/** A network of phones in containers as a stage needs it. Cuts are made in the machine's packet filter. */
import type { PeerFaults } from '../../../services/chord-router/client/fault-client.ts';
import type { LinkQuality } from '../../../testnet/control/control-protocol.ts';
import { type FaultedPhone, NetworkFaults } from '../../../testnet/network-faults.ts';
import type { PhoneContainer } from '../../containers/phone-container.ts';
import type { PhoneNetwork } from '../../containers/phone-network.ts';
import type { LiveFaults, LiveNet, LivePhone } from './live-net.ts';

export class ContainerNet implements LiveNet {
  readonly faults: LiveFaults;
  readonly #net: PhoneNetwork;
  readonly #links: NetworkFaults;
  readonly #onCrash: (n: number, how: string) => void;
  #phones: readonly LiveContainer[] = [];

  constructor(net: PhoneNetwork, onCrash: (n: number, how: string) => void) {
    this.#net = net;
    this.#onCrash = onCrash;
    const phoneOf = (n: number): LiveContainer => this.#phone(n);
    const links = new NetworkFaults({
      get phones() {
        return net.phones.map(({ n }) => phoneOf(n));
      },
      seed: net.seed,
      phone: phoneOf,
    });
    this.#links = links;
    this.faults = {
      slowEach: (qualities: ReadonlyMap<number, LinkQuality>) => links.slowEach(qualities),
      vanish: (n) => links.vanish(n),
      split: (parts) => net.split(parts),
      join: () => net.heal(),
    };
    this.#wrap();
  }

  get phones(): readonly LivePhone[] {
    return this.#phones;
  }

  async place(count: number): Promise<void> {
    this.#net.place(count);
    this.#wrap();
  }

  async restart(n: number): Promise<void> {
    const phone = this.#phone(n);
    await this.#links.starts(phone);
    await phone.container.start();
    await this.#links.applyTo(phone);
  }

  async stop(n: number): Promise<void> {
    const { container } = this.#phone(n);
    if (container.state === 'running') await container.stop();
  }

  async kill(n: number): Promise<void> {
    const { container } = this.#phone(n);
    if (container.state === 'starting' || container.state === 'running') await container.kill();
  }

  async move(n: number): Promise<void> {
    await this.#net.move(n);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#net[Symbol.asyncDispose]();
  }

  #wrap(): void {
    const known = new Map(this.#phones.map((phone) => [phone.n, phone]));
    this.#phones = this.#net.phones.map((container) => known.get(container.n) ?? new LiveContainer(container));
    for (const { container, n } of this.#phones) container.onCrash = (how) => this.#onCrash(n, how);
  }

  #phone(n: number): LiveContainer {
    const phone = this.#phones.find((each) => each.n === n);
    if (phone === undefined) throw new Error(`there is no phone ${n}`);
    return phone;
  }
}

class LiveContainer implements LivePhone, FaultedPhone {
  readonly n: number;
  readonly container: PhoneContainer;

  constructor(container: PhoneContainer) {
    this.n = container.n;
    this.container = container;
  }

  get id(): string | undefined {
    return this.container.id;
  }

  get api(): string {
    return this.container.api;
  }

  get peer(): string {
    return this.container.peer;
  }

  get chord(): string | undefined {
    return this.container.id === undefined ? undefined : this.container.chord;
  }

  get pid(): number | undefined {
    return this.container.pid;
  }

  get state(): string {
    return this.container.state;
  }

  /** Nothing happens when it does not run. */
  async setFaults(faults: PeerFaults): Promise<void> {
    const { pid } = this;
    if (this.state !== 'running') return;
    try {
      await this.container.setFaults(faults);
    } catch (error) {
      // It ended meanwhile: there is nobody whose links could be at fault.
      if (this.pid === pid && this.state === 'running') throw error;
    }
  }
}
