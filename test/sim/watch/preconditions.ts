/** Whether Zave's assumptions hold just now, and why not. */

/**
 * Why they ceased to hold: a member was taken for dead; a phone came back that some still took for dead, or was refused
 * by it before; a failure left too few principals or a member without a live successor; a phone started a ring beside
 * the one there was; more answers for one phone were on their way than are kept track of.
 */
export type Breach =
  | 'suspected wrongly'
  | 'back from the dead'
  | 'stale refusal'
  | 'failure beyond the assumption'
  | 'a ring of its own'
  | 'too many answers at once';

export class Preconditions {
  /** Undefined while they hold. */
  #breach: Breach | 'start' | undefined = 'start';
  readonly breaches = new Map<Breach, number>();

  get hold(): boolean {
    return this.#breach === undefined;
  }

  breach(breach: Breach): void {
    if (this.#breach !== undefined) return;
    this.#breach = breach;
    this.breaches.set(breach, (this.breaches.get(breach) ?? 0) + 1);
  }

  /** From an ideal ring on, of which nobody takes a member for dead, they hold again. */
  restore(): void {
    this.#breach = undefined;
  }
}
