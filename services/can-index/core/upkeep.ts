/**
 * What a phone does beside its heartbeats, a little each time and more rarely while nothing changes: fills and refreshes long links, asks a phone that was taken
 * for dead whether it is back, tries a seed, gives surplus zones away, and moves to where there is more to keep.
 */

import type { Contact } from '../../shared/core/contact.ts';
import { identify, now, random, sleep, type Task } from '../../shared/core/effect.ts';
import type { Id } from '../../shared/core/id.ts';
import type { Calls } from './calls.ts';
import type { CanContext } from './context.ts';
import type { Exchanges } from './heartbeat/exchange.ts';
import { Neighbour } from './heartbeat/neighbour.ts';
import type { Reassignment } from './membership/reassignment.ts';
import type { Rebalancing } from './membership/rebalancing.ts';
import type { Finding } from './routing/find.ts';
import { linkPoint } from './routing/long-link.ts';
import { sameZones } from './space/zone.ts';

/** Links looked up in a round until all were, with none that leads elsewhere than before. */
const LINKS_A_ROUND = 4;
/** Dead phones asked in a round. */
const DEAD_A_ROUND = 2;
/** A seed's address is tried once in so many rounds, unless a neighbour has it. */
const SEED_EVERY_ROUNDS = 8;

export interface UpkeepParts {
  readonly calls: Calls;
  readonly exchanges: Exchanges;
  readonly finding: Finding;
  readonly reassignment: Reassignment;
  readonly rebalancing: Rebalancing;
  readonly seeds: readonly string[];
}

export class Upkeep {
  readonly #context: CanContext;
  readonly #parts: UpkeepParts;
  #rounds = 0;
  #linksTended = 0;
  /** Links to look up before all are known to lead where they should. */
  #unsure: number;
  /** Who was found to own each link's point. */
  readonly #links: (Id | undefined)[] = [];

  constructor(context: CanContext, parts: UpkeepParts) {
    this.#context = context;
    this.#parts = parts;
    this.#unsure = context.settings.longLinks;
  }

  *run(): Task<void> {
    const { settings, health } = this.#context;
    let pauseMs = settings.heartbeatMs;
    let version = -1;
    for (;;) {
      yield* sleep(pauseMs * (0.75 + 0.5 * (yield* random())));
      const isQuiet = this.#context.version === version && this.#unsure === 0;
      pauseMs = isQuiet ? Math.min(2 * pauseMs, settings.upkeepMaxMs) : settings.heartbeatMs;
      ({ version } = this.#context);
      // All of this can wait until the phone keeps up with what others want of it.
      if (this.#context.phase !== 'member' || health.slowness > 1) continue;
      this.#rounds += 1;
      yield* this.#tendLinks();
      for (let i = 0; i < DEAD_A_ROUND; i++) yield* this.#askTheDead();
      if (this.#rounds % SEED_EVERY_ROUNDS === 0) yield* this.#trySeed();
      yield* this.#parts.reassignment.round();
      yield* this.#parts.rebalancing.round();
    }
  }

  /** Each link in turn is looked up anew, all of them in the first rounds. */
  *#tendLinks(): Task<void> {
    const { longLinks } = this.#context.settings;
    const wanted = this.#unsure > 0 ? LINKS_A_ROUND : 1;
    for (let i = 0; i < wanted; i++) {
      const link = this.#linksTended++ % longLinks;
      const before = this.#links[link];
      yield* this.#tendLink(link);
      const isNew = before !== undefined && this.#links[link] !== before;
      this.#unsure = isNew ? longLinks : Math.max(this.#unsure - 1, 0);
    }
  }

  *#tendLink(link: number): Task<void> {
    const context = this.#context;
    const { self, links, neighbours, graveyard, settings } = context;
    const point = linkPoint(self.id, link, settings.axes);
    const before = this.#links[link];
    const { owner } = yield* this.#parts.finding.find(point);
    if (owner === undefined) return;
    const { id } = owner.contact;
    this.#links[link] = id;
    if (before !== undefined && before !== id && !this.#links.includes(before) && links.drop(before)) {
      context.noteChange(before);
    }
    if (id === self.id || neighbours.has(id) || graveyard.has(id)) {
      if (links.drop(id)) context.noteChange(id);
      return;
    }
    if (links.get(id) === undefined) {
      links.set(owner, []);
      context.noteChange(id);
    }
    yield* this.#readTable(owner.contact);
  }

  /** What a link leads to: whom to pass a question on to, looking one ahead. */
  *#readTable(contact: Contact): Task<void> {
    const context = this.#context;
    const { id } = contact;
    const outcome = yield* this.#parts.calls.ask<'get-table'>(contact, { type: 'get-table' });
    const before = context.links.get(id);
    if (before === undefined) return;
    if (!outcome.ok || outcome.reply.self.zones.length === 0 || context.neighbours.has(id)) {
      context.links.drop(id);
      context.noteChange(id);
      return;
    }
    context.links.set(outcome.reply.self, outcome.reply.known);
    // Not of each change of its knowledge: with all phones linked to others there would be no end of changes.
    if (!sameZones(outcome.reply.self.zones, before.zones)) context.noteChange(id);
  }

  /** One that is back is met like a stranger: it may have been in another network meanwhile. */
  *#askTheDead(): Task<void> {
    const contact = this.#context.graveyard.next();
    if (contact === undefined || this.#context.neighbours.has(contact.id)) return;
    yield* this.#parts.exchanges.with(new Neighbour(contact, [], yield* now()));
  }

  /** Seeds are the way back to a network this phone was cut off from before it knew anybody there. */
  *#trySeed(): Task<void> {
    const { self, neighbours, settings } = this.#context;
    const { seeds, exchanges } = this.#parts;
    const address = seeds[Math.floor(this.#rounds / SEED_EVERY_ROUNDS) % Math.max(seeds.length, 1)];
    if (address === undefined || address === self.address) return;
    for (const { contact } of neighbours.values()) if (contact.address === address) return;
    const contact = yield* identify(address, settings.callTimeoutMaxMs);
    if (contact === undefined || contact.id === self.id) return;
    yield* exchanges.with(new Neighbour(contact, [], yield* now()));
  }
}
