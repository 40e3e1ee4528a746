/**
 * How well this phone itself keeps up. One that is starved of processor time, or cut off, sees all others fall silent at
 * once and is the only one at fault: while it has reason to doubt itself, it waits longer before it doubts others.
 *
 * Source: Dadgar, Phillips and Currey, "Lifeguard: local health awareness for more accurate failure detection", DSN-W
 * 2018, section III-A. There the score is a probe's missing acknowledgements; here also how late its own timers fire (docs/decisions/late-is-not-dead.md).
 */
import { now, sleep, type Task } from './effect.ts';

/** Lags beyond this score say nothing more: timeouts are at most nine times as long (Lifeguard's S). */
const MAX_LAG = 8;
/** Missing answers count for less than a lag: when many phones have died, helpers are silent because they are dead. */
const MAX_UNANSWERED = 2;
/** A timer that is later than this means that the phone is starved, in ms. */
const LATE_MS = 100;

export class LocalHealth {
  /** By its own timers. */
  #lag = 0;
  /** By answers that are missing. */
  #unanswered = 0;

  /** What pauses and timeouts are multiplied by: 1 while timers fire in time, up to 1 + MAX_LAG. */
  get slowness(): number {
    return 1 + this.#lag;
  }

  /** What timeouts are multiplied by where silence is taken for death: 1 while all is well, up to 1 + MAX_LAG. */
  get doubt(): number {
    return 1 + Math.max(this.#lag, this.#unanswered);
  }

  /** Somebody answered in time, whatever the answer. */
  answeredInTime(): void {
    this.#unanswered = Math.max(this.#unanswered - 1, 0);
  }

  /** Somebody that should be well did not answer in time. */
  missed(): void {
    this.#unanswered = Math.min(this.#unanswered + 1, MAX_UNANSWERED);
  }

  /** Sleeps, and takes note of how late the phone woke up. */
  *pause(ms: number): Task<void> {
    const beforeMs = yield* now();
    yield* sleep(ms);
    this.woke((yield* now()) - beforeMs - ms);
  }

  /** A pause of this phone lasted so much too long, ms: the phone is at least as slow as that says, or a little better. */
  woke(lateMs: number): void {
    if (lateMs > LATE_MS) return this.overslept(lateMs);
    this.#lag = Math.max(this.#lag - 1, 0);
    this.answeredInTime();
  }

  /** A timer fired so much too late, ms. */
  overslept(lateMs: number): void {
    if (lateMs > LATE_MS) this.#lag = Math.max(this.#lag, Math.min(Math.floor(lateMs / LATE_MS), MAX_LAG));
  }
}
