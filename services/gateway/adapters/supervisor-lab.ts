/** The churn lab over phones that are processes: their supervisor does it, asked over the IPC channel to it. */

import type { LabReply, LabRequest } from '../client/supervisor-protocol.ts';
import { type LabDriver, LabRefusal } from '../core/lab.ts';
import type { LabCommand } from '../core/lab-command.ts';

/** Longer than the supervisor lets anything take. */
const TIMEOUT_MS = 90_000;
const MAX_UNDER_WAY = 64;

/** What of a process the lab needs: its channel to the one that started it. */
export interface Channel {
  send(request: LabRequest): void;
  /** Gives what ends it. */
  listen(listener: (message: unknown) => void): () => void;
}

export class SupervisorLab implements LabDriver {
  readonly kind = 'processes';
  readonly actions = ['kill', 'stop', 'freeze', 'thaw', 'restart', 'move', 'cut', 'slow', 'heal', 'join'] as const;
  readonly #channel: Channel;
  readonly #underWay = new Map<number, (reply: LabReply) => void>();
  #next = 1;

  constructor(channel: Channel) {
    this.#channel = channel;
    channel.listen((message) => {
      const reply = message as Partial<LabReply> | null;
      if (reply?.type === 'lab-done' || reply?.type === 'lab-refused')
        this.#underWay.get(reply.id ?? 0)?.(reply as LabReply);
    });
  }

  async perform(command: LabCommand): Promise<unknown> {
    if (this.#underWay.size >= MAX_UNDER_WAY) throw new LabRefusal('too much is under way: wait a moment');
    const id = this.#next++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const timer = setTimeout(() => reject(new LabRefusal('the supervisor of the phones does not answer')), TIMEOUT_MS);
    this.#underWay.set(id, (reply) => {
      if (reply.type === 'lab-done') resolve(reply.result);
      else reject(new LabRefusal(reply.error));
    });
    try {
      this.#channel.send({ type: 'lab', id, command });
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#underWay.delete(id);
    }
  }
}

/** The channel to the process that started this one. */
export function parentChannel(): Channel {
  return {
    send: (request) => void process.send?.(request),
    listen: (listener) => {
      process.on('message', listener);
      return () => void process.off('message', listener);
    },
  };
}
