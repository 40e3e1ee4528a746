/**
 * Samples the network for those who watch it: a few phones a second are asked how they see the ring and what they did,
 * in turn, so that hundreds are not flooded. What nobody watches, nobody asks for.
 */
import type { Id } from '../../shared/core/id.ts';
import type { Phone } from '../core/phone.ts';
import { isGone, type PhoneBook } from '../core/phone-book.ts';
import { PulseMeter } from '../core/pulse.ts';
import { doubted, type RingView, RingViews } from '../core/ring-views.ts';
import { ZoneMap } from '../core/zone-map.ts';
import { type PhoneClient, PhoneFailure } from './phone-client.ts';
import type { PhoneWatch } from './phone-watch.ts';

const TICK_MS = 1_000;
/** Phones asked a tick how they see the ring, and for their figures; each is asked at most every few seconds. */
const VIEWS_A_TICK = 2;
const FIGURES_A_TICK = 20;
const FIGURES_PAUSE_MS = 2_000;
/** Without watchers one view a while keeps the states of the phones true. */
const QUIET_TICKS = 5;
/** Asked at once for one answer of the gateway. */
const AT_ONCE = 8;
/** How long a map of the zones is given to everybody who asks. */
const ZONES_AGE_MS = 5_000;

export interface SurveyedZones {
  readonly map: ZoneMap;
  readonly atMs: number;
  /** Phones that were asked and answered. */
  readonly asked: number;
}

interface Parts {
  readonly book: PhoneBook;
  readonly client: Pick<PhoneClient, 'ring' | 'zones' | 'figures'>;
  readonly watch: PhoneWatch;
  readonly now: () => number;
}

export class NetworkSurvey {
  readonly pulse = new PulseMeter();
  readonly views = new RingViews();
  readonly #parts: Parts;
  readonly #viewedAt = new Map<number, number>();
  readonly #figuresAt = new Map<number, number>();
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;
  #zones: { readonly startedMs: number; readonly survey: Promise<SurveyedZones> } | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** How a phone sees the ring, asked now unless it was at most `ageMs` ago. Throws a PhoneFailure. */
  async viewOf(phone: Phone, ageMs: number): Promise<RingView> {
    const { now, client } = this.#parts;
    const known = this.views.viewOf(phone.n, now(), ageMs);
    if (known !== undefined) return known;
    if (phone.api === undefined) throw new PhoneFailure('refused', `phone ${phone.n} has no address`);
    this.#viewedAt.set(phone.n, now());
    const view = await client.ring(phone.api);
    this.#take(phone, view);
    return view;
  }

  /** Asks several, not all at once; those that cannot be asked are left out. */
  async viewsOf(phones: readonly Phone[], ageMs: number): Promise<ReadonlyMap<Id, RingView>> {
    const views = new Map<Id, RingView>();
    await atMost(AT_ONCE, phones, async (phone) => {
      const view = await this.viewOf(phone, ageMs).catch(ignoreFailure);
      if (view !== undefined && phone.words !== undefined) views.set(phone.words.id, view);
    });
    return views;
  }

  /** Who owns which zones; one survey at a time serves everybody. */
  async zones(): Promise<SurveyedZones> {
    const nowMs = this.#parts.now();
    if (this.#zones === undefined || nowMs - this.#zones.startedMs > ZONES_AGE_MS) {
      this.#zones = { startedMs: nowMs, survey: this.#surveyZones(nowMs) };
    }
    return await this.#zones.survey;
  }

  /** A phone speaks for its neighbours too, so only those nobody spoke for yet are asked. */
  async #surveyZones(atMs: number): Promise<SurveyedZones> {
    const map = new ZoneMap();
    let asked = 0;
    await atMost(AT_ONCE, shuffled(this.#living()), async ({ api, words }) => {
      if (api === undefined || words === undefined || map.has(words.id)) return;
      const answer = await this.#parts.client.zones(api).catch(ignoreFailure);
      if (answer === undefined) return;
      asked++;
      map.take(answer);
    });
    return { map, atMs, asked };
  }

  #tick(): void {
    const { watch, book } = this.#parts;
    for (const phone of book.phones) if (isGone(phone)) this.#drop(phone.n);
    const isWatched = watch.isWatched;
    if (!isWatched && this.#ticks++ % QUIET_TICKS !== 0) return;
    for (const phone of this.#due(this.#viewedAt, TICK_MS, isWatched ? VIEWS_A_TICK : 1)) {
      void this.viewOf(phone, 0).catch(ignoreFailure);
    }
    if (!isWatched) return;
    for (const phone of this.#due(this.#figuresAt, FIGURES_PAUSE_MS, FIGURES_A_TICK)) void this.#measure(phone);
  }

  #living(): Phone[] {
    return this.#parts.book.phones.filter((phone) => phone.state === 'alive' && phone.api !== undefined);
  }

  /** Those that were asked longest ago. */
  #due(askedAt: Map<number, number>, pauseMs: number, most: number): Phone[] {
    const nowMs = this.#parts.now();
    const since = ({ n }: Phone): number => nowMs - (askedAt.get(n) ?? Number.NEGATIVE_INFINITY);
    const due = this.#living().filter((phone) => since(phone) >= pauseMs);
    return due.sort((a, b) => since(b) - since(a)).slice(0, most);
  }

  #take(phone: Phone, view: RingView): void {
    const { book, watch, now } = this.#parts;
    this.views.take(phone.n, view, now());
    if (phone.words === undefined) return;
    const living = this.#living();
    const against = new Set(
      doubted(
        view,
        phone.words.id,
        living.flatMap(({ words }) => words?.id ?? []),
      ),
    );
    for (const { words, api } of book.phones) {
      if (words !== undefined && api !== undefined && against.has(words.id)) watch.hurry(api);
    }
  }

  async #measure(phone: Phone): Promise<void> {
    this.#figuresAt.set(phone.n, this.#parts.now());
    const figures = await this.#parts.client.figures(phone.api!).catch(ignoreFailure);
    if (figures !== undefined) this.pulse.sample(phone.n, figures, this.#parts.now());
  }

  #drop(n: number): void {
    this.views.drop(n);
    this.pulse.drop(n);
    this.#viewedAt.delete(n);
    this.#figuresAt.delete(n);
  }
}

function ignoreFailure(error: unknown): undefined {
  if (!(error instanceof PhoneFailure)) throw error;
  return undefined;
}

/** For load, not for secrets. */
function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => [Math.random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

async function atMost<T>(count: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: count }, worker));
}
