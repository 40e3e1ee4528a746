/** A lab whose word on what it did to phones counts at once: nobody has to find out by asking them. */
import type { LabDriver } from './lab.ts';
import type { LabCommand, PhoneCommand } from './lab-command.ts';
import type { Become } from './phone-book.ts';

/** Whether one that was thawed or started again is well only it can say. */
const BECOMES: Partial<Record<PhoneCommand, Become>> = { kill: 'dead', stop: 'left', freeze: 'suspected' };

/** Does what `lab` does, and tells what became of single phones by it; undefined: they are to be asked. */
export function labThatTells(lab: LabDriver, tell: (n: number, became: Become | undefined) => void): LabDriver {
  return {
    kind: lab.kind,
    actions: lab.actions,
    async perform(command: LabCommand): Promise<unknown> {
      const outcome = await lab.perform(command);
      if ('n' in command) tell(command.n, BECOMES[command.command]);
      return outcome;
    },
  };
}
