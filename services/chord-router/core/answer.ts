/**
 * Answers what other phones ask about the ring. State changes only ever concern the phone that asks, whose identity
 * the link has proved.
 */
import type { Contact } from '../../shared/core/contact.ts';
import { detach, now, type Task } from '../../shared/core/effect.ts';
import type { Id } from '../../shared/core/id.ts';
import type { ProbeFor } from '../../shared/core/peer-message.ts';
import { type Refused, refused } from '../../shared/core/peer-message.ts';
import type { Suspicion } from '../../shared/core/suspicion.ts';
import type { Calls } from './calls.ts';
import { Forwarding } from './lookup/forward.ts';
import { answerFor } from './lookup/own-answer.ts';
import type { Leaving, ListContacts, Moved, NeighbourLists, Notify, PeerReply, PeerRequest } from './message.ts';
import { hearNews, hearWord } from './news/hear-news.ts';
import type { Relay } from './relay.ts';
import { digestOfList, digestOfLists, type ListDigest } from './ring/list-digest.ts';
import type { RingContext } from './ring/ring-context.ts';
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
  /** The predecessors that the predecessor told last: it tells them again only when they are others. */
  #behind: { readonly of: Id; readonly list: readonly Contact[]; readonly digest: ListDigest } | undefined;

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
        return { type: 'neighbours', ...this.#lists(), predecessors: context.predecessorList };
      case 'compare-neighbours':
        return { type: 'compared', lists: this.#listsUnless(request.known) };
      case 'tell':
        yield* hearWord(context, this.#suspicion, from, request);
        // A successor speaks up when its list has changed, and this phone's follows from it.
        if (from.id === context.successor.id) context.pace.now();
        return { type: 'done' };
      case 'spread-news':
        yield* hearNews(context, this.#suspicion, request);
        return { type: 'done' };
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
      case 'moved':
        return yield* this.#seeOffFormer(from, request);
    }
  }

  #lists(): NeighbourLists {
    const { predecessor, successors } = this.#context.ring;
    return { predecessor, successors };
  }

  #listsUnless(known: ListDigest | undefined): NeighbourLists | undefined {
    const lists = this.#lists();
    return digestOfLists(lists) === known ? undefined : lists;
  }

  /** Zave's rectify. Whether a present predecessor still lives is found out after the answer, if it matters. */
  *#beNotified(from: Contact, notice: Notify): Task<PeerReply | Refused> {
    const context = this.#context;
    if (from.id === context.self.id) return refused('invalid-argument', 'a phone does not notify itself');
    if (context.phones.get(from.id) === undefined) context.tell({ type: 'phone-discovered', phone: from });
    context.heard(from, yield* now());
    const { predecessor } = context.ring;
    context.rectify(from, context.isDead(predecessor.id));
    let wantsPredecessors = false;
    if (context.ring.predecessor.id === from.id) {
      context.placement.heardPredecessor(from, notice.places);
      wantsPredecessors = !this.#takePredecessors(from, notice);
    } else {
      yield* detach(this.#rectifyIfDead(predecessor, from), 'rectify');
    }
    const lists = this.#listsUnless(notice.known);
    return { type: 'notified', lists, wantsPredecessors, placed: context.placement.isPlaced };
  }

  /** What lies behind the predecessor. False when it names a list that this phone does not have. */
  #takePredecessors(from: Contact, { predecessors, predecessorsDigest }: Notify): boolean {
    if (predecessors !== undefined) {
      const list = predecessors.slice(0, this.#context.settings.successors);
      this.#behind = { of: from.id, list, digest: digestOfList(predecessors) };
    }
    if (this.#behind?.of !== from.id || this.#behind.digest !== predecessorsDigest) return false;
    this.#context.setPredecessorsBehind(this.#behind.list);
    return true;
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
    yield* this.#dropLeaver(from);
    for (const contact of [predecessor, ...successors.slice(0, context.settings.successors)]) {
      if (contact.id !== from.id) context.learn(contact);
    }
    return { type: 'done' };
  }

  /** A phone has come back under another id: the one it had is as gone as if it had left. */
  *#seeOffFormer(from: Contact, { former }: Moved): Task<PeerReply | Refused> {
    if (former.id === from.id || former.id === this.#context.self.id) {
      return refused('invalid-argument', 'a phone that moved has another id than before');
    }
    yield* this.#dropLeaver(former);
    return { type: 'done' };
  }

  *#dropLeaver(leaver: Contact): Task<void> {
    const context = this.#context;
    const wasFirst = context.successor.id === leaver.id;
    context.drop(leaver, 'left');
    if (wasFirst) context.news.begin({ kind: 'gone', id: leaver.id }, context.self.id, yield* now());
  }
}
