/** One node of the CAN: wires the operations together and is their only public face. */
import type { Contact } from '../../shared/core/contact.ts';
import { random, spawn, type Task, waitFor } from '../../shared/core/effect.ts';
import { refused } from '../../shared/core/peer-message.ts';
import { Suspicion } from '../../shared/core/suspicion.ts';
import { Calls } from './calls.ts';
import { CanContext } from './context.ts';
import type { CanView, EntryKeeping } from './entry-keeping.ts';
import type { TellCan } from './event.ts';
import { Exchanges } from './heartbeat/exchange.ts';
import type { NeighbourView } from './heartbeat/neighbour.ts';
import { suspicionParts } from './membership/confirmation.ts';
import { grant, takeOver } from './membership/grant.ts';
import { type EntryPoints, joinCan } from './membership/join.ts';
import { leaveCan } from './membership/leave.ts';
import { Reassignment } from './membership/reassignment.ts';
import { Rebalancing } from './membership/rebalancing.ts';
import { Takeover } from './membership/takeover.ts';
import { type CanMessage, type CanRequest, type Found, isMembershipRequest } from './message.ts';
import { NodeView } from './node-view.ts';
import { Finding } from './routing/find.ts';
import type { CanSettings } from './settings.ts';
import type { Point } from './space/space.ts';
import type { HeldZone } from './space/territory.ts';
import { Upkeep } from './upkeep.ts';

export interface CanStatus {
  readonly state: CanContext['phase'];
  readonly zones: readonly HeldZone[];
  readonly neighbours: readonly NeighbourView[];
  readonly links: readonly Contact[];
  /** Phones taken for dead that are still asked now and then. */
  readonly missed: readonly Contact[];
}

export class CanNode<Entries extends EntryKeeping = EntryKeeping> {
  readonly view: CanView;
  readonly entries: Entries;
  readonly #context: CanContext;
  readonly #calls: Calls;
  readonly #exchanges: Exchanges;
  readonly #finding: Finding;
  readonly #reassignment: Reassignment;

  constructor(self: Contact, settings: CanSettings, keepEntries: (view: CanView) => Entries, tell: TellCan) {
    const context = new CanContext(self, settings, tell);
    const suspicion: Suspicion = new Suspicion(suspicionParts(context, () => calls));
    const calls = new Calls(context, (contact) => suspicion.confirm(contact));
    this.#context = context;
    this.#calls = calls;
    this.#exchanges = new Exchanges(context, calls);
    this.#finding = new Finding(context, calls);
    this.#reassignment = new Reassignment(context, calls);
    this.view = new NodeView(context, calls, this.#finding);
    this.entries = keepEntries(this.view);
    context.entries = this.entries;
  }

  /** Joins through seeds (`host:port`) or contacts, then keeps its zone until it has left. With neither it has all. */
  *run(entries: EntryPoints): Task<void> {
    const context = this.#context;
    context.incarnation = Math.floor((yield* random()) * 2 ** 32);
    yield* spawn(this.#exchanges.meet(), 'meet');
    yield* joinCan(context, this.#calls, entries);
    yield* spawn(this.entries.run(), 'entries');
    yield* spawn(this.#exchanges.beat(), 'heartbeats');
    yield* spawn(new Takeover(context, (point) => this.find(point)).run(), 'takeover');
    yield* spawn(this.#upkeep(entries).run(), 'upkeep');
    let acquaintances: readonly Contact[] = [];
    while (this.#isHere()) {
      // Kept from before: a phone without a zone has no neighbours either.
      if (context.phase === 'member') acquaintances = this.#acquaintances();
      if (context.phase !== 'joining') yield* waitFor(context.changed);
      else yield* joinCan(context, this.#calls, { seeds: entries.seeds, contacts: acquaintances });
    }
  }

  /** Answers a request of a phone whose identity its link has proved. */
  *handle(from: Contact, request: CanMessage): Task<CanMessage> {
    if (!this.#isHere()) return refused('unavailable', 'this phone is in no CAN now');
    if (isMembershipRequest(request)) return yield* this.#answer(from, request);
    const reply = yield* this.entries.handle(from, request);
    return reply ?? refused('invalid-argument', `cannot serve this ${request.type}`);
  }

  /** A link broke without having been closed. Of a neighbour, that is looked into at once. */
  *linkLost(contact: Contact): Task<void> {
    if (this.#isHere()) yield* this.#calls.lookInto(contact);
  }

  /** Hands zones and entries over and leaves; `run` ends soon after. */
  *leave(): Task<void> {
    yield* leaveCan(this.#context, this.#calls, this.#exchanges);
  }

  *find(point: Point): Task<Found> {
    return yield* this.#finding.find(point);
  }

  status(): CanStatus {
    const { phase, territory, neighbours, links, graveyard } = this.#context;
    return {
      state: phase,
      zones: territory.held,
      neighbours: [...neighbours.values()],
      links: [...links.all()].map(({ contact }) => contact),
      missed: [...graveyard.all()].map(({ contact }) => contact),
    };
  }

  *#answer(from: Contact, request: CanRequest): Task<CanMessage> {
    const context = this.#context;
    switch (request.type) {
      case 'exchange':
        return yield* this.#exchanges.answer(from, request);
      case 'ping':
        return { type: 'done' };
      case 'probe-for': {
        const outcome = yield* this.#calls.ping(request.target);
        return { type: 'probed', reachable: outcome.ok } as CanMessage;
      }
      case 'find':
        return yield* this.#finding.serve(request);
      case 'ask-zone':
        return yield* grant(context, from, request);
      case 'hand-over':
        return yield* takeOver(context, from, request);
      case 'find-taker':
        return yield* this.#reassignment.serve(request);
      case 'get-table':
        return { type: 'table', self: context.own, known: context.known() } as CanMessage;
    }
  }

  #upkeep({ seeds }: EntryPoints): Upkeep {
    return new Upkeep(this.#context, {
      calls: this.#calls,
      exchanges: this.#exchanges,
      finding: this.#finding,
      reassignment: this.#reassignment,
      rebalancing: new Rebalancing(this.#context, this.#calls, this.#finding),
      seeds,
    });
  }

  #acquaintances(): Contact[] {
    const { neighbours, links } = this.#context;
    return [...neighbours.values(), ...links.all()].map(({ contact }) => contact);
  }

  #isHere(): boolean {
    return this.#context.phase !== 'gone';
  }
}
