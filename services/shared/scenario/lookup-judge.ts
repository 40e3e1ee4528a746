/** Whether a lookup named the phone that owns the key: the first member at or after it, among those that can be heard. */
import { between, type Id } from '../core/id.ts';
import type { Cuts } from './cuts.ts';
import type { LookupNote } from './observations.ts';

/** A phone whose process runs, by its number in the scenario. */
export interface StagePhone {
  readonly phone: number;
  readonly id: Id;
  /** By its own word. */
  readonly isMember: boolean;
}

export interface LookupOutcome {
  /** The key's owner and the replicas after it, as the phone found them; empty when it found none. */
  readonly replicas: readonly Id[];
  /** Phones that answered on the way. */
  readonly hops: number;
  /** Phones that were asked and did not answer. */
  readonly silent: number;
}

/** Knows who is up. */
interface Network {
  phones(): readonly StagePhone[];
}

export class LookupJudge {
  readonly #network: Network;
  readonly #cuts: Cuts;

  constructor(network: Network, cuts: Cuts) {
    this.#network = network;
    this.#cuts = cuts;
  }

  /** The owner of a key now, as a phone could know it; undefined when it hears no member. */
  ownerFor(asker: number, key: Id): Id | undefined {
    let first: Id | undefined;
    let owner: Id | undefined;
    for (const { phone, id, isMember } of this.#network.phones()) {
      if (!isMember || !this.#cuts.hear(asker, phone)) continue;
      if (first === undefined || id < first) first = id;
      if (id >= key && (owner === undefined || id < owner)) owner = id;
    }
    return owner ?? first;
  }

  /**
   * Of the phones named, the first that is up counts; dead ones before it are timeouts of whoever asks on. The owner may
   * change while a lookup is under way: then both are right, and so is a newcomer nearer to the key.
   */
  judge(
    asker: number,
    key: Id,
    ownerBefore: Id | undefined,
    { replicas, silent }: LookupOutcome,
  ): Pick<LookupNote, 'outcome' | 'timeouts'> {
    const up = new Set(
      this.#network
        .phones()
        .filter(({ phone }) => this.#cuts.hear(asker, phone))
        .map(({ id }) => id),
    );
    const living = replicas.findIndex((id) => up.has(id));
    const named = replicas[living];
    if (named === undefined) return { outcome: 'none', timeouts: silent + replicas.length };
    const owner = this.ownerFor(asker, key);
    const isRight = named === ownerBefore || named === owner || (owner !== undefined && between(key, named, owner));
    return { outcome: isRight ? 'right' : 'wrong', timeouts: silent + living };
  }
}
