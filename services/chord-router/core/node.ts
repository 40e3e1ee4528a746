/** One node of the ring: wires the operations together and is their only public face. */
import type { Contact } from '../../shared/core/contact.ts';
import { type CallOutcome, detach, ended, now, spawn, type Task, waitFor } from '../../shared/core/effect.ts';
import { between, type Id } from '../../shared/core/id.ts';
import { type Refused, refused } from '../../shared/core/peer-message.ts';
import type { Suspicion } from '../../shared/core/suspicion.ts';
import { Answers, MAX_CONTACTS } from './answer.ts';
import { Calls } from './calls.ts';
import type { Tell } from './event.ts';
import type { PeerReply, PeerRequest } from './message.ts';
import { Spreading } from './news/spread.ts';
import { NodeView } from './node-view.ts';
import { type Relay, type Relayed, relay } from './relay.ts';
import { sayFarewells } from './ring/farewell.ts';
import { joinRing } from './ring/join.ts';
import { leaveRing } from './ring/leave.ts';
import { type Place, takePlace } from './ring/resume.ts';
import type { RingState } from './ring/ring.ts';
import { RingContext } from './ring/ring-context.ts';
import { Stabilisation } from './ring/stabilise.ts';
import { suspicionOf } from './ring/suspicion.ts';
import type { LookupOutcome, RingView } from './ring-view.ts';
import { isRecordRequest, type RecordRequest } from './serve.ts';
import type { ChordSettings } from './settings.ts';
import { Upkeep } from './upkeep.ts';

/** Longest wait of a newcomer for word from both neighbours; usually it takes three or four round trips. */
const PLACED_WITHIN_MS = 10_000;

/** What the node asks of record keeping. */
export interface RecordKeeping {
  /** Repairs for ever; runs from when the phone is a member. */
  run(): Task<void>;
  /** Answers a request about records; undefined refuses it. */
  handle(from: Contact, request: RecordRequest): Task<PeerReply | undefined>;
  /** Ends once all that this phone kept, wherever on the ring it was then, is on its replicas. */
  broughtOver(): Task<void>;
  /** Before a leave: gives records to the phones that keep them from then on. Bounded in time. */
  handOver(): Task<void>;
}

export interface PhoneStatus {
  readonly contact: Contact;
  readonly state: 'alive' | 'suspected';
  /** Smoothed round trip in ms; undefined before the first answer. */
  readonly rttMs: number | undefined;
}

export interface NodeStatus {
  readonly state: 'joining' | 'member' | 'leaving';
  readonly self: Contact;
  /** Began the ring as the one who was to: without anybody to join, or as the first of its seeds. */
  readonly founded: boolean;
  readonly predecessor: Contact;
  /** Nearest first, without self. */
  readonly successors: readonly Contact[];
  readonly predecessors: readonly Contact[];
  readonly fingers: readonly Contact[];
  readonly known: readonly PhoneStatus[];
  /** Phones taken for dead, or remembered and not heard since, that are still asked now and then. */
  readonly missed: readonly Contact[];
  /** About how many phones the ring has; exact up to `settings.successors`. */
  readonly estimatedSize: number;
}

export class ChordNode<Records extends RecordKeeping = RecordKeeping> {
  readonly view: RingView;
  readonly records: Records;
  readonly #context: RingContext;
  readonly #calls: Calls;
  readonly #suspicion: Suspicion;
  readonly #answers: Answers;

