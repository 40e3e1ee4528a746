/** The churn lab: what may be done to a network on purpose, whoever does it. */
import type { LabCommand } from './lab-command.ts';

export type LabAction = LabCommand['command'];

/** Does to phones what the lab asks for: through their supervisor, or from outside. */
export interface LabDriver {
  /** What the phones are to it; `none` where it can do nothing. */
  readonly kind: 'processes' | 'containers' | 'none';
  readonly actions: readonly LabAction[];
  /** Resolves once it is done. Throws a LabRefusal. */
  perform(command: LabCommand): Promise<unknown>;
}

/** It cannot be done, for a reason that whoever asked should read. */
export class LabRefusal extends Error {
  override readonly name = 'LabRefusal';
}

/** Where there is nobody who could do anything. */
export const NO_LAB: LabDriver = {
  kind: 'none',
  actions: [],
  perform: () => Promise.reject(new LabRefusal('nothing can be done to phones from here')),
};
