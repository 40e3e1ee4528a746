/** What record keeping sees of the ring: who is responsible for what, and how to ask them. node.ts provides it. */
import type { Contact } from '../../shared/core/contact.ts';
import type { CallOutcome, Signal, Task } from '../../shared/core/effect.ts';
import type { Id } from '../../shared/core/id.ts';
import type { Tell } from './event.ts';
import type { PeerRequest, ReplyOf } from './message.ts';
import type { ChordSettings } from './settings.ts';

/** One phone asked in a lookup. */
export interface Hop {
  readonly phone: Contact;
  /** Whose answer named it; undefined when it came from the asking phone's own tables. */
  readonly namedBy: Contact | undefined;
  readonly milliseconds: number;
  readonly outcome: 'closer' | 'owner' | 'timeout' | 'unreachable' | 'refused';
}

export interface LookupOutcome {
  /**
   * Whose the key is by the word of the ring, whether or not it answered in time. Undefined when the lookup ran into its
   * hop bound or deadline.
   */
  readonly owner: Contact | undefined;
  /** The phones that should hold the key's records, the owner first; at most `replication`, fewer in a smaller ring. */
  readonly replicas: readonly Contact[];
  /** Phones asked that were silent, or overdue when the lookup ended: of the replicas those to turn to last. */
  readonly late: readonly Contact[];
  readonly hops: readonly Hop[];
  readonly milliseconds: number;
}

export interface RingView {
  readonly self: Contact;
  readonly settings: ChordSettings;
  /** Notified whenever predecessors or successors changed. */
  readonly neighboursChanged: Signal;
  readonly tell: Tell;

  /** Nearest first, self not among them, each at most once; up to `settings.successors` of them. */
  successors(): readonly Contact[];
  predecessors(): readonly Contact[];
  /** Whether this phone has itself found another one dead, which had not said goodbye. */
  isSilent(id: Id): boolean;
  /** Whether this phone is one of the key's replicas, judging by its predecessors. A phone alone holds all. */
  isResponsible(key: Id): boolean;
  /** The range whose records this phone should keep: (from, self]; from = self means the whole ring. */
  responsibleFrom(): Id;
  /** The key's replicas by this phone's own tables, owner first, at no cost; may be stale, so they must confirm. */
  believedReplicas(key: Id): readonly Contact[];
  /** Asks the ring. Learns from what it hears. */
  lookup(key: Id): Task<LookupOutcome>;
  /**
   * Asks one phone with its adaptive timeout, counting the outcome as evidence for or against it being alive.
   * Asking oneself is answered without the wire.
   */
  ask<Type extends PeerRequest['type']>(
    to: Contact,
    request: Extract<PeerRequest, { type: Type }>,
  ): Task<CallOutcome<ReplyOf[Type]>>;
  /** How long after asking this phone a second replica should be asked too (its RTT's 95th percentile), in ms. */
  hedgeAfterMs(phone: Contact): number;
  /** Live neighbours first, then by smoothed RTT: the order in which to ask replicas for a read. */
  byExpectedSpeed(phones: readonly Contact[]): readonly Contact[];
}
