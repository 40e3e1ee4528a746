/** A phone of a CAN that stands still: the product's keeper of entries in a zone that it always had. */

import { Adverts } from '../../services/can-index/core/entries/adverts.ts';
import type { Entry, MeaningSpace } from '../../services/can-index/core/entries/entry.ts';
import type { KeptEntry } from '../../services/can-index/core/entries/entry-store.ts';
import { EntryKeeper } from '../../services/can-index/core/entries/keeper.ts';
import type { Link } from '../../services/can-index/core/entries/link.ts';
import { Settling } from '../../services/can-index/core/entries/settling.ts';
import { Silence } from '../../services/can-index/core/entries/silence.ts';
import type { CanView, Ownership, OwnZone } from '../../services/can-index/core/entry-keeping.ts';
import type { NeighbourView } from '../../services/can-index/core/heartbeat/neighbour.ts';
import type { CanMessage, Found, Summary } from '../../services/can-index/core/message.ts';
import { type CanSettings, DEFAULT_SETTINGS } from '../../services/can-index/core/settings.ts';
import { contains } from '../../services/can-index/core/space/box.ts';
import type { Point } from '../../services/can-index/core/space/space.ts';
import type { Contact } from '../../services/shared/core/contact.ts';
import {
  type CallOutcome,
  call,
  detach,
  ended,
  now,
  Signal,
  sleep,
  type Task,
} from '../../services/shared/core/effect.ts';
import type { Id } from '../../services/shared/core/id.ts';
import { refused } from '../../services/shared/core/peer-message.ts';
import type { Engine } from '../sim/engine/engine.ts';
import { Machine, type SimNode } from '../sim/engine/machine.ts';
import type { Network } from '../sim/engine/network.ts';
import type { CanLayout } from './can-layout.ts';

/** One way of a question for the owner of a point, from phone to phone: about the mean of the simulated network, in ms. */
const HOP_MS = 24;
const CALL_TIMEOUT_MS = 2_000;

/** The CAN that laid-out phones see. */
export interface Surroundings {
  readonly layout: CanLayout;
  readonly space: MeaningSpace;
  /** What each phone tells its neighbours. */
  readonly told: readonly ToldOfPhone[];
  /** Whether questions for owners go from phone to phone; else the owner is known at once, which saves time. */
  isRouted: boolean;
  /** Entries come by `place`, all in a short time: no rounds of custody are needed. */
  readonly areEntriesPlaced: boolean;
}

/** What all neighbours of a phone know of it. */
export class ToldOfPhone implements NeighbourView {
  readonly contact: Contact;
  readonly zones: NeighbourView['zones'];
  readonly known = new Map();
  state: 'alive' | 'suspected' = 'alive';
  load = 0;
  summary: Summary | undefined;

  constructor({ contact, zones }: CanLayout['phones'][number]) {
    this.contact = contact;
    this.zones = zones;
  }
}

class LaidOutView implements CanView {
  readonly self: Contact;
  readonly settings: CanSettings = DEFAULT_SETTINGS;
  readonly changed = new Signal();
  readonly #index: number;
  readonly #around: Surroundings;

  constructor(index: number, around: Surroundings) {
    this.#index = index;
    this.#around = around;
    this.self = around.layout.phones[index]!.contact;
  }

  zones(): readonly OwnZone[] {
    return this.#around.layout.phones[this.#index]!.zones.map((zone) => ({ zone, isSettled: true }));
  }

  neighbours(): readonly NeighbourView[] {
    return this.#around.layout.neighbours[this.#index]!.map((other) => this.#around.told[other]!);
  }

  ownershipOf(point: Point): Ownership {
    const { zones } = this.#around.layout.phones[this.#index]!;
    return zones.some(({ box }) => contains(box, point)) ? 'settled' : 'none';
  }

  setSummary(summary: Summary): void {
    this.#around.told[this.#index]!.summary = summary;
  }

  *find(point: Point): Task<Found> {
    const { layout, isRouted } = this.#around;
    const path = isRouted ? (layout.route(this.#index, point, true) ?? []) : [];
    yield* sleep(2 * HOP_MS * path.length);
    const { contact, zones } = layout.phones[layout.ownerOf(point)]!;
    const owner = { contact, zones, stamp: { incarnation: 0, version: 0 }, isLink: false };
    const trail = path.map((phone) => layout.phones[phone]!.contact);
    return { type: 'found', owner, offers: [], trail, visited: [] };
  }

  *ask<Reply extends CanMessage>(to: Contact, request: CanMessage): Task<CallOutcome<Reply>> {
    return yield* call<CanMessage, Reply>(to, request, CALL_TIMEOUT_MS);
  }
}

class LaidOutNode implements SimNode {
  readonly entries: EntryKeeper;
  readonly #view: LaidOutView;
  readonly #around: Surroundings;

  constructor(index: number, around: Surroundings) {
    this.#view = new LaidOutView(index, around);
    this.#around = around;
    this.entries = new EntryKeeper(this.#view, around.space);
  }

  /** Has the keeper do its rounds, or only tell neighbours what it keeps, as where entries are placed. */
  *run(): Task<void> {
    if (this.#around.areEntriesPlaced) yield* new Adverts(this.#view, this.entries.store, this.#around.space).run();
    else yield* this.entries.run();
  }

  /** Takes in a new entry of this phone's zone as its keeper does, but its nearest posts were found elsewhere. */
  *place(entry: Entry, nearest: (post: Id) => readonly Link[]): Task<KeptEntry> {
    const { store } = this.entries;
    const kept = store.keep(entry, [this.#view.self], [], yield* now())!;
    const parts = { view: this.#view, store, silence: new Silence(), nearest: () => ended(nearest(entry.post)) };
    yield* detach(new Settling(parts).settle(kept), 'settle');
    return kept;
  }

  *handle(from: Contact, request: CanMessage): Task<CanMessage> {
    const reply = yield* this.entries.handle(from, request);
    return reply ?? refused('invalid-argument', `cannot serve this ${request.type}`);
  }

  *linkLost(): Task<void> {}
}

export class LaidOutPhone extends Machine<LaidOutNode> {
  constructor(index: number, around: Surroundings, engine: Engine, network: Network) {
    super(around.layout.phones[index]!.contact, index, engine, network, {
      newNode: () => new LaidOutNode(index, around),
      // The ring bears every entry out: nobody lies here.
      disk: { perform: (_operation, done) => done('true'), crash: () => {} },
    });
  }

  start(): void {
    this.boot((node) => node.run());
  }
}
