/** Keeps count of the population: who comes and becomes a member in what time, and who goes how. */
import type { JoinNote, Observations } from './observations.ts';
import { isUpAfter, type PopulationEvent } from './population-event.ts';

export class Comings {
  readonly joins: JoinNote[] = [];
  failedJoins = 0;
  readonly #underWay = new Map<number, number>();
  #stops = 0;
  #crashes = 0;
  #moves = 0;

  performed({ phone, deed }: PopulationEvent, nowMs: number): void {
    if (isUpAfter(deed)) {
      this.#underWay.set(phone, nowMs);
      return;
    }
    if (this.#underWay.delete(phone)) this.failedJoins += 1;
    if (deed === 'stop') this.#stops += 1;
    else if (deed === 'crash') this.#crashes += 1;
    else this.#moves += 1;
  }

  becameMember(phone: number, nowMs: number): void {
    const startedMs = this.#underWay.get(phone);
    if (startedMs === undefined) return;
    this.#underWay.delete(phone);
    this.joins.push({ phone, startedMs, memberMs: nowMs });
  }

  /** Nothing comes or goes any more: who is not a member yet never becomes one. */
  end(): void {
    this.failedJoins += this.#underWay.size;
    this.#underWay.clear();
  }

  get departures(): Observations['departures'] {
    return { stops: this.#stops, crashes: this.#crashes, moves: this.#moves };
  }
}
