/** The phone's place in the CAN, as the keeper of its entries sees it. */
import type { Contact } from '../../shared/core/contact.ts';
import type { CallOutcome, Signal, Task } from '../../shared/core/effect.ts';
import type { Calls } from './calls.ts';
import type { CanContext } from './context.ts';
import type { CanView, Ownership, OwnZone } from './entry-keeping.ts';
import type { NeighbourView } from './heartbeat/neighbour.ts';
import type { CanMessage, Found, Summary } from './message.ts';
import type { Finding } from './routing/find.ts';
import type { CanSettings } from './settings.ts';
import type { Point } from './space/space.ts';

export class NodeView implements CanView {
  readonly self: Contact;
  readonly settings: CanSettings;
  readonly changed: Signal;
  readonly #context: CanContext;
  readonly #calls: Calls;
  readonly #finding: Finding;

  constructor(context: CanContext, calls: Calls, finding: Finding) {
    this.self = context.self;
    this.settings = context.settings;
    this.changed = context.changed;
    this.#context = context;
    this.#calls = calls;
    this.#finding = finding;
  }

  zones(): readonly OwnZone[] {
    return this.#context.territory.held;
  }

  neighbours(): readonly NeighbourView[] {
    return [...this.#context.neighbours.values()];
  }

  ownershipOf(point: Point): Ownership {
    const held = this.#context.territory.with(point);
    if (held === undefined) return 'none';
    return held.isSettled ? 'settled' : 'unsettled';
  }

  setSummary(summary: Summary): void {
    this.#context.setSummary(summary);
  }

  *find(point: Point): Task<Found> {
    return yield* this.#finding.find(point);
  }

  *ask<Reply extends CanMessage>(to: Contact, request: CanMessage): Task<CallOutcome<Reply>> {
    return yield* this.#calls.askAny<Reply>(to, request);
  }
}
