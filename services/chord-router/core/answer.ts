/**
 * Answers what other phones ask about the ring. State changes only ever concern the phone that asks, whose identity
 * the link has proved.
 */
import type { Contact } from '../../shared/core/contact.ts';
import { detach, now, type Task } from '../../shared/core/effect.ts';
import type { Suspicion } from '../../shared/core/suspicion.ts';
import { type Calls, type Refused, refused } from './calls.ts';
import { Forwarding } from './forward.ts';
import { absorbNews } from './hear-news.ts';
import type { Leaving, ListContacts, Neighbours, Notify, PeerReply, PeerRequest, ProbeFor } from './message.ts';
import { answerFor } from './own-answer.ts';
import type { Relay } from './relay.ts';
import type { RingContext } from './ring-context.ts';
import type { RecordRequest } from './serve.ts';

export type RingRequest = Exclude<PeerRequest, RecordRequest | Relay>;

/** Most contacts in one answer. */
export const MAX_CONTACTS = 256;
/** Probes for others under way at once. */
const MAX_PROBES_FOR_OTHERS = 8;

export class Answers {
  readonly #context: RingContext;
  readonly #calls: Calls;
  readonly #suspicion: Suspicion;
  readonly #forwarding: Forwarding;
  #probesForOthers = 0;

  constructor(context: RingContext, calls: Calls, suspicion: Suspicion) {
    this.#context = context;
    this.#calls = calls;
    this.#suspicion = suspicion;
    this.#forwarding = new Forwarding(context, calls);
  }

  *answer(from: Contact, request: RingRequest): Task<PeerReply | Refused> {
    const context = this.#context;
    if (from.id !== context.self.id && request.type !== 'notify') context.noticed(from);
    switch (request.type) {
      case 'ping':
        return { type: 'done' };
      case 'ask-neighbours':
        yield* absorbNews(context, this.#suspicion, from, request.news);
        // A successor asks when its list has changed, and this phone's follows from it.
        if (from.id === context.successor.id) context.pace.now();
        return this.#neighbours();
      case 'notify':
        return yield* this.#beNotified(from, request);
      case 'find-successor':
        if (context.isAdrift) return refused('unavailable', 'this phone has lost its successors');
        return answerFor(context, request.key);
      case 'forward-lookup':
        if (context.isAdrift) return refused('unavailable', 'this phone has lost its successors');
        return yield* this.#forwarding.serve(request);
      case 'probe-for':
        return yield* this.#probeFor(request);
      case 'list-contacts':
        return this.#listContacts(request);
      case 'leaving':
        return yield* this.#seeOff(from, request);
    }
  }

  #neighbours(): Neighbours {
    const { ring, predecessorList, news, estimatedSize } = this.#context;
    return {
      type: 'neighbours',
      predecessor: ring.predecessor,
      successors: ring.successors,
      predecessors: predecessorList,
      news: news.take(estimatedSize),
    };
  }

  /** Zave's rectify. Whether a present predecessor still lives is found out after the answer, if it matters. */
  *#beNotified(from: Contact, { predecessors, news }: Notify): Task<PeerReply | Refused> {
    const context = this.#context;
    if (from.id === context.self.id) return refused('invalid-argument', 'a phone does not notify itself');
    const atMs = yield* now();
    const isNew = context.phones.get(from.id) === undefined;
    const wasDead = context.heard(from, atMs);
    if (isNew) {
      context.tell({ type: 'phone-discovered', phone: from });
      context.news.add('joined', from, atMs, true);
    } else if (wasDead) {
      context.news.add('joined', from, atMs, true);
    }
    yield* absorbNews(context, this.#suspicion, from, news);
    const { predecessor } = context.ring;
    context.rectify(from, context.isDead(predecessor.id));
    if (context.ring.predecessor.id === from.id) {
      context.setPredecessorsBehind(predecessors.slice(0, context.settings.successors));
    } else {
      yield* detach(this.#rectifyIfDead(predecessor, from), 'rectify');
    }
    return this.#neighbours();
  }

  *#rectifyIfDead(predecessor: Contact, notifier: Contact): Task<void> {
    if ((yield* this.#suspicion.confirm(predecessor)) !== 'dead') return;
    if (this.#context.ring.predecessor.id === predecessor.id) this.#context.rectify(notifier, true);
  }

  *#probeFor({ target }: ProbeFor): Task<PeerReply | Refused> {
    if (this.#probesForOthers >= MAX_PROBES_FOR_OTHERS) return refused('unavailable', 'too many probes under way');
    this.#probesForOthers += 1;
    try {
      const outcome = yield* this.#calls.attempt<'ping'>(target, { type: 'ping' });
      return { type: 'probed', reachable: outcome.ok };
    } finally {
      this.#probesForOthers -= 1;
    }
  }

  #listContacts({ after, limit }: ListContacts): PeerReply | Refused {
    if (!Number.isInteger(limit) || limit < 1) return refused('invalid-argument', 'the limit must be at least 1');
    const count = Math.min(limit, MAX_CONTACTS);
    const contacts = this.#context.phones.following(after, count + 1).filter(({ id }) => id !== after);
    return { type: 'contacts', contacts: contacts.slice(0, count) };
  }

  /** A phone leaves. Its predecessor stays this one's until the one before it notifies. */
  *#seeOff(from: Contact, { predecessor, successors }: Leaving): Task<PeerReply> {
    const context = this.#context;
    context.drop(from, 'left');
    context.news.add('gone', from, yield* now(), true);
    for (const contact of [predecessor, ...successors.slice(0, context.settings.successors)]) {
      if (contact.id !== from.id) context.learn(contact);
    }
    return { type: 'done' };
  }
}
