/**
 * Passing news on: what waits is sent to the phones 1, 2, 4, 8 … places after this one, each of which passes it on to
 * those behind it up to the next. So each phone is told once, after about half as many steps as the size of the ring has
 * bits, and what came from many sides travels on in one message.
 *
 * Source: Monnerat and Amorim, "D1HT: a distributed one hop hash table" (IPDPS 2006), section 4 (EDRA). There the
 * number of steps left travels along, here the end of the stretch, which holds where tables differ; and a phone that
 * does not answer is passed over.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import { detach, now, random, sleep, type Task, waitFor } from '../../../shared/core/effect.ts';
import { between, type Id } from '../../../shared/core/id.ts';
import type { Calls } from '../calls.ts';
import type { NewsBranch } from '../message.ts';
import type { RingContext } from '../ring/ring-context.ts';
import { MAX_BRANCHES } from './hear-news.ts';
import { ITEM_BYTES, MESSAGE_BYTES, type NewsItem } from './news.ts';

/** News gathers for so long before it is sent on, in ms: a step's share of the delay, and what fits one message. */
const GATHER_MS = 300;
/** Pause while the budget is spent, or nothing comes, in ms. */
const LONGEST_WAIT_MS = 5_000;
/** Phones tried for one stretch, each after the last one's silence. */
const TRIES = 3;

interface Parcel {
  readonly to: Contact;
  readonly branches: Map<Id, { readonly until: Id; readonly joined: Contact[]; readonly gone: Id[] }>;
}

export class Spreading {
  readonly #context: RingContext;
  readonly #calls: Calls;

  constructor(context: RingContext, calls: Calls) {
    this.#context = context;
    this.#calls = calls;
  }

  /** Passes on what comes, for ever. */
  *run(): Task<never> {
    const { news, health } = this.#context;
    for (;;) {
      const hasCome = news.pending || (yield* waitFor(news.arrived, LONGEST_WAIT_MS));
      // A phone that does not keep up sends more at a time, and has fewer messages to make.
      if (hasCome) yield* sleep(health.slowness * GATHER_MS * (0.75 + 0.5 * (yield* random())));
      news.noteTime(yield* now());
      for (const { to, branches } of parcelsOf(this.#context, news.take())) {
        const all = [...branches.values()];
        for (let i = 0; i < all.length; i += MAX_BRANCHES) {
          yield* detach(this.#deliver(to, all.slice(i, i + MAX_BRANCHES)), 'spread news');
        }
      }
    }
  }

  /** Tells one phone, or when it is silent the next one of its stretch. */
  *#deliver(to: Contact, branches: readonly NewsBranch[]): Task<void> {
    const context = this.#context;
    let target: Contact | undefined = to;
    let left = branches;
    for (let tries = 0; tries < TRIES && target !== undefined; tries++) {
      context.news.spend(costOf(left));
      const request = { type: 'spread-news', branches: left } as const;
      const outcome = yield* this.#calls.ask<'spread-news'>(target, request);
      if (outcome.ok) return;
      const silent: Id = target.id;
      target = context.phones.following(silent, 2).find(({ id }) => id !== silent);
      left = left.filter(({ until }) => target !== undefined && between(silent, target.id, until));
      if (left.length === 0) return;
    }
  }
}

/** What goes to whom: each item to the phones at doubling places that lie in its stretch. */
function parcelsOf(context: RingContext, items: readonly NewsItem[]): Iterable<Parcel> {
  const parcels = new Map<Id, Parcel>();
  const places = items.length === 0 ? [] : context.phones.doublings();
  const self = context.self.id;
  for (const item of items) {
    if (item.from !== undefined) {
      const [first] = context.phones.following(item.from, 1);
      if (first !== undefined) put(parcels, first, item.until, item);
      continue;
    }
    for (const [i, to] of places.entries()) {
      if (!between(self, to.id, item.until)) break;
      const next = places[i + 1];
      put(parcels, to, next !== undefined && between(self, next.id, item.until) ? next.id : item.until, item);
    }
  }
  return parcels.values();
}

function put(parcels: Map<Id, Parcel>, to: Contact, until: Id, { word }: NewsItem): void {
  let parcel = parcels.get(to.id);
  if (parcel === undefined) parcels.set(to.id, (parcel = { to, branches: new Map() }));
  let branch = parcel.branches.get(until);
  if (branch === undefined) parcel.branches.set(until, (branch = { until, joined: [], gone: [] }));
  if (word.kind === 'joined') branch.joined.push(word.contact);
  else branch.gone.push(word.id);
}

function costOf(branches: readonly NewsBranch[]): number {
  return branches.reduce((sum, { joined, gone }) => sum + ITEM_BYTES * (joined.length + gone.length), MESSAGE_BYTES);
}
