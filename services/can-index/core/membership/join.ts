/**
 * Joining: a newcomer looks at the owners of a few random points and those around them, and asks the one with the most to
 * give for a zone. Entry points are tried again and again with growing pauses; a phone without any has the whole space.
 *
 * Source: Ratnasamy et al., "CAN", SIGCOMM 2001, section 2.2, with the choice among several owners of section 3.7
 * (uniform partitioning).
 */
import type { Contact } from '../../../shared/core/contact.ts';
import { all, detach, identify, now, random, spawn, type Task } from '../../../shared/core/effect.ts';
import type { Calls } from '../calls.ts';
import type { CanContext } from '../context.ts';
import type { Find, Found, Granted, KnownPhone, Offer } from '../message.ts';
import { randomPointIn } from '../routing/long-link.ts';
import type { Zone } from '../space/zone.ts';
import { byRoom } from './offer.ts';

export interface EntryPoints {
  /** `host:port` of phones. Never given up: a phone that has some waits for one of them. */
  readonly seeds: readonly string[];
  /** Phones known otherwise. Given up after a few attempts if there are no seeds. */
  readonly contacts: readonly Contact[];
  /** Has the whole space, once nobody is found who has a part of it: all others join through it. */
  readonly founds?: boolean;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 8_000;
/** After this many attempts nobody answered, and a phone without seeds has the whole space. */
const ATTEMPTS_UNHEARD = 4;
/** … or all who answered in a row are joining themselves, as when all start together. Such CANs then merge. */
const ATTEMPTS_AMONG_JOINING = 10;
/** A phone that is to begin the space looks so often for somebody who has. */
const ATTEMPTS_AS_FOUNDER = 2;
/** Owners asked for room in one attempt. */
const ASKED = 3;
/** From an owner to a neighbour with more to give, and on from there, so many times at most; then the last one gives. */
const MAX_STEPS = 8;
/** Contacts tried in one attempt. */
const CONTACTS_A_TIME = 4;

/** Ends when this phone has a zone. */
export function* joinCan(context: CanContext, calls: Calls, entries: EntryPoints): Task<void> {
  if (entries.seeds.length === 0 && entries.contacts.length === 0) {
    yield* haveAll(context);
    return;
  }
  let pauseMs = FIRST_PAUSE_MS;
  let amongJoining = 0;
  for (let attempts = 1; ; attempts++) {
    const entry = yield* findEntry(context, calls, entries, attempts);
    if (entry !== undefined && (yield* joinThrough(context, calls, entry, attempts))) return;
    const zones = entry && (yield* zonesOf(calls, entry));
    // Who knows of a member knows that there is a space, however long it takes to get into it.
    if (entry !== undefined) amongJoining = zones === 0 && context.members.all().length === 0 ? amongJoining + 1 : 0;
    const isUnheard = entry === undefined && entries.seeds.length === 0 && attempts >= ATTEMPTS_UNHEARD;
    const isFounder = entries.founds === true && attempts >= ATTEMPTS_AS_FOUNDER && !zones;
    // Where processors are short, all take long to get in: that is no reason to begin a space beside theirs.
    const isAmongJoining = amongJoining >= ATTEMPTS_AMONG_JOINING * context.health.slowness;
    if (isUnheard || isFounder || isAmongJoining) {
      yield* haveAll(context);
      return;
    }
    yield* context.health.pause(context.health.slowness * pauseMs * (0.5 + (yield* random())));
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

/** How many zones a phone has; undefined when it does not say. */
function* zonesOf(calls: Calls, entry: Contact): Task<number | undefined> {
  const outcome = yield* calls.ask<'get-table'>(entry, { type: 'get-table' });
  return outcome.ok ? outcome.reply.self.zones.length : undefined;
}

function* haveAll(context: CanContext): Task<void> {
  context.phase = 'member';
  context.territory.add(context.whole, true, context.version + 1);
  context.territoryChanged(yield* now());
  context.tell({ type: 'zone-joined', from: undefined, attempts: 0 });
}

/** A phone that answers, at a seed or among the contacts. */
function* findEntry(
  context: CanContext,
  calls: Calls,
  { seeds, contacts }: EntryPoints,
  attempt: number,
): Task<Contact | undefined> {
  for (const contact of context.members.all()) {
    if ((yield* calls.ping(contact)).ok) return contact;
    context.members.drop(contact);
  }
  const turn = ((attempt - 1) * CONTACTS_A_TIME) % Math.max(contacts.length, 1);
  for (const contact of contacts.slice(turn, turn + CONTACTS_A_TIME)) {
    if (contact.id !== context.self.id && (yield* calls.ping(contact)).ok) return contact;
  }
  for (let i = 0; i < seeds.length; i++) {
    const address = seeds[(attempt - 1 + i) % seeds.length]!;
    if (address === context.self.address) continue;
    const contact = yield* identify(address, context.settings.callTimeoutMaxMs);
    if (contact !== undefined && contact.id !== context.self.id) return contact;
  }
  return undefined;
}

function* joinThrough(context: CanContext, calls: Calls, entry: Contact, attempts: number): Task<boolean> {
  const offers = yield* lookAround(context, calls, entry);
  for (const { contact } of offers.slice(0, ASKED)) {
    let next: Contact | undefined = contact;
    for (let steps = 0; next !== undefined && steps <= MAX_STEPS; steps++) {
      const reply: Granted | undefined = yield* askForZone(context, calls, next, steps === MAX_STEPS);
      if (reply?.zone !== undefined) {
        yield* settleIn(context, reply.zone, reply.known, next, attempts);
        return true;
      }
      next = reply?.better;
    }
  }
  return false;
}

function* askForZone(context: CanContext, calls: Calls, owner: Contact, insists: boolean): Task<Granted | undefined> {
  if (owner.id === context.self.id) return undefined;
  const outcome = yield* calls.ask<'ask-zone'>(owner, { type: 'ask-zone', incarnation: context.incarnation, insists });
  return outcome.ok ? outcome.reply : undefined;
}

function* settleIn(
  context: CanContext,
  zone: Zone,
  known: readonly KnownPhone[],
  from: Contact,
  attempts: number,
): Task<void> {
  const atMs = yield* now();
  context.phase = 'member';
  context.territory.add(zone, false, context.version + 1);
  context.territoryChanged(atMs);
  for (const phone of known) context.learn(phone, atMs);
  context.tell({ type: 'zone-joined', from, attempts });
  yield* detach(context.entries.moveIn(zone, from), 'move in');
}

/** Who has the most to give, among the owners of a few random points and those around them. */
function* lookAround(context: CanContext, calls: Calls, entry: Contact): Task<Offer[]> {
  const { joinSamples, routeHops: hopsLeft, routeDetours: detours, routeDeadlineMs: budgetMs } = context.settings;
  const looks = [];
  for (let i = 0; i < joinSamples; i++) {
    const point = yield* randomPointIn(context.whole);
    const request: Find = { type: 'find', point, hopsLeft, detours, budgetMs, visited: [context.self.id] };
    looks.push(yield* spawn(calls.find(entry, request), 'look around'));
  }
  yield* all(looks);
  const offers = new Map<string, Offer>();
  for (const { result } of looks) {
    for (const offer of offersIn(result)) offers.set(offer.contact.id, offer);
  }
  offers.delete(context.self.id);
  for (const { contact } of offers.values()) context.members.note(contact);
  return [...offers.values()].sort(byRoom);
}

function offersIn(found: Found | undefined): readonly Offer[] {
  return found?.owner === undefined ? [] : found.offers;
}
