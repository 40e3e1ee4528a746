/** The ring as record keeping and the phone's own services see it. */
import type { Contact } from '../../shared/core/contact.ts';
import type { CallOutcome, Signal, Task } from '../../shared/core/effect.ts';
import { between, type Id, inOwnedRange } from '../../shared/core/id.ts';
import type { Calls, RequestOf } from './calls.ts';
import type { Tell } from './event.ts';
import { lookup } from './lookup/lookup.ts';
import type { PeerRequest, ReplyOf } from './message.ts';
import type { RingContext } from './ring/ring-context.ts';
import type { LookupOutcome, RingView } from './ring-view.ts';
import type { ChordSettings } from './settings.ts';

export class NodeView implements RingView {
  readonly self: Contact;
  readonly settings: ChordSettings;
  readonly neighboursChanged: Signal;
  readonly tell: Tell;
  readonly #context: RingContext;
  readonly #calls: Calls;

  constructor(context: RingContext, calls: Calls) {
    this.self = context.self;
    this.settings = context.settings;
    this.neighboursChanged = context.neighboursChanged;
    this.tell = context.tell;
    this.#context = context;
    this.#calls = calls;
  }

  successors(): readonly Contact[] {
    return this.#context.successors;
  }

  predecessors(): readonly Contact[] {
    return this.#context.predecessors;
  }

  isSilent(id: Id): boolean {
    return this.#context.graveyard.isSilent(id);
  }

  isResponsible(key: Id): boolean {
    return inOwnedRange(this.responsibleFrom(), key, this.self.id);
  }

  responsibleFrom(): Id {
    const list = this.#context.predecessorList;
    return list[Math.min(this.settings.replication, list.length) - 1]!.id;
  }

  believedReplicas(key: Id): readonly Contact[] {
    const { phones, settings, self } = this.#context;
    const others = phones.following(key, settings.replication);
    const index = others.findIndex(({ id }) => self.id === key || (id !== key && between(key, self.id, id)));
    const at = index < 0 ? others.length : index;
    return [...others.slice(0, at), self, ...others.slice(at)].slice(0, settings.replication);
  }

  lookup(key: Id): Task<LookupOutcome> {
    return lookup(this.#context, this.#calls, key);
  }

  ask<Type extends PeerRequest['type']>(to: Contact, request: RequestOf<Type>): Task<CallOutcome<ReplyOf[Type]>> {
    return this.#calls.ask<Type>(to, request);
  }

  hedgeAfterMs(phone: Contact): number {
    if (phone.id === this.self.id) return this.settings.callTimeoutMinMs;
    return this.#calls.patienceMs(phone);
  }

  byExpectedSpeed(phones: readonly Contact[]): readonly Contact[] {
    return phones
      .map((phone) => ({ phone, cost: this.#costOf(phone) }))
      .sort((a, b) => a.cost - b.cost)
      .map(({ phone }) => phone);
  }

  /** Expected round trip in ms; phones never asked come after those that were, suspected and dead ones last. */
  #costOf({ id }: Contact): number {
    if (id === this.self.id) return 0;
    if (this.#context.isDead(id)) return Number.MAX_VALUE;
    const known = this.#context.phones.get(id);
    const { callTimeoutMaxMs } = this.settings;
    const expected = known?.roundTrip.smoothedMs ?? callTimeoutMaxMs;
    return known?.state === 'suspected' ? callTimeoutMaxMs * 2 + expected : expected;
  }
}
