/** What a phone knows of its CAN, and how that changes. The operations (exchange, takeover, routing, …) work on it. */
import type { Contact } from '../../shared/core/contact.ts';
import { Signal } from '../../shared/core/effect.ts';
import type { Id } from '../../shared/core/id.ts';
import { LocalHealth } from '../../shared/core/local-health.ts';
import type { EntryKeeping } from './entry-keeping.ts';
import type { TellCan } from './event.ts';
import { Journal } from './heartbeat/journal.ts';
import { LastWords } from './heartbeat/last-words.ts';
import { MAX_KNOWN, Neighbour } from './heartbeat/neighbour.ts';
import { Graveyard } from './membership/graveyard.ts';
import { RecentMembers } from './membership/recent-members.ts';
import { Vacancies } from './membership/vacancies.ts';
import { type KnownPhone, MAX_SUMMARY_BYTES, type News, type Stamp, type Summary } from './message.ts';
import { LongLinks } from './routing/long-link.ts';
import type { CanSettings } from './settings.ts';
import { type Box, meets } from './space/box.ts';
import { Territory } from './space/territory.ts';
import { wholeSpace, type Zone } from './space/zone.ts';

/** Neighbours looked at where one has died, beside those that border on it. */
const MOST_LOOKED_AT = 8;
/** A load that differs by less from what was told is no news. */
const LOAD_TOLERANCE = 0.1;

/** `joining` phones have no zone; `gone` ones have left. */
export type Phase = 'joining' | 'member' | 'leaving' | 'gone';

const HOLDING = Symbol('what this phone has');
const SUMMARY = Symbol('the summary of its entries');
/** What this phone tells of itself, and of each phone it knows. */
type Part = typeof HOLDING | typeof SUMMARY | Id;

export class CanContext {
  readonly self: Contact;
  readonly settings: CanSettings;
  readonly tell: TellCan;
  readonly whole: Zone;
  readonly territory = new Territory();
  readonly neighbours = new Map<Id, Neighbour>();
  readonly links = new LongLinks();
  readonly graveyard = new Graveyard();
  readonly vacancies = new Vacancies();
  readonly health = new LocalHealth();
  /** Zones, neighbours, or what they own changed. */
  readonly changed = new Signal();
  /** Somebody waits in `toMeet`. */
  readonly meeting = new Signal();
  readonly toMeet = new Set<Neighbour>();
  /** Phones with zones that this one heard of while it had none. */
  readonly members = new RecentMembers();
  phase: Phase = 'joining';
  /** Of this start of the process; drawn when it begins. */
  incarnation = 0;
  /** As last told, rounded. */
  load = 0;
  readonly #lastWords = new LastWords();
  #summary: Summary | undefined;
  readonly #journal = new Journal<Part>();
  #holdingVersion = 0;
  #entries: EntryKeeping | undefined;

  constructor(self: Contact, settings: CanSettings, tell: TellCan) {
    this.self = self;
    this.settings = settings;
    this.tell = tell;
    this.whole = wholeSpace(settings.axes);
  }

  /** Set once, before the phone runs. */
  set entries(entries: EntryKeeping) {
    this.#entries = entries;
  }

