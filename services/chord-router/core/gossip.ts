/**
 * News of phones that came or went, passed on with the traffic between neighbours. Each item travels at most
 * λ · log₂ N times from each phone, the least travelled first.
 *
 * Source: Das et al., "SWIM", DSN 2002, section 4.1. Items carry no version: what somebody else tells is passed on
 * once, and the opposite of it only after a while or from the phone concerned itself, so no rumour circles for ever.
 */
import type { Contact } from '../../shared/core/contact.ts';
import type { Id } from '../../shared/core/id.ts';
import type { MembershipNews } from './message.ts';

export const NO_NEWS: MembershipNews = { joined: [], gone: [] };
/** Most items of each kind in a message; more are not read. */
export const MAX_NEWS = 16;
const LAMBDA = 2;
const MAX_ITEMS = 128;
/** How many phones' latest news is remembered, so that it is not passed on again. */
const MAX_REMEMBERED = 1024;
/** News about one phone that contradicts what was passed on is not passed on within this time, in ms. */
const CONTRADICTION_PAUSE_MS = 30_000;

export type NewsKind = 'joined' | 'gone';

interface Item {
  readonly kind: NewsKind;
  readonly contact: Contact;
  sent: number;
}

export class News {
  readonly #items = new Map<Id, Item>();
  readonly #passedOn = new Map<Id, { readonly kind: NewsKind; readonly atMs: number }>();

  /** Whether there is something that others should still hear. */
  get pending(): boolean {
    return this.#items.size > 0;
  }

  /** Queues an item. `firstHand`: this phone saw it, or the phone concerned said it. */
  add(kind: NewsKind, contact: Contact, atMs: number, firstHand: boolean): void {
    const last = this.#passedOn.get(contact.id);
    const recent = last !== undefined && Math.abs(atMs - last.atMs) < CONTRADICTION_PAUSE_MS;
    // What was passed on once is no news from hearsay, however long ago that was.
    if (last !== undefined && last.kind === kind && (recent || !firstHand)) return;
    if (recent && !firstHand) return;
    this.#passedOn.delete(contact.id);
    this.#passedOn.set(contact.id, { kind, atMs });
    dropOldest(this.#passedOn, MAX_REMEMBERED);
    this.#items.delete(contact.id);
    this.#items.set(contact.id, { kind, contact, sent: 0 });
    dropOldest(this.#items, MAX_ITEMS);
  }

  /** What to send now, counted as sent; `phones` is about how many the ring has. */
  take(phones: number): MembershipNews {
    if (this.#items.size === 0) return NO_NEWS;
    const bound = Math.ceil(LAMBDA * Math.log2(Math.max(phones, 2) + 1));
    const chosen = [...this.#items.values()].sort((a, b) => a.sent - b.sent);
    const joined: Contact[] = [];
    const gone: Contact[] = [];
    for (const item of chosen) {
      const list = item.kind === 'joined' ? joined : gone;
      if (list.length === MAX_NEWS) continue;
      list.push(item.contact);
      if (++item.sent >= bound) this.#items.delete(item.contact.id);
    }
    return { joined, gone };
  }
}

function dropOldest(map: Map<Id, unknown>, limit: number): void {
  for (const id of map.keys()) {
    if (map.size <= limit) return;
    map.delete(id);
  }
}
