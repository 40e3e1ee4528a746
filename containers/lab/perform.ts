/** What each command of the churn lab does to phones in containers. */
import type { Perform } from '../../testnet/control/command-server.ts';
import type { Command } from '../../testnet/control/control-protocol.ts';
import { NetworkFaults } from '../../testnet/network-faults.ts';
import { TestnetError } from '../../testnet/testnet-error.ts';
import type { ComposedPhone, ComposedPhones } from './composed-phones.ts';
import { EngineError } from './engine-api.ts';

/** Phones that one command adds at most. */
const MOST_JOINING = 50;
/** Chooses the draws of the phones' fault rules. */
const SEED = 1;

/** Commands are done one after the other: each looks at the containers as the one before has left them. */
export function labPerformer(phones: ComposedPhones): Perform {
  const lab = new ContainerLab(phones);
  let last: Promise<unknown> = Promise.resolve();
  return (command) => {
    const done = last.then(() => lab.perform(command));
    last = done.catch(() => undefined);
    return done;
  };
}

class ContainerLab {
  readonly #phones: ComposedPhones;
  readonly #faults: NetworkFaults;
  /** Those that have an address, as they were when they were listed last. */
  #reachable: readonly ComposedPhone[] = [];

  constructor(phones: ComposedPhones) {
    this.#phones = phones;
    const reachable = (): readonly ComposedPhone[] => this.#reachable;
    this.#faults = new NetworkFaults({
      seed: SEED,
      get phones() {
        return reachable();
      },
      phone: (n) => {
        const phone = reachable().find((known) => known.n === n);
        if (phone === undefined) throw new TestnetError(`phone ${n} does not run`);
        return phone;
      },
    });
  }

  async perform(command: Command): Promise<unknown> {
    try {
      await this.#look();
      return await this.#do(command);
    } catch (error) {
      throw error instanceof EngineError ? new TestnetError(error.message, { cause: error }) : error;
    }
  }

  async #do(command: Command): Promise<unknown> {
    switch (command.command) {
      case 'cut':
        return await this.#faults.cut(command.phones, command.oneWay);
      case 'slow':
        return await this.#faults.slow(command.phones, command);
      case 'heal':
        return await this.#faults.heal();
      case 'join':
        return await this.#join(command.count);
      case 'kill':
      case 'stop':
      case 'freeze':
        await this.#phones[command.command](command.n);
        return { n: command.n };
      case 'thaw':
      case 'restart':
        await this.#phones[command.command](command.n);
        await this.#tell(command.n);
        return { n: command.n };
      default:
        throw new TestnetError(`${command.command} is nothing that the lab can do to containers`);
    }
  }

  async #join(count: number): Promise<readonly { n: number }[]> {
    if (count > MOST_JOINING) throw new TestnetError(`count must be at most ${MOST_JOINING}`);
    const added: { n: number }[] = [];
    while (added.length < count) {
      const n = await this.#phones.add();
      added.push({ n });
      await this.#tell(n);
    }
    return added;
  }

  /** Phone n runs again, perhaps at another address: it and the others are told what they are under. */
  async #tell(n: number): Promise<void> {
    await this.#look();
    await this.#faults.phonesChanged();
    await this.#faults.applyTo(await this.#phones.phone(n));
  }

  async #look(): Promise<void> {
    this.#reachable = (await this.#phones.list()).filter(({ host }) => host !== '');
  }
}