  get entries(): EntryKeeping {
    if (this.#entries === undefined) throw new Error('a CAN node needs somebody who keeps its entries');
    return this.#entries;
  }

  get version(): number {
    return this.#journal.version;
  }

  /** The version that first told of the zones as they are. */
  get holdingVersion(): number {
    return this.#holdingVersion;
  }

  get stamp(): Stamp {
    return { incarnation: this.incarnation, version: this.#journal.version };
  }

  /** This phone as it tells others of itself. */
  get own(): KnownPhone {
    return { contact: this.self, zones: this.territory.zones, stamp: this.stamp, isLink: false };
  }

  /** What the other end has not heard yet, which has this phone's news up to a version; 0: nothing. */
  newsSince(version: number): News {
    const parts = this.#journal.since(version);
    const since = parts === undefined || version === 0 ? 0 : version;
    const isWhole = since === 0;
    const changed = new Set<Part>(parts);
    const known = this.known().filter(({ contact }) => isWhole || changed.has(contact.id));
    const gone = isWhole ? [] : [...changed].filter((part) => typeof part !== 'symbol');
    return {
      stamp: this.stamp,
      since,
      holding: isWhole || changed.has(HOLDING) ? { zones: this.territory.zones, load: this.load } : undefined,
      summary: isWhole || changed.has(SUMMARY) ? this.#summary : undefined,
      known,
      gone: gone.filter((id) => !this.neighbours.has(id) && this.links.get(id) === undefined),
    };
  }

  /** The phones this one knows at first hand. */
  known(): KnownPhone[] {
    const known: KnownPhone[] = [];
    for (const { contact, zones, stamp, state } of this.neighbours.values()) {
      if (stamp !== undefined && state !== 'unheard') known.push({ contact, zones, stamp, isLink: false });
    }
    for (const { contact, zones, stamp } of this.links.all()) {
      if (!this.neighbours.has(contact.id)) known.push({ contact, zones, stamp, isLink: true });
    }
    return known.slice(0, MAX_KNOWN);
  }

  /** What this phone tells of another one is not what it was. */
  noteChange(id: Id): void {
    this.#journal.changed(id);
  }

  /** Tells of the load if it is not about what was last told. */
  noteLoad(): void {
    const load = this.entries.load();
    if (Math.abs(load - this.load) <= LOAD_TOLERANCE * this.load) return;
    this.load = load;
    this.#journal.changed(HOLDING);
  }

  /** Throws a RangeError when it is too large for others to take. */
  setSummary(summary: Summary): void {
    if (summary.length > MAX_SUMMARY_BYTES) throw new RangeError(`a summary has at most ${MAX_SUMMARY_BYTES} bytes`);
    this.#summary = summary;
    this.#journal.changed(SUMMARY);
  }

  /** Whether a box overlaps or touches a face of one of this phone's zones. */
  borders(box: Box): boolean {
    return this.territory.held.some(({ zone }) => meets(zone.box, box));
  }

  bordersOn(zones: readonly Zone[]): boolean {
    return zones.some(({ box }) => this.borders(box));
  }

  /**
   * Takes in what somebody says of another phone: one that would be a neighbour is looked for. `isHeir`: somebody gave it
   * zones, of which its own last word cannot tell.
   */
  learn(known: KnownPhone, atMs: number, isHeir = false): void {
    const { contact, zones } = known;
    if (contact.id === this.self.id || this.graveyard.isOutdated(known)) return;
    if (!isHeir && this.#lastWords.isOutdated(known)) return;
    const neighbour = this.neighbours.get(contact.id);
    if (neighbour !== undefined) {
      if (neighbour.state === 'unheard') neighbour.zones = zones;
      return;
    }
    if (!this.bordersOn(zones)) return;
    this.admit(new Neighbour(contact, zones, atMs));
  }

  admit(neighbour: Neighbour): void {
    if (this.neighbours.size >= MAX_KNOWN) return;
    this.neighbours.set(neighbour.contact.id, neighbour);
    this.meetSoon(neighbour);
    this.changed.notify();
  }

  meetSoon(neighbour: Neighbour): void {
    this.toMeet.add(neighbour);
    this.meeting.notify();
  }

  /** This phone's own zones changed: whoever borders on them now is looked for, and all are told. */
  territoryChanged(atMs: number): void {
    this.#journal.changed(HOLDING);
    this.#holdingVersion = this.#journal.version;
    for (const { known } of [...this.neighbours.values(), ...this.graveyard.all()]) {
      for (const phone of known.values()) this.learn(phone, atMs);
    }
    for (const neighbour of this.neighbours.values()) this.meetSoon(neighbour);
    const { zones, share } = this.territory;
    this.tell({ type: 'zones-changed', zones: zones.length, share });
    if (zones.length === 0 && this.phase === 'member') {
      // Others have all of what was this phone's: it has to join again.
      this.phase = 'joining';
      this.tell({ type: 'zones-lost' });
    }
    this.changed.notify();
  }

  /** Takes a phone off the table that is no neighbour any more. */
  forget(id: Id): void {
    const neighbour = this.neighbours.get(id);
    if (neighbour === undefined) return;
    this.neighbours.delete(id);
    this.toMeet.delete(neighbour);
    if (neighbour.stamp !== undefined) {
      this.#lastWords.note(id, neighbour.stamp);
      this.noteChange(id);
    }
    this.changed.notify();
  }

  /** Deaths come together: who was silent for a heartbeat may be dead, too. A phone that is late itself doubts nobody more. */
  #longUnheard(atMs: number): readonly Neighbour[] {
    if (this.health.slowness > 1) return [];
    const unheard = [...this.neighbours.values()].filter(
      ({ state, heardAtMs }) => state === 'alive' && Math.abs(atMs - heardAtMs) > this.settings.heartbeatMs,
    );
    return unheard.sort((a, b) => a.heardAtMs - b.heardAtMs).slice(0, MOST_LOOKED_AT);
  }

  /** Takes a phone off the table for dead; what it had is vacant. */
  bury(neighbour: Neighbour, atMs: number): void {
    const { id } = neighbour.contact;
    this.graveyard.bury(neighbour);
    for (const zone of neighbour.zones) this.vacancies.add(zone, atMs);
    this.forget(id);
    if (this.links.drop(id)) this.noteChange(id);
    // Whoever borders on it, too, has to look for itself.
    for (const other of this.neighbours.values()) if (other.known.has(id)) this.meetSoon(other);
    for (const other of this.#longUnheard(atMs)) this.meetSoon(other);
    this.tell({ type: 'neighbour-dead', phone: neighbour.contact });
  }
}
