/** What a phone knows of one of its neighbours: that one's own word, and when and how it was heard. */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';
import { RoundTripEstimator } from '../../../shared/core/timeouts.ts';
import { type KnownPhone, MAX_SUMMARY_BYTES, type News, type Stamp, type Summary } from '../message.ts';
import { sameZones, type Zone } from '../space/zone.ts';

/** Phones that a neighbour may name, and zones that it may claim; more are not read. */
export const MAX_KNOWN = 2048;
export const MAX_ZONES = 64;

export interface NeighbourView {
  readonly contact: Contact;
  readonly zones: readonly Zone[];
  readonly load: number;
  /** Undefined: it has told of none. */
  readonly summary: Summary | undefined;
  /** `unheard`: others named it, and it has not answered yet. */
  readonly state: 'unheard' | 'alive' | 'suspected';
  /** Its own neighbours and links. */
  readonly known: ReadonlyMap<Id, KnownPhone>;
}

export interface Applied {
  /** False: it builds on what this phone has not. */
  readonly understood: boolean;
  readonly zonesChanged: boolean;
  /** Phones of which it told something new. */
  readonly learned: readonly KnownPhone[];
}

const NOTHING: Applied = { understood: true, zonesChanged: false, learned: [] };

export class Neighbour implements NeighbourView {
  readonly contact: Contact;
  readonly roundTrip = new RoundTripEstimator();
  readonly known = new Map<Id, KnownPhone>();
  state: 'unheard' | 'alive' | 'suspected' = 'unheard';
  zones: readonly Zone[];
  load = 0;
  summary: Summary | undefined;
  heardAtMs: number;
  /** The version of this phone's own news that the neighbour has; 0: nothing. */
  hasOurs = 0;
  /** An exchange is under way; `again`: and another is wanted after it. */
  exchange: 'none' | 'under-way' | 'again' = 'none';
  /** This phone gave it a zone and has not heard of its having it yet: to which start of its process, and when. */
  granted: { readonly incarnation: number; readonly atMs: number } | undefined;
  #stamp: Stamp | undefined;

  /** `zones`: as others told, until it is heard itself. */
  constructor(contact: Contact, zones: readonly Zone[], atMs: number) {
    this.contact = contact;
    this.zones = zones;
    this.heardAtMs = atMs;
  }

  /** What this phone has of the neighbour's news; undefined: nothing. */
  get stamp(): Stamp | undefined {
    return this.#stamp;
  }

  apply(news: News): Applied {
    const { stamp, since } = news;
    const isSameStart = this.#stamp?.incarnation === stamp.incarnation;
    const version = isSameStart ? this.#stamp!.version : 0;
    if (since > version) return { ...NOTHING, understood: false };
    if (isSameStart && stamp.version <= version) return NOTHING;
    if (since === 0) this.known.clear();
    this.#stamp = stamp;
    if (news.summary !== undefined && news.summary.length <= MAX_SUMMARY_BYTES) this.summary = news.summary;
    for (const id of news.gone) this.known.delete(id);
    const learned = news.known.slice(0, MAX_KNOWN);
    for (const phone of learned) {
      if (this.known.size < MAX_KNOWN || this.known.has(phone.contact.id)) this.known.set(phone.contact.id, phone);
    }
    return { understood: true, zonesChanged: this.#hold(news), learned };
  }

  #hold({ holding }: News): boolean {
    if (holding === undefined) return false;
    this.load = holding.load;
    const zones = holding.zones.slice(0, MAX_ZONES);
    const hasChanged = !sameZones(zones, this.zones);
    this.zones = zones;
    return hasChanged;
  }
}
