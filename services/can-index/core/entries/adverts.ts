/** What phones tell each other of the entries they keep: this one's summary, told when it changes, and those of the phones around. */
import type { Contact } from '../../../shared/core/contact.ts';
import { random, sleep, type Task, waitFor } from '../../../shared/core/effect.ts';
import type { CanView } from '../entry-keeping.ts';
import type { Summary } from '../message.ts';
import type { MeaningSpace } from './entry.ts';
import type { EntryStore } from './entry-store.ts';
import { decodeSummary, differs, type EntrySummary, encodeSummary, NO_ENTRIES, summaryOf } from './summary.ts';

export interface Advert {
  readonly contact: Contact;
  readonly summary: EntrySummary;
}

/** Entries that come or go gather for so long before neighbours hear of other centroids, in ms. */
const SUMMARY_MS = 2_000;

export class Adverts {
  readonly #view: CanView;
  readonly #store: EntryStore;
  readonly #space: MeaningSpace;
  #own: EntrySummary = NO_ENTRIES;
  /** The store's version that this phone's own was last computed from. */
  #version = 0;
  /** As they were read when they came: every search asks for all of them. */
  readonly #read = new WeakMap<Summary, EntrySummary>();

  constructor(view: CanView, store: EntryStore, space: MeaningSpace) {
    this.#view = view;
    this.#store = store;
    this.#space = space;
  }

  *run(): Task<void> {
    for (;;) {
      if (this.#store.version === this.#version) yield* waitFor(this.#store.changed);
      yield* sleep(SUMMARY_MS * (0.5 + (yield* random())));
      this.#tell();
    }
  }

  /** Of the neighbours that are not suspected, those that have told of no entries among them. */
  *around(): Generator<Advert> {
    for (const { contact, summary, state } of this.#view.neighbours()) {
      if (state === 'suspected') continue;
      yield { contact, summary: summary === undefined ? NO_ENTRIES : this.#readOf(summary) };
    }
  }

  #tell(): void {
    this.#version = this.#store.version;
    const summary = summaryOf([...this.#store.all()].map(({ sketch }) => sketch));
    if (!differs(summary, this.#own)) return;
    this.#own = summary;
    this.#view.setSummary(encodeSummary(summary));
  }

  #readOf(summary: Summary): EntrySummary {
    const known = this.#read.get(summary);
    if (known !== undefined) return known;
    const read = decodeSummary(summary, this.#space.sketchAxes);
    this.#read.set(summary, read);
    return read;
  }
}
