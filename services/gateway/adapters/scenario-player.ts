/** Plays one scenario of the churn lab at a time, and tells step by step what it does. */
import { setTimeout as pause } from 'node:timers/promises';
import { type LabDriver, LabRefusal } from '../core/lab.ts';
import type { LabScenario, LabStep, LabView } from '../core/lab-scenario.ts';

export interface Playing {
  readonly name: string;
  readonly startedAtMs: number;
}

export interface PlayerParts {
  readonly driver: LabDriver;
  readonly view: LabView;
  readonly now: () => number;
  /** Told of every step, and of the end with what went wrong, if something did. */
  readonly tell: (event: Readonly<Record<string, unknown>>) => void;
}

export class ScenarioPlayer {
  readonly #parts: PlayerParts;
  #playing: (Playing & { readonly stopping: AbortController; ended: Promise<void> }) | undefined;

  constructor(parts: PlayerParts) {
    this.#parts = parts;
  }

  get playing(): Playing | undefined {
    return this.#playing;
  }

  /** Begins; false when another one is under way. */
  play(scenario: LabScenario): boolean {
    if (this.#playing !== undefined) return false;
    const stopping = new AbortController();
    const started = { name: scenario.name, startedAtMs: this.#parts.now(), stopping, ended: Promise.resolve() };
    this.#playing = started;
    this.#parts.tell({ scenario: scenario.name, phase: 'began' });
    started.ended = this.#run(scenario, stopping.signal);
    return true;
  }

  /**
   * Ends what is played as soon as it can be: waiting is skipped, what makes the network whole again is done, nothing
   * else is broken. False when nothing is played.
   */
  async stop(): Promise<boolean> {
    const playing = this.#playing;
    playing?.stopping.abort();
    await playing?.ended;
    return playing !== undefined;
  }

  async #run(scenario: LabScenario, stopping: AbortSignal): Promise<void> {
    const { driver, view, tell } = this.#parts;
    const refused: string[] = [];
    for (const step of scenario.play(view)) {
      if (step.kind === 'wait') {
        await pause(step.ms, undefined, { signal: stopping, ref: false }).catch(() => undefined);
        continue;
      }
      if (stopping.aborted && !mends(step)) continue;
      tell({ scenario: scenario.name, phase: 'step', ...step.command });
      // One phone that cannot be had, for whatever befell it meanwhile, does not end the play.
      await driver.perform(step.command).catch((error: unknown) => {
        if (!(error instanceof LabRefusal)) throw error;
        refused.push(error.message);
      });
    }
    this.#playing = undefined;
    tell({ scenario: scenario.name, phase: 'ended', refused });
  }
}

function mends(step: LabStep): boolean {
  return step.kind === 'do' && ['heal', 'thaw', 'restart'].includes(step.command.command);
}
