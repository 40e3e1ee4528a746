/** What a person should hear of, newest first: their inbox, where everybody may leave word under their own name. */
import type { Id } from '../../../shared/core/id.ts';
import type { RingRecord } from '../../../shared/core/record.ts';
import type { UnlockedPerson } from '../identity/person.ts';
import type { PrivateStates } from '../identity/private-state.ts';
import type { Ring } from '../ring/ring-client.ts';
import { INBOX, placeOfInbox } from '../ring/ring-names.ts';
import { CLOCK_SKEW_MS, readTimeline } from '../ring/timeline.ts';
import type { WallCrypto } from '../wall-crypto.ts';
import { type InboxSubject, readInboxEntry } from './inbox.ts';

export interface Notification {
  /** Stable, and different for any two. */
  readonly id: string;
  readonly from: Id;
  readonly subject: InboxSubject;
  /** Milliseconds since the epoch, by the sender's clock. */
  readonly createdAt: number;
  readonly unread: boolean;
}

export interface NotificationPage {
  readonly items: readonly Notification[];
  readonly next: string | undefined;
  readonly complete: boolean;
}

/** Rounds one page may take past entries that are not shown. */
const MAX_ROUNDS = 4;

export interface NotificationsParts {
  readonly ring: Ring;
  readonly crypto: WallCrypto;
  readonly now: () => number;
  readonly states: PrivateStates;
}

export class Notifications {
  readonly #parts: NotificationsParts;

  constructor(parts: NotificationsParts) {
    this.#parts = parts;
  }

  /** A page after a position. */
  async page(me: UnlockedPerson, before: string | undefined, limit: number): Promise<NotificationPage> {
    const { ring, crypto, now, states } = this.#parts;
    const state = await states.read(me);
    const set = { place: placeOfInbox(me.person, crypto), name: INBOX };
    const items: Notification[] = [];
    let next = before;
    let complete = true;
    for (let round = 0; round < MAX_ROUNDS && items.length < limit; round++) {
      const page = await readTimeline(ring, [set], next, limit - items.length);
      complete &&= page.complete;
      for (const record of page.records) {
        const subject = isFor(record, me.person, now()) ? readInboxEntry(record) : undefined;
        if (subject === undefined || state.blocks.has(record.author)) continue;
        items.push(notificationOf(record, subject, state.notificationsReadUntil));
      }
      next = page.next;
      if (next === undefined) break;
    }
    return { items, next, complete };
  }

  /** Marks everything up to a time as seen; the mark does not move back. */
  async markRead(me: UnlockedPerson, until: number): Promise<number> {
    const { states, now } = this.#parts;
    const { notificationsReadUntil } = await states.read(me);
    const mark = Math.max(notificationsReadUntil, Math.min(until, now() + CLOCK_SKEW_MS));
    if (mark > notificationsReadUntil) await states.keep(me, { type: 'read', until: mark });
    return mark;
  }
}

function isFor(record: RingRecord, me: Id, now: number): boolean {
  return !record.deleted && record.author !== me && record.createdAt <= now + CLOCK_SKEW_MS;
}

/** The notification of an inbox entry. */
export function notificationOf(record: RingRecord, subject: InboxSubject, readUntil: number): Notification {
  const { author: from, createdAt, hash: id } = record;
  return { id, from, subject, createdAt, unread: createdAt > readUntil };
}
