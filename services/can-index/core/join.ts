/**
 * Joining: a newcomer looks at the owners of a few random points and those around them, and asks the one with the most to
 * give for a zone. Entry points are tried again and again with growing pauses; a phone without any has the whole space.
 *
 * Source: Ratnasamy et al., "CAN", SIGCOMM 2001, section 2.2, with the choice among several owners of section 3.7
 * (uniform partitioning).
 */
import type { Contact } from '../../shared/core/contact.ts';
import {
  all,
  type CallOutcome,
  detach,
  identify,
  now,
  random,
  sleep,
  spawn,
  type Task,
} from '../../shared/core/effect.ts';
import type { Calls } from './calls.ts';
import type { CanContext } from './context.ts';
import { randomPointIn } from './long-link.ts';
import type { AskZone, Find, Found, Granted, Offer } from './message.ts';
import { byRoom } from './offer.ts';

export interface EntryPoints {
  /** `host:port` of phones. Never given up: a phone that has some waits for one of them. */
  readonly seeds: readonly string[];
  /** Phones known otherwise. Given up after a few attempts if there are no seeds. */
  readonly contacts: readonly Contact[];
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 8_000;
/** After this many attempts nobody answered, and a phone without seeds has the whole space. */
const ATTEMPTS_UNHEARD = 4;
/** Owners asked for room in one attempt. */
const ASKED = 3;
/** Contacts tried in one attempt. */
const CONTACTS_A_TIME = 4;

/** Ends when this phone has a zone. */
export function* joinCan(context: CanContext, calls: Calls, entries: EntryPoints): Task<void> {
  if (entries.seeds.length === 0 && entries.contacts.length === 0) {
    yield* haveAll(context);
    return;
  }
  let pauseMs = FIRST_PAUSE_MS;
  for (let attempts = 1; ; attempts++) {
    const entry = yield* findEntry(context, calls, entries, attempts);
    if (entry !== undefined && (yield* joinThrough(context, calls, entry, attempts))) return;
    if (entry === undefined && entries.seeds.length === 0 && attempts >= ATTEMPTS_UNHEARD) {
      yield* haveAll(context);
      return;
    }
    yield* sleep(pauseMs * (0.5 + (yield* random())));
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
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
    const request: AskZone = { type: 'ask-zone', incarnation: context.incarnation };
    const outcome: CallOutcome<Granted> = yield* calls.ask<'ask-zone'>(contact, request);
    if (!outcome.ok || outcome.reply.zone === undefined) continue;
    const { zone, known } = outcome.reply;
    const atMs = yield* now();
    context.phase = 'member';
    context.territory.add(zone, true, context.version + 1);
    context.territoryChanged(atMs);
    for (const phone of known) context.learn(phone, atMs);
    context.tell({ type: 'zone-joined', from: contact, attempts });
    yield* detach(context.entries.moveIn(zone, contact), 'move in');
    return true;
  }
  return false;
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
  return [...offers.values()].sort(byRoom);
}

function offersIn(found: Found | undefined): readonly Offer[] {
  return found?.owner === undefined ? [] : found.offers;
}
