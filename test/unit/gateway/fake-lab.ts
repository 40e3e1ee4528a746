/** Stands in for whoever has a hand in the phones: notes what it is told to do, and lets phones end that are to. */
import { type LabDriver, LabRefusal } from '../../../services/gateway/core/lab.ts';
import type { LabCommand } from '../../../services/gateway/core/lab-command.ts';
import type { FakePhone } from './fake-phone.ts';

const ALL = ['kill', 'stop', 'freeze', 'thaw', 'restart', 'move', 'cut', 'slow', 'heal', 'join'] as const;

export class FakeLab implements LabDriver {
  readonly kind = 'processes';
  readonly actions: LabDriver['actions'];
  readonly done: LabCommand[] = [];
  /** Phones that end when they are killed or stopped; the others go on, whatever befalls them. */
  mortal: readonly FakePhone[] = [];
  #joined = 100;

  constructor(actions: LabDriver['actions'] = ALL) {
    this.actions = actions;
  }

  async perform(command: LabCommand): Promise<unknown> {
    if (command.command === 'freeze') throw new LabRefusal('phone 1 is killed: only a running one freezes');
    this.done.push(command);
    if (command.command === 'kill' || command.command === 'stop') await this.mortal[command.n - 1]?.stop();
    if (command.command === 'join') return Array.from({ length: command.count }, () => ({ n: ++this.#joined }));
    return { ok: command.command };
  }
}
