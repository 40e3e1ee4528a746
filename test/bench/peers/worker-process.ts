/** The bench's side of a process that holds nodes. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NetworkPlan } from './network-plan.ts';
import type { Answers, OrderName, Orders, Reply } from './orders.ts';
import type { SystemName } from './system.ts';

/** Where Linux keeps files in memory: what needs no sockets is not to wait for a disk. */
const DISK_IN_MEMORY = '/dev/shm';
const WORKER = join(import.meta.dirname, 'worker.ts');

export class WorkerProcess implements AsyncDisposable {
  readonly #process: ChildProcess;
  /** Outlives a process that is killed, so it is this side's. */
  readonly #folder: string;
  readonly #waiting = new Map<number, PromiseWithResolvers<Answers[OrderName]>>();
  #orders = 0;

  constructor(system: SystemName, { delayMs, wires }: Pick<NetworkPlan, 'delayMs' | 'wires'>) {
    this.#folder = mkdtempSync(
      join(wires === 'memory' && existsSync(DISK_IN_MEMORY) ? DISK_IN_MEMORY : tmpdir(), 'ringwall-bench-'),
    );
    const execArgv = ['--expose-gc', '--disable-warning=ExperimentalWarning'];
    this.#process = fork(WORKER, [system, this.#folder, String(delayMs), wires], {
      execArgv,
      serialization: 'advanced',
    });
    this.#process.on('message', (reply: Reply) => this.#settle(reply));
    this.#process.once('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`a process of ${system} ended with ${code}`));
      this.#waiting.clear();
    });
  }

  /** Rejects with what the process threw, or when it ends. */
  async tell<Name extends OrderName>(name: Name, order: Orders[Name]): Promise<Answers[Name]> {
    const number = ++this.#orders;
    const answer = Promise.withResolvers<Answers[OrderName]>();
    this.#waiting.set(number, answer);
    this.#process.send({ number, name, order });
    return (await answer.promise) as Answers[Name];
  }

  /** Ends it (SIGKILL), or freezes it (SIGSTOP): its sockets stay open, and nobody answers. */
  signal(signal: 'SIGKILL' | 'SIGSTOP'): void {
    this.#process.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, 'exit');
      if (this.#process.connected) this.#process.disconnect();
      this.#process.kill('SIGCONT');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.number);
    this.#waiting.delete(reply.number);
    if ('error' in reply) waiting?.reject(new Error(reply.error));
    else waiting?.resolve(reply.answer);
  }
}
