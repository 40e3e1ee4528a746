/** One play of a scenario, from its first step until the network is mended, and what was seen of it. */
import { setTimeout as pause } from 'node:timers/promises';
import { SeededRandom } from '../../shared/core/random.ts';
import { Comings } from '../../shared/scenario/comings.ts';
import { Cuts } from '../../shared/scenario/cuts.ts';
import { drawMs } from '../../shared/scenario/distribution.ts';
import type { Observations, SampleNote } from '../../shared/scenario/observations.ts';
import type { Partition, Scenario } from '../../shared/scenario/scenario.ts';
import { drawPopulation } from '../../shared/scenario/timeline.ts';
import type { PhoneClient } from '../adapters/phone-client.ts';
import type { LabDriver } from '../core/lab.ts';
import type { LabCommand, LinkQuality } from '../core/lab-command.ts';
import type { Phone } from '../core/phone.ts';
import { Deeds } from './deeds.ts';
import { ringState } from './ring-state.ts';
import { Visitor } from './visitor.ts';

/** What chance decides beside comings and goings is drawn apart from them. */
const VISITOR_SALT = 0x9e3779b9;
const LINK_SALT = 0x27d4eb2f;
/** Phones are asked how they are no oftener. */
const LEAST_SAMPLE_MS = 1_000;
const MAX_PACKET_LOSS = 0.5;

export type Phase = 'playing' | 'settling' | 'mending';

export interface RunParts {
  /** Fitted to the phones of the cast. */
  readonly scenario: Scenario;
  readonly cast: readonly number[];
  readonly lent: readonly number[];
  readonly driver: LabDriver;
  readonly client: Pick<PhoneClient, 'json' | 'answer'>;
  readonly phones: () => readonly Phone[];
  /** The phones' states are to be fresh for a while. */
  readonly watched: () => void;
  readonly onPhase: (phase: Phase) => void;
  readonly onCommand: (command: LabCommand) => void;
  /** Aborted when it is to end before its time. */
  readonly stopping: AbortSignal;
}

interface Step {
  readonly atMs: number;
  readonly do: () => void;
}

export class Run {
  readonly deeds: Deeds;
  readonly #parts: RunParts;
  readonly #comings = new Comings();
  readonly #cuts = new Cuts();
  readonly #visitor: Visitor;
  readonly #samples: SampleNote[] = [];
  readonly #random: SeededRandom;
  #beganMs = 0;

  constructor(parts: RunParts) {
    this.#parts = parts;
    const { driver, cast, lent, client, phones, scenario, onCommand: told } = parts;
    this.#random = new SeededRandom(scenario.seed ^ VISITOR_SALT);
    const [random, cuts, now] = [this.#random, this.#cuts, (): number => this.#nowMs];
    this.#visitor = new Visitor({ client, phones, random, cuts, now });
    this.deeds = new Deeds({
      ...{ driver, cast, lent, told },
      began: (event) => this.#comings.performed(event, this.#nowMs),
      joined: (phone, n) => {
        this.#comings.becameMember(phone, this.#nowMs);
        if (this.deeds.newcomers.has(n)) this.#slow(new Map([[phone, n]]));
      },
    });
  }

  /** Resolves with what was seen once all is mended; undefined when it was ended before its time. */
  async play(): Promise<Observations | undefined> {
    const { scenario, stopping, onPhase, cast } = this.#parts;
    try {
      await this.#visitor.learn();
      this.#beganMs = performance.now();
      this.#slow(new Map(cast.map((n, phone) => [phone, n])));
      const sampling = this.#sampleAgainAndAgain();
      try {
        this.#sample();
        void this.#visit();
        for (const step of this.#steps()) {
          await this.#until(step.atMs);
          step.do();
        }
        await this.#until(scenario.durationMs);
        onPhase('settling');
        await this.#rest();
        this.#comings.end();
        return await this.#seen();
      } finally {
        clearInterval(sampling);
      }
    } catch (error) {
      if (!stopping.aborted) throw error;
      return undefined;
    } finally {
      onPhase('mending');
      await this.deeds.end();
      await this.deeds.mend(scenario.links.length + scenario.partitions.length > 0);
    }
  }

  get #nowMs(): number {
    return performance.now() - this.#beganMs;
  }

