/**
 * Clogged phones: what they send and what is sent to them waits until they are unclogged, and then comes all at once.
 * After: FoundationDB's simulator, whose swizzle-clogging does this to several phones in one order and undoes it in
 * another (Zhou et al., SIGMOD 2021, section 4).
 */
import type { Machine } from './machine.ts';

/** Messages kept for a clogged phone; what comes after is lost, as in a buffer that is full. */
const MAX_HELD = 4096;

export class Clogging {
  readonly #held = new Map<Machine, (() => void)[]>();

  get any(): boolean {
    return this.#held.size > 0;
  }

  clog(phone: Machine): void {
    if (!this.#held.has(phone)) this.#held.set(phone, []);
  }

  /** What was held goes on its way now, in the order in which it was sent. */
  unclog(phone: Machine): void {
    const held = this.#held.get(phone) ?? [];
    this.#held.delete(phone);
    for (const send of held) send();
  }

  unclogAll(): void {
    for (const phone of [...this.#held.keys()]) this.unclog(phone);
  }

  /** Keeps a message back if either end is clogged; `send` sends it again. False when neither is. */
  holds(from: Machine, to: Machine, send: () => void): boolean {
    const held = this.#held.get(from) ?? this.#held.get(to);
    if (held === undefined) return false;
    if (held.length < MAX_HELD) held.push(send);
    return true;
  }
}
