/** One call between two simulated phones: a request on its way, an answer on its way back, and a timeout beside them. */
import type { CallFailure, CallOutcome } from '../../../services/shared/core/effect.ts';
import type { Pending, Waiter } from '../../../services/shared/core/scheduler.ts';
import type { Engine } from './engine.ts';
import type { Machine, SimMessage } from './machine.ts';
import { kindOfRequest } from './message-kind.ts';
import type { Arrival, Network } from './network.ts';

/** Is told of every exchange, for checkers. */
export interface CallObserver {
  /** The machine that was asked has answered; its reply sets out, and may be lost. Of a doubled request, twice. */
  replied(exchange: Exchange, reply: SimMessage): void;
  /** The machine that asked goes on with this outcome; undefined: it does not wait any more. */
  ended(exchange: Exchange, outcome: CallOutcome<unknown> | undefined): void;
}

export class Exchange implements Pending, Waiter<undefined>, Arrival {
  readonly #engine: Engine;
  readonly #network: Network;
  readonly from: Machine;
  readonly to: Machine;
  readonly request: SimMessage;
  readonly #startedMs: number;
  readonly #timeout: Pending;
  /** Undefined when the outcome is there, or nobody wants it any more. */
  #waiter: Waiter<CallOutcome<unknown>> | undefined;

  /** Its timeout runs from now on; the request goes out by `send`. */
  constructor(
    engine: Engine,
    network: Network,
    [caller, target]: readonly [Machine, Machine],
    request: SimMessage,
    timeoutMs: number,
    waiter: Waiter<CallOutcome<unknown>>,
  ) {
    this.#engine = engine;
    this.#network = network;
    this.from = caller;
    this.to = target;
    this.request = request;
    this.#startedMs = engine.nowMs;
    this.#waiter = waiter;
    this.#timeout = caller.sleep(timeoutMs, this);
  }

  /** What the request weighs. */
  get content(): SimMessage {
    return this.request;
  }

  send(): void {
    this.#network.send(this.from, this.to, kindOfRequest(this.request.type), this);
  }

  /** The request is there: the target answers it. */
  arrive(): void {
    this.to.serve(this.from, this.request, (reply) => {
      const kind = kindOfRequest(this.request.type) + 1;
      this.#network.observer?.replied(this, reply);
      this.#network.send(this.to, this.from, kind, new Answer(this, reply));
    });
  }

  /** The answer is there. */
  answered(reply: SimMessage): void {
    if (reply.type === 'refused') this.fail('refused');
    else this.#end({ ok: true, reply, rttMs: this.#engine.nowMs - this.#startedMs });
  }

  fail(failure: CallFailure): void {
    this.#end({ ok: false, failure, elapsedMs: this.#engine.nowMs - this.#startedMs });
  }

  /** The timeout is over. */
  resume(): void {
    this.fail('timeout');
  }

  /** Whether the one who asks still waits. */
  get isOpen(): boolean {
    return this.#waiter !== undefined;
  }

  cancel(): void {
    this.#close(undefined);
  }

  #end(outcome: CallOutcome<unknown>): void {
    const waiter = this.#waiter;
    if (waiter === undefined) return;
    this.#close(outcome);
    waiter.resume(outcome);
  }

  #close(outcome: CallOutcome<unknown> | undefined): void {
    if (this.#waiter === undefined) return;
    this.#waiter = undefined;
    this.#timeout.cancel();
    this.#network.observer?.ended(this, outcome);
  }
}

class Answer implements Arrival {
  readonly #exchange: Exchange;
  /** The reply. */
  readonly content: SimMessage;

  constructor(exchange: Exchange, reply: SimMessage) {
    this.#exchange = exchange;
    this.content = reply;
  }

  arrive(): void {
    this.#exchange.answered(this.content);
  }
}
