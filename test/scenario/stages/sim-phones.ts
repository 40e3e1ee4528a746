/** The phones of a scenario in the simulator: each number is a disk that lives on, and the machine it is in now. */
import { Replication } from '../../../services/chord-router/core/replication.ts';
import type { ChordSettings } from '../../../services/chord-router/core/settings.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import { SeededRandom } from '../../../services/shared/core/random.ts';
import type { LinkClass } from '../../../services/shared/scenario/link-class.ts';
import type { LinkShare, Scenario } from '../../../services/shared/scenario/scenario.ts';
import { Access } from '../../sim/engine/access.ts';
import { MemoryStore } from '../../sim/engine/memory-store.ts';
import type { NetworkOptions } from '../../sim/engine/network.ts';
import type { RecordPhone } from '../../sim/records/record-world.ts';
import { World } from '../../sim/ring/world.ts';
import { crypto } from '../../unit/shared/author.ts';
import { frameBytes } from './frame-bytes.ts';

/** How long a phone's disk takes to write, ms. */
const WRITE_MS: readonly [number, number] = [1, 5];
/** A link's latency is that of both ends' ways and of the core between them. */
const CORE: Partial<NetworkOptions> = { latencyMs: [1, 15], jitterMs: 0 };
const LINK_SALT = 0x27d4eb2f;
/** A newcomer joins through one of a few phones, for any one of them may be gone. */
const SEEDS = 3;

export class SimPhones {
  readonly world: World<Replication>;
  readonly settings: Partial<ChordSettings>;
  readonly #links: readonly LinkShare[];
  readonly #linkRandom: SeededRandom;
  readonly #disks = new Map<number, MemoryStore>();
  readonly #phones = new Map<number, RecordPhone>();
  /** What phones were at other addresses, and have not said goodbye for. */
  readonly #former = new Map<number, readonly Contact[]>();
  /** Whose number a machine of the world stands for, by its index. */
  readonly #numbers: number[] = [];
  /** By their own word: asking each for its whole status would take longer than the run. */
  readonly #members = new Set<RecordPhone>();
  #sides: readonly (readonly number[])[] | undefined;

  constructor({ seed, replication, links }: Scenario, onJoined: (phone: number) => void) {
    this.settings = { replication, successors: Math.max(8, replication + 1) };
    this.#links = links;
    this.#linkRandom = new SeededRandom(seed ^ LINK_SALT);
    this.world = new World({
      seed,
      settings: this.settings,
      network: links.length > 0 ? CORE : {},
      keepRecords: (view) => new Replication(view, crypto),
      diskFor: (_, index) => this.#diskOf(this.#numbers[index] ?? index),
      tell: (index, event) => {
        const { type } = event;
        const machine = this.world.phones[index]!;
        if (type === 'said-farewell') this.#forget(this.#numbers[index]!, event.former);
        if (type === 'leaving') this.#members.delete(machine);
        if (type !== 'joined') return;
        this.#members.add(machine);
        onJoined(this.#numbers[index]!);
      },
    });
    this.world.network.weigh = (message) => frameBytes(message);
    if (links.length > 0) this.world.network.access = new Access(this.world.engine);
  }

  /** A ring as if it had long been there. */
  found(initial: number): void {
    for (let phone = 0; phone < initial; phone++) this.#numbers.push(phone);
    for (const machine of this.world.ideal(initial, (added, phone) => this.#adopt(phone, added))) {
      this.#members.add(machine);
    }
  }

  /** Starts a phone where it was before, or in a new place when it never was anywhere. */
  start(phone: number): void {
    const machine = this.#phones.get(phone);
    if (machine === undefined) {
      this.startElsewhere(phone);
      return;
    }
    machine.start(this.#seedsFor(phone), [], this.#former.get(phone));
  }

  /** Silence: a battery that is empty, an address that is gone. */
  silence(phone: number): void {
    const machine = this.#phones.get(phone)!;
    machine.kill('machine');
    this.#members.delete(machine);
  }

  isMember(machine: RecordPhone): boolean {
    return this.#members.has(machine);
  }

  /** Starts a phone with its disk at another address, under another id. */
  startElsewhere(phone: number): void {
    const former = this.#phones.get(phone)?.contact;
    this.#numbers.push(phone);
    const machine = this.world.addPhone();
    this.#adopt(phone, machine);
    if (this.#sides !== undefined) this.cut(this.#sides);
    if (former !== undefined) this.#former.set(phone, [...(this.#former.get(phone) ?? []), former]);
    machine.start(this.#seedsFor(phone), [], this.#former.get(phone));
  }

  /** The machine it is in now, or was in last. */
  at(phone: number): RecordPhone | undefined {
    return this.#phones.get(phone);
  }

  up(): readonly (readonly [phone: number, machine: RecordPhone])[] {
    return [...this.#phones].filter(([, machine]) => machine.isUp);
  }

  diskOf(machine: RecordPhone): MemoryStore {
    return this.#disks.get(this.#numbers[machine.index]!)!;
  }

  cut(sides: readonly (readonly number[])[]): void {
    this.#sides = sides;
    this.world.network.partition(sides.map((side) => side.flatMap((phone) => this.#phones.get(phone) ?? [])));
  }

  heal(): void {
    this.#sides = undefined;
    this.world.network.heal();
  }

  #forget(phone: number, { id }: Contact): void {
    this.#former.set(
      phone,
      (this.#former.get(phone) ?? []).filter((former) => former.id !== id),
    );
  }

  #adopt(phone: number, machine: RecordPhone): void {
    this.#phones.set(phone, machine);
    if (this.#links.length > 0) this.world.network.access!.attach(machine, this.#drawLink());
  }

  #drawLink(): LinkClass {
    let left = this.#linkRandom.next();
    return (this.#links.find(({ share }) => (left -= share) < 0) ?? this.#links.at(-1)!).link;
  }

  #seedsFor(phone: number): readonly string[] {
    const own = this.#phones.get(phone)!;
    const members = this.up().filter(
      ([, machine]) => machine !== own && this.isMember(machine) && this.world.network.hears(own, machine),
    );
    const { random } = this.world;
    const seeds = Array.from({ length: Math.min(SEEDS, members.length) }, () => random.pick(members)[1]);
    return [...new Set(seeds.map(({ contact }) => contact.address))];
  }

  #diskOf(phone: number): MemoryStore {
    const known = this.#disks.get(phone);
    if (known !== undefined) return known;
    const { engine } = this.world;
    const random = engine.random.fork();
    const [least, most] = WRITE_MS;
    const disk = new MemoryStore((write) => engine.after(least + random.next() * (most - least), write));
    this.#disks.set(phone, disk);
    return disk;
  }
}
