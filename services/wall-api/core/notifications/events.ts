/**
 * What happens to a person, as it happens: one channel a person, for all who listen to it.
 *
 * A channel asks the ring only while somebody listens, often after something happened and ever less often while
 * nothing does. It keeps the last events, so that a listener who lost the connection goes on where they were.
 */
import { hexOf, type Id } from '../../../shared/core/id.ts';
import type { UnlockedPerson } from '../identity/person.ts';
import { Problem } from '../problem.ts';
import type { After } from '../ring/outbox.ts';
import { type News, Watch, type WatchLimits, type WatchParts } from './event-watch.ts';

export type WallEvent = { readonly id: string } & (
  | News
  /** What happened between the event the listener knows of and now is not known: read the lists again. */
  | { readonly type: 'gap' }
);

export interface EventLimits extends WatchLimits {
  /** Listeners of all channels, and of one person. */
  readonly listeners: number;
  readonly listenersOfOne: number;
  /** Events a channel keeps for those who come back. */
  readonly kept: number;
  /** Shortest and longest pause between two looks at the ring. */
  readonly pauseMinMs: number;
  readonly pauseMaxMs: number;
  /** How long a channel without listeners is kept. */
  readonly lingerMs: number;
}

export const EVENT_LIMITS: EventLimits = {
  listeners: 64,
  listenersOfOne: 8,
  kept: 256,
  pauseMinMs: 1_500,
  pauseMaxMs: 20_000,
  lingerMs: 300_000,
  wallsAtOnce: 16,
  friendsEveryMs: 60_000,
};

export interface EventParts extends WatchParts {
  readonly after: After;
  /** A look at the ring failed for a reason that is not the ring's: a defect. */
  readonly crashed: (error: unknown) => void;
}

export type Listener = (event: WallEvent) => void;

export class EventHub {
  readonly #parts: EventParts;
  readonly #limits: EventLimits;
  readonly #channels = new Map<Id, Channel>();

  constructor(parts: EventParts, limits: EventLimits = EVENT_LIMITS) {
    this.#parts = parts;
    this.#limits = limits;
  }

  /** Listeners of all channels. */
  get listeners(): number {
    return [...this.#channels.values()].reduce((sum, channel) => sum + channel.listeners, 0);
  }

  /**
   * Listens to what happens to a person; `lastId` is the last event an earlier listening had. Answers how to stop.
   * Throws Problem too-many-streams.
   */
  listen(me: UnlockedPerson, lastId: string | undefined, listener: Listener): () => void {
    const known = this.#channels.get(me.person);
    if (this.listeners >= this.#limits.listeners || (known?.listeners ?? 0) >= this.#limits.listenersOfOne) {
      throw new Problem('too-many-streams', undefined, { retryAfterS: 30 });
    }
    const channel = known ?? new Channel(me, this.#parts, this.#limits, () => this.#channels.delete(me.person));
    this.#channels.set(me.person, channel);
    return channel.listen(lastId, listener);
  }

  stop(): void {
    for (const channel of this.#channels.values()) channel.stop();
    this.#channels.clear();
  }
}

class Channel {
  readonly #parts: EventParts;
  readonly #limits: EventLimits;
  readonly #forget: () => void;
  readonly #listeners = new Set<Listener>();
  /** Tells this channel's events from those of one that was there before. */
  readonly #epoch: string;
  readonly #kept: WallEvent[] = [];
  readonly #watch: Watch;
  #count = 0;
  #pauseMs: number;
  #cancelTimer: () => void = () => {};
  #looking = false;
  #stopped = false;

  constructor(me: UnlockedPerson, parts: EventParts, limits: EventLimits, forget: () => void) {
    this.#parts = parts;
    this.#limits = limits;
    this.#forget = forget;
    this.#epoch = hexOf(parts.crypto.randomBytes(4));
    this.#pauseMs = limits.pauseMinMs;
    this.#watch = new Watch(me, parts, limits);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  listen(lastId: string | undefined, listener: Listener): () => void {
    for (const event of this.#since(lastId)) listener(event);
    this.#listeners.add(listener);
    this.#pauseMs = this.#limits.pauseMinMs;
    if (!this.#looking) this.#schedule(0);
    return () => {
      if (!this.#listeners.delete(listener) || this.#listeners.size > 0 || this.#stopped) return;
      this.#cancelTimer();
      this.#cancelTimer = this.#parts.after(this.#limits.lingerMs, this.#forget);
    };
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelTimer();
    this.#listeners.clear();
  }

  #since(lastId: string | undefined): readonly WallEvent[] {
    if (lastId === undefined) return [];
    const [epoch, count] = lastId.split('-', 2);
    const missed = epoch === this.#epoch ? this.#count - Number(count) : Number.NaN;
    if (missed >= 0 && missed <= this.#kept.length) return this.#kept.slice(this.#kept.length - missed);
    return [{ id: this.#idOf(this.#count), type: 'gap' }];
  }

  #idOf(count: number): string {
    return `${this.#epoch}-${count}`;
  }

  #schedule(pauseMs: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#parts.after(pauseMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    this.#looking = true;
    let news: readonly News[] = [];
    try {
      news = await this.#watch.look();
    } catch (error) {
      if (!(error instanceof Problem)) this.#parts.crashed(error);
    }
    this.#looking = false;
    if (this.#stopped) return;
    for (const item of news) this.#emit(item);
    if (news.length > 0) this.#pauseMs = this.#limits.pauseMinMs;
    if (this.#listeners.size > 0) this.#schedule(this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 1.5, this.#limits.pauseMaxMs);
  }

  #emit(news: News): void {
    this.#count++;
    const event = { id: this.#idOf(this.#count), ...news };
    this.#kept.push(event);
    if (this.#kept.length > this.#limits.kept) this.#kept.shift();
    for (const listener of [...this.#listeners]) listener(event);
  }
}