  /** In the order of time. */
  #steps(): readonly Step[] {
    const { scenario } = this.#parts;
    const events = drawPopulation(scenario).map(
      (event): Step => ({ atMs: event.atMs, do: () => this.deeds.perform(event) }),
    );
    const tears = scenario.partitions.flatMap((partition): Step[] => [
      { atMs: partition.atMs, do: () => this.#cut(partition) },
      { atMs: partition.atMs + partition.durationMs, do: () => this.#heal() },
    ]);
    return [...events, ...tears].sort((a, b) => a.atMs - b.atMs);
  }

  async #until(atMs: number): Promise<void> {
    await pause(Math.max(0, atMs - this.#nowMs), undefined, { signal: this.#parts.stopping, ref: false });
  }

  /** The smallest side against all others: those of the network that do not take part hear these. */
  #cut({ sides }: Partition): void {
    const [smallest] = [...sides].sort((a, b) => a.length - b.length);
    const apart = smallest!.flatMap((phone) => this.deeds.numberOf(phone) ?? []);
    if (apart.length === 0) return;
    const others = this.#parts.phones().flatMap(({ n }) => (apart.includes(n) ? [] : [n]));
    this.#cuts.cut([apart, others]);
    this.deeds.tear({ command: 'cut', phones: apart });
  }

  #heal(): void {
    const { scenario, phones, cast } = this.#parts;
    this.#cuts.heal();
    this.deeds.tear({ command: 'heal' });
    if (scenario.links.length === 0) return;
    const known = phones().map(({ n }) => n);
    const all = new Map(cast.map((n, phone) => [phone, n]));
    for (let phone = cast.length; phone < scenario.population.phones; phone++) {
      const n = this.deeds.numberOf(phone);
      if (n !== undefined && known.includes(n)) all.set(phone, n);
    }
    // Healing ends slow links, too.
    this.#slow(all);
  }

  /** Gives phones their lines: one command a class. */
  #slow(phones: ReadonlyMap<number, number>): void {
    const { links } = this.#parts.scenario;
    for (const [i, { link }] of links.entries()) {
      const inClass = [...phones].flatMap(([phone, n]) => (this.#classOf(phone) === i ? [n] : []));
      if (inClass.length === 0) continue;
      const { latencyMs: delayMs, jitterMs, loss } = link;
      const quality: LinkQuality = { delayMs, jitterMs, loss: 0, packetLoss: Math.min(loss, MAX_PACKET_LOSS) };
      this.deeds.tear({ command: 'slow', phones: inClass, ...quality });
    }
  }

  /** The same for a phone whenever it is asked. */
  #classOf(phone: number): number {
    const { links, seed } = this.#parts.scenario;
    let left = new SeededRandom(seed ^ LINK_SALT ^ phone).next();
    const found = links.findIndex(({ share }) => (left -= share) < 0);
    return found < 0 ? links.length - 1 : found;
  }

  /** People act until the duration is over. */
  async #visit(): Promise<void> {
    const { durationMs, workload } = this.#parts.scenario;
    const { read, lookup } = workload.mix;
    if (workload.people === 0 || read + lookup === 0) return;
    try {
      for (;;) {
        const atMs = this.#nowMs + drawMs(workload.every, this.#random);
        if (atMs >= durationMs) return;
        await this.#until(atMs);
        this.#visitor.act(this.#random.next() * (read + lookup) < read ? 'read' : 'lookup');
      }
    } catch (error) {
      if (!this.#parts.stopping.aborted) throw error;
    }
  }

  #sampleAgainAndAgain(): NodeJS.Timeout {
    const everyMs = Math.max(LEAST_SAMPLE_MS, this.#parts.scenario.sampleEveryMs);
    return setInterval(() => this.#sample(), everyMs).unref();
  }

  #sample(): void {
    const { watched, phones } = this.#parts;
    watched();
    const { up, members, astray } = ringState(phones());
    this.#samples.push({
      ...{ atMs: this.#nowMs, replicasMissing: undefined, messages: 0, bytes: undefined },
      // Who is on the way up or down is astray, though nobody has seen it yet.
      ...{ up, members, astray: Math.max(astray, this.deeds.underWay) },
    });
  }

  /** Until the ring is whole and nothing is under way, or for as long as the scenario waits at most. */
  async #rest(): Promise<void> {
    const { durationMs, settleMs } = this.#parts.scenario;
    while (this.#nowMs < durationMs + settleMs) {
      const { atMs, astray } = this.#samples.at(-1)!;
      const isQuiet = this.#visitor.underWay + this.deeds.underWay === 0;
      if (atMs >= durationMs && astray === 0 && isQuiet) return;
      await this.#until(this.#nowMs + LEAST_SAMPLE_MS / 2);
    }
  }

  async #seen(): Promise<Observations> {
    const readBack = await this.#visitor.readBack();
    const { joins, failedJoins, departures } = this.#comings;
    return {
      ...{ operations: this.#visitor.notes, joins, failedJoins, departures, samples: this.#samples, readBack },
      ...{ marks: [], faults: [], heldBack: 0, defects: [] },
      ...{ durationMs: this.#parts.scenario.durationMs, endedMs: this.#nowMs },
    };
  }
}
