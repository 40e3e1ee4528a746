/** One coming or going of one phone. */
export interface PopulationEvent {
  readonly atMs: number;
  /** From 0, in the order of arrival. */
  readonly phone: number;
  /**
   * `join`: for the first time. `stop`: it leaves with a goodbye. `crash`: it is gone without a word, its disk stays.
   * `return`: at the address it had. `vanish`: its address is gone, without a word. `reappear`: with the same disk at
   * another address, so under a new id.
   */
  readonly deed: 'join' | 'stop' | 'crash' | 'return' | 'vanish' | 'reappear';
}

/** Whether a phone is up after it did this. */
export function isUpAfter(deed: PopulationEvent['deed']): boolean {
  return deed === 'join' || deed === 'return' || deed === 'reappear';
}
