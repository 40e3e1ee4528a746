/**
 * The ways of phones into the network: what a link class (link-class.ts) makes of a message. Phones speak over TCP, so a
 * lost packet is sent again and holds up what follows on the same link, and every end sends and receives one thing
 * after the other at its bandwidth.
 */
import type { SeededRandom } from '../../../services/shared/core/random.ts';
import type { LinkClass } from '../../../services/shared/scenario/link-class.ts';
import type { Engine } from './engine.ts';
import type { Machine } from './machine.ts';
import type { Message } from './network.ts';

/** Payload of a packet: an Ethernet frame without the headers of IP and TCP. */
const PACKET_BYTES = 1_448;
/** TCP waits at least so long before it sends again (Linux, TCP_RTO_MIN), and twice as long each further time. */
const RESEND_MIN_MS = 200;
/** So many losses of one packet in a row, and the message does not come in any time that a caller waits. */
const MOST_RESENDS = 5;
/** Links whose last arrival is remembered; beyond that, those that are past are forgotten. */
const MOST_LINKS = 50_000;

interface Way {
  readonly link: LinkClass;
  readonly latencyMs: number;
  /** When it has sent, and received, all it had to. */
  upFreeMs: number;
  downFreeMs: number;
}

export class Access {
  readonly #engine: Engine;
  readonly #random: SeededRandom;
  readonly #ways = new Map<Machine, Way>();
  /** When the last message of each link arrives that is under way: none overtakes another. */
  readonly #lastMs = new Map<number, number>();

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#random = engine.random.fork();
  }

  /** From now on the machine is in the network by a line of this class. */
  attach(machine: Machine, link: LinkClass): void {
    const [least, most] = link.latencyMs;
    const latencyMs = least + this.#random.next() * (most - least);
    this.#ways.set(machine, { link, latencyMs, upFreeMs: 0, downFreeMs: 0 });
  }

  /** One way, both ends together, on a good day. */
  latencyMs(a: Machine, b: Machine): number {
    return (this.#ways.get(a)?.latencyMs ?? 0) + (this.#ways.get(b)?.latencyMs ?? 0);
  }

  /** Lets a message arrive that takes `delayMs` on a good day. Never, when it is lost again and again. */
  carry(message: Message, delayMs: number): void {
    const { from, to, bytes } = message;
    const [up, down] = [this.#ways.get(from), this.#ways.get(to)];
    const { nowMs } = this.#engine;
    const sentMs = Math.max(nowMs, up?.upFreeMs ?? 0) + transferMs(bytes, up?.link.upBitsPerSecond);
    if (up !== undefined) up.upFreeMs = sentMs;
    const resendMs = this.#resendMs(bytes, up, down, RESEND_MIN_MS + 2 * delayMs);
    if (resendMs === undefined) return;
    const jitterMs = this.#jitterMs(up) + this.#jitterMs(down);
    const arrivesMs = this.#inOrder(from, to, sentMs + delayMs + jitterMs + resendMs);
    this.#engine.after(arrivesMs - nowMs, () => {
      const atMs = this.#engine.nowMs;
      const receivedMs = Math.max(atMs, down?.downFreeMs ?? 0) + transferMs(bytes, down?.link.downBitsPerSecond);
      if (down !== undefined) down.downFreeMs = receivedMs;
      if (receivedMs > atMs) this.#engine.schedule(receivedMs - atMs, message);
      else message.happen();
    });
  }

  #jitterMs(way: Way | undefined): number {
    return way === undefined || way.link.jitterMs === 0 ? 0 : this.#random.exponential(way.link.jitterMs);
  }

  /** How much longer it takes because packets are lost and sent again; undefined when that goes on too long. */
  #resendMs(bytes: number, up: Way | undefined, down: Way | undefined, timeoutMs: number): number | undefined {
    const loss = 1 - (1 - (up?.link.loss ?? 0)) * (1 - (down?.link.loss ?? 0));
    if (loss === 0) return 0;
    let longestMs = 0;
    for (let packet = 0; packet === 0 || packet * PACKET_BYTES < bytes; packet++) {
      let waitedMs = 0;
      for (let lost = 0; this.#random.next() < loss; lost++) {
        if (lost === MOST_RESENDS) return undefined;
        waitedMs += timeoutMs * 2 ** lost;
      }
      longestMs = Math.max(longestMs, waitedMs);
    }
    return longestMs;
  }

  #inOrder(from: Machine, to: Machine, arrivesMs: number): number {
    const link = from.index * 2 ** 24 + to.index;
    const atMs = Math.max(arrivesMs, this.#lastMs.get(link) ?? 0);
    this.#lastMs.set(link, atMs);
    if (this.#lastMs.size > MOST_LINKS) {
      for (const [other, lastMs] of this.#lastMs) if (lastMs <= this.#engine.nowMs) this.#lastMs.delete(other);
    }
    return atMs;
  }
}

function transferMs(bytes: number, bitsPerSecond: number | undefined): number {
  return bitsPerSecond === undefined ? 0 : (8_000 * bytes) / bitsPerSecond;
}
