/** What a scenario does to the phones of a network: for each phone in order, a few at once, and mended in the end. */
import { isUpAfter, type PopulationEvent } from '../../shared/scenario/population-event.ts';
import { type LabDriver, LabRefusal } from '../core/lab.ts';
import type { LabCommand, PhoneCommand } from '../core/lab-command.ts';
import { Turns } from './turns.ts';

const AT_ONCE = 6;
const MAX_REFUSED = 20;

const COMMANDS: Readonly<Record<Exclude<PopulationEvent['deed'], 'join'>, PhoneCommand>> = {
  ...{ stop: 'stop', crash: 'kill', return: 'restart', vanish: 'kill', reappear: 'move' },
};

export interface DeedParts {
  readonly driver: LabDriver;
  /** Numbers of the phones there are, by their numbers in the scenario. */
  readonly cast: readonly number[];
  /** Phones that came for an earlier play and left again: they come before new ones are made. */
  readonly lent: readonly number[];
  /** It begins now. */
  readonly began: (event: PopulationEvent) => void;
  /** A phone of the scenario that came is a member of the ring: this one of the network. */
  readonly joined: (phone: number, n: number) => void;
  readonly told: (command: LabCommand) => void;
}

export class Deeds {
  /** Why something could not be done, for people. */
  readonly refused: string[] = [];
  /** Phones that came and were not there before. */
  readonly newcomers = new Set<number>();
  readonly #parts: DeedParts;
  readonly #numbers: Map<number, number>;
  readonly #lent: number[];
  readonly #turns = new Turns(AT_ONCE);
  readonly #last = new Map<number, Promise<void>>();
  readonly #away = new Set<number>();
  #network: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(parts: DeedParts) {
    this.#parts = parts;
    this.#numbers = new Map(parts.cast.map((n, phone) => [phone, n]));
    this.#lent = [...parts.lent];
  }

  get underWay(): number {
    return this.#turns.underWay;
  }

  /** The phone of the network that plays one of the scenario; undefined before it has come. */
  numberOf(phone: number): number | undefined {
    return this.#numbers.get(phone);
  }

  /** What was begun with the same phone before ends first. */
  perform(event: PopulationEvent): void {
    const before = this.#last.get(event.phone) ?? Promise.resolve();
    const done = before.then(() => this.#turns.take(() => this.#do(event)));
    done.catch(() => undefined);
    this.#last.set(event.phone, done);
  }

  /** What concerns all phones, one after the other. */
  tear(command: LabCommand): void {
    this.#network = this.#tearAfter(this.#network, command);
    // Whoever waits for the end hears of it.
    this.#network.catch(() => undefined);
  }

  /** Nothing more is begun; resolves once what is under way is done. */
  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all([this.#network, ...this.#last.values()]);
  }

  /** After the end: links are as they are, who went comes back, who came leaves. */
  async mend(isTorn: boolean): Promise<void> {
    if (isTorn) await this.#ask({ command: 'heal' });
    const back = [...this.#away].filter((n) => !this.newcomers.has(n));
    const leaving = [...this.newcomers].filter((n) => !this.#away.has(n));
    const mending = [
      ...back.map((n): LabCommand => ({ command: 'restart', n })),
      ...leaving.map((n): LabCommand => ({ command: 'stop', n })),
    ];
    await Promise.all(mending.map((command) => this.#turns.take(() => this.#ask(command))));
  }

  async #tearAfter(before: Promise<void>, command: LabCommand): Promise<void> {
    await before;
    if (!this.#isOver) await this.#ask(command);
  }

  async #do(event: PopulationEvent): Promise<void> {
    if (this.#isOver) return;
    const { phone, deed } = event;
    this.#parts.began(event);
    if (deed === 'join') return await this.#join(phone);
    const n = this.#numbers.get(phone);
    // It could not come.
    if (n === undefined) return;
    const isDone = (await this.#ask({ command: COMMANDS[deed], n })) !== undefined;
    if (!isDone) return;
    if (!isUpAfter(deed)) {
      this.#away.add(n);
      return;
    }
    this.#away.delete(n);
    this.#parts.joined(phone, n);
  }

  async #join(phone: number): Promise<void> {
    const known = this.#lent.pop();
    const command: LabCommand = known === undefined ? { command: 'join', count: 1 } : { command: 'restart', n: known };
    const done = await this.#ask(command);
    const n = known ?? numberIn(done?.result);
    if (done === undefined || n === undefined) return;
    this.#numbers.set(phone, n);
    this.newcomers.add(n);
    this.#parts.joined(phone, n);
  }

  /** Undefined when it was refused: one phone that cannot be had, for whatever befell it meanwhile, does not end the play. */
  async #ask(command: LabCommand): Promise<{ readonly result: unknown } | undefined> {
    this.#parts.told(command);
    try {
      return { result: await this.#parts.driver.perform(command) };
    } catch (error) {
      if (!(error instanceof LabRefusal)) throw error;
      if (this.refused.length < MAX_REFUSED && !this.refused.includes(error.message)) this.refused.push(error.message);
      return undefined;
    }
  }
}

/** Of one phone that was added. */
function numberIn(result: unknown): number | undefined {
  const [added] = Array.isArray(result) ? (result as { readonly n?: unknown }[]) : [];
  return typeof added?.n === 'number' ? added.n : undefined;
}