  constructor(self: Contact, settings: ChordSettings, keepRecords: (view: RingView) => Records, tell: Tell) {
    this.#context = new RingContext(self, settings, tell);
    this.#calls = new Calls(this.#context, {
      answer: (request) => this.handle(self, request),
      neighbourFailed: (contact) => this.#confirm(contact),
    });
    this.#suspicion = suspicionOf(this.#context, this.#calls);
    this.#answers = new Answers(this.#context, this.#calls, this.#suspicion);
    this.view = new NodeView(this.#context, this.#calls);
    this.records = keepRecords(this.view);
  }

  /**
   * Joins through the seeds (`host:port`) or through phones remembered from before, then maintains the ring until it
   * has left. With neither it starts a ring. `former`: what it was at other addresses, and has not said goodbye for.
   */
  *run(seeds: readonly string[], remembered: readonly Contact[] = [], former: readonly Contact[] = []): Task<void> {
    const context = this.#context;
    const attempts = yield* joinRing(context, this.#calls, { seeds, remembered });
    if (context.phase !== 'joining') return;
    context.phase = 'member';
    yield* spawn(this.#tellOncePlaced(attempts), 'await place');
    for (const contact of remembered) {
      if (contact.id !== context.self.id && !context.phones.isAlive(contact.id)) {
        context.graveyard.bury(contact, 'remembered');
      }
    }
    const stabilisation = new Stabilisation(context, this.#calls, this.#suspicion);
    yield* stabilisation.round();
    yield* spawn(this.records.run(), 'records');
    if (former.length > 0) yield* spawn(this.#sayFarewells(former), 'say goodbye for former ids');
    yield* spawn(this.#fillTables(), 'fill tables');
    yield* this.#maintain(stabilisation, seeds);
  }

  /** The join is complete when both neighbours know this phone; a neighbour that keeps silent does not hold it up for ever. */
  *#tellOncePlaced(attempts: number): Task<void> {
    const context = this.#context;
    const { placement } = context;
    if (!placement.isPlaced) yield* waitFor(placement.completed, PLACED_WITHIN_MS);
    placement.complete();
    context.pace.hurry(); // its successor may wait for word of it
    context.tell({ type: 'joined', successor: context.successor, attempts });
  }

  *#sayFarewells(former: readonly Contact[]): Task<void> {
    yield* this.records.broughtOver();
    if (this.#isOnRing()) yield* sayFarewells(this.#context, this.#calls, former);
  }

  /** Takes up a place in a ring whose other members know it already, as if it had long been there, and maintains it. */
  *resume(place: Place, seeds: readonly string[] = []): Task<void> {
    const context = this.#context;
    takePlace(context, place, yield* now());
    context.phase = 'member';
    yield* spawn(this.records.run(), 'records');
    yield* context.pace.rest();
    yield* this.#maintain(new Stabilisation(context, this.#calls, this.#suspicion), seeds);
  }

  *#maintain(stabilisation: Stabilisation, seeds: readonly string[]): Task<void> {
    const upkeep = new Upkeep(this.#context, this.#calls, seeds);
    yield* spawn(new Spreading(this.#context, this.#calls).run(), 'news');
    while (this.#isOnRing()) {
      yield* spawn(upkeep.round(), 'upkeep');
      if (!this.#context.placement.isPlaced) this.#context.pace.hurry();
      yield* this.#context.pace.rest();
      if (this.#isOnRing()) yield* stabilisation.round();
    }
  }

  /** Answers a request of a phone whose identity its link has proved. */
  handle(from: Contact, request: PeerRequest): Task<PeerReply | Refused> {
    if (request.type === 'ping' && this.#context.phase !== 'gone') return ended({ type: 'done' });
    if (!this.#isOnRing()) return ended(refused('unavailable', 'this phone is on no ring now'));
    if (request.type === 'relay') return ended(refused('unavailable', `${request.service} does not run on this phone`));
    return isRecordRequest(request) ? this.#handleRecords(from, request) : this.#answers.answer(from, request);
  }

  *#handleRecords(from: Contact, request: RecordRequest): Task<PeerReply | Refused> {
    const reply = yield* this.records.handle(from, request);
    return reply ?? refused('invalid-argument', `cannot serve this ${request.type}`);
  }

  /** A link broke without having been closed. Of a neighbour, that is looked into at once. */
  *linkLost(contact: Contact): Task<void> {
    if (contact.id === this.#context.self.id || !this.#isOnRing()) return;
    this.#context.suspect(contact);
    if (this.#context.isNeighbour(contact.id)) yield* detach(this.#confirm(contact), 'confirm');
  }

  /** Hands records over and leaves; `run` ends soon after. */
  *leave(): Task<void> {
    yield* leaveRing(this.#context, this.#calls, this.records.handOver());
  }

  /**
   * Zave's state of this phone: it owns what lies between its predecessor, which may be dead for a while, and itself.
   * Undefined while it is on no ring: joining, or gone.
   */
  get ring(): RingState | undefined {
    return this.#isOnRing() ? this.#context.ring : undefined;
  }

  lookup(key: Id): Task<LookupOutcome> {
    return this.view.lookup(key);
  }

  /** Asks the like of a sibling service on another phone (relay.ts). `timeoutMs` runs from when the request leaves. */
  *relay(to: Contact, request: Relay, timeoutMs: number): Task<CallOutcome<Relayed>> {
    return yield* relay(this.#context, to, request, timeoutMs);
  }

  status(): NodeStatus {
    const { self, ring, successors, predecessors, fingers, phones, graveyard, estimatedSize } = this.#context;
    return {
      state: stateOf(this.#context),
      self,
      founded: this.#context.founded,
      predecessor: ring.predecessor,
      successors,
      predecessors,
      fingers: fingers.phones(),
      known: phones.all().map(({ contact, state, roundTrip }) => ({
        contact,
        state,
        rttMs: roundTrip.estimate?.smoothedMs,
      })),
      missed: graveyard.all(),
      estimatedSize,
    };
  }

  #isOnRing(): boolean {
    return this.#context.phase === 'member' || this.#context.phase === 'leaving';
  }

  *#confirm(contact: Contact): Task<void> {
    yield* this.#suspicion.confirm(contact);
  }

  /** A newcomer copies its successor's table, page by page clockwise from itself. */
  *#fillTables(): Task<void> {
    const { self, settings, phones, graveyard } = this.#context;
    const pages = Math.ceil(settings.knownPhones / MAX_CONTACTS);
    let after = self.id;
    for (let page = 0; page < pages; page++) {
      const request = { type: 'list-contacts', after, limit: MAX_CONTACTS } as const;
      const { successor } = this.#context;
      if (successor.id === self.id) return;
      const outcome = yield* this.#calls.ask<'list-contacts'>(successor, request);
      if (!outcome.ok) return;
      for (const contact of outcome.reply.contacts.slice(0, MAX_CONTACTS)) {
        if (!between(after, contact.id, self.id)) return;
        if (!graveyard.has(contact.id)) phones.learn(contact);
        after = contact.id;
      }
      if (outcome.reply.contacts.length < MAX_CONTACTS) return;
    }
  }
}

/** A phone that is on the ring while its neighbours do not know it yet is still joining, as seen from outside. */
function stateOf({ phase, placement }: RingContext): NodeStatus['state'] {
  if (phase === 'gone') return 'leaving';
  return phase === 'member' && !placement.isPlaced ? 'joining' : phase;
}
