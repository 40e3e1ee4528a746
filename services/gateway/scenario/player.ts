/** Plays one scenario at a time, tells step by step what it does, and what came of it. */
import type { Scenario } from '../../shared/scenario/scenario.ts';
import type { LabDriver } from '../core/lab.ts';
import { fitted, LEAST_PHONES } from './fitted.ts';
import { type Phase, Run, type RunParts } from './run.ts';
import { type Judged, verdictOf } from './verdict.ts';

export interface Playing {
  readonly name: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
  /** What is not played of it, a sentence each. */
  readonly limits: readonly string[];
  phase: Phase;
}

/** What came of the last one. */
export interface Played {
  readonly name: string;
  readonly endedAtMs: number;
  /** Ended before its time: nothing is asserted then. */
  readonly stopped: boolean;
  readonly limits: readonly string[];
  readonly verdict: readonly Judged[];
  /** What could not be done, a sentence each. */
  readonly refused: readonly string[];
}

export interface PlayerParts extends Pick<RunParts, 'client' | 'phones' | 'watched'> {
  readonly driver: LabDriver;
  readonly now: () => number;
  /** Told of every step, and of the end with what went wrong, if something did. */
  readonly tell: (event: Readonly<Record<string, unknown>>) => void;
  /** A play ended by a fault of the gateway's own. */
  readonly onDefect: (error: unknown) => void;
}

export type Begun = 'begun' | 'another is played' | 'too few phones';

export class ScenarioPlayer {
  last: Played | undefined;
  readonly #parts: PlayerParts;
  #playing: { readonly about: Playing; readonly stopping: AbortController; readonly ended: Promise<void> } | undefined;
  /** Phones that came for a play and left after it. */
  #lent: readonly number[] = [];

  constructor(parts: PlayerParts) {
    this.#parts = parts;
  }

  get playing(): Playing | undefined {
    return this.#playing?.about;
  }

  /** Begins, with all phones that live but those to be spared. */
  play(scenario: Scenario, spared: readonly number[] = []): Begun {
    if (this.#playing !== undefined) return 'another is played';
    const alive = this.#parts.phones().filter(({ state }) => state === 'alive');
    const cast = alive.map(({ n }) => n).filter((n) => !spared.includes(n));
    if (cast.length < LEAST_PHONES) return 'too few phones';
    const { scenario: own, limits } = fitted(scenario, cast.length);
    const { name, durationMs } = own;
    const { now, tell, onDefect } = this.#parts;
    const about: Playing = { name, durationMs, limits, startedAtMs: now(), phase: 'playing' };
    const stopping = new AbortController();
    const ended = this.#run(own, cast, about, stopping.signal)
      .catch(onDefect)
      .finally(() => {
        this.#playing = undefined;
        tell({ scenario: name, phase: 'ended', refused: this.last?.refused ?? [] });
      });
    this.#playing = { about, stopping, ended };
    tell({ scenario: name, phase: 'began' });
    return 'begun';
  }

  /**
   * Ends what is played as soon as it can be: nothing else is broken, and what makes the network whole again is done.
   * False when nothing is played.
   */
  async stop(): Promise<boolean> {
    const playing = this.#playing;
    playing?.stopping.abort();
    await playing?.ended;
    return playing !== undefined;
  }

  async #run(scenario: Scenario, cast: readonly number[], about: Playing, stopping: AbortSignal): Promise<void> {
    const { tell, now } = this.#parts;
    const { name, limits } = about;
    const run = new Run({
      ...this.#parts,
      ...{ scenario, cast, lent: this.#lent, stopping },
      onPhase: (phase) => {
        about.phase = phase;
        tell({ scenario: name, phase });
      },
      onCommand: (command) => tell({ scenario: name, phase: 'step', ...command }),
    });
    const seen = await run.play();
    const { refused, newcomers } = run.deeds;
    this.#lent = [...new Set([...this.#lent, ...newcomers])];
    const verdict = seen === undefined ? [] : verdictOf(scenario, seen);
    this.last = { name, limits, endedAtMs: now(), stopped: seen === undefined, verdict, refused };
  }
}
