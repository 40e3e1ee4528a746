/** Giving zones to others: half of one to a newcomer, or a whole one that this phone has beside another. */
import type { Contact } from '../../../shared/core/contact.ts';
import { detach, now, type Task } from '../../../shared/core/effect.ts';
import type { Calls } from '../calls.ts';
import type { CanContext } from '../context.ts';
import type { HandOverReason } from '../event.ts';
import { Neighbour } from '../heartbeat/neighbour.ts';
import type { AskZone, Granted, HandedOver, HandOver, KnownPhone } from '../message.ts';
import { shareOf } from '../space/box.ts';
import { middleCut } from '../space/split-point.ts';
import { inNewHands, isSamePath, splitZone, type Zone } from '../space/zone.ts';
import { roomierNeighbour } from './offer.ts';

const NO_ROOM: Granted = { type: 'granted', zone: undefined, better: undefined, known: [] };

/**
 * Answers a newcomer that asks for a zone. Between looking and giving nothing else can happen, so two newcomers never get
 * the same. One that asks again, for the answer was lost, is given what it was given before.
 */
export function* grant(context: CanContext, to: Contact, { incarnation, insists }: AskZone): Task<Granted> {
  if (context.phase !== 'member' || to.id === context.self.id) return NO_ROOM;
  const atMs = yield* now();
  const before = context.neighbours.get(to.id);
  if (before?.granted?.incarnation === incarnation) {
    return { type: 'granted', zone: before.zones[0], better: undefined, known: acquaintances(context) };
  }
  const better = insists ? undefined : roomierNeighbour(context);
  if (better !== undefined) return { ...NO_ROOM, better };
  const zone = giveAway(context);
  if (zone === undefined) return NO_ROOM;
  if (before !== undefined) {
    // It knows nothing of what it had before it started anew.
    for (const old of before.zones) context.vacancies.add(old, atMs);
    context.forget(to.id);
  }
  context.graveyard.remove(to.id);
  const known = acquaintances(context);
  admit(context, to, [zone], atMs).granted = { incarnation, atMs };
  context.territoryChanged(atMs);
  context.tell({ type: 'zone-granted', to });
  yield* detach(context.entries.moveOut(zone, to), 'move out');
  return { type: 'granted', zone, better: undefined, known };
}

/** Takes a zone out of the territory: the smallest of several, or half of the only one. */
function giveAway({ territory, entries }: CanContext): Zone | undefined {
  const [held, ...others] = [...territory.held].sort((a, b) => shareOf(a.zone.box) - shareOf(b.zone.box));
  if (held === undefined || !held.isSettled) return undefined;
  if (others.length > 0) {
    territory.replace(held.zone, []);
    return inNewHands(held.zone);
  }
  const cut = entries.cutFor(held.zone.box) ?? middleCut(held.zone.box);
  if (cut === undefined) return undefined;
  const [kept, given] = splitZone(held.zone, cut);
  territory.replace(held.zone, [kept]);
  return inNewHands(given);
}

/**
 * Gives a zone of this phone to another one. False when that did not take it; then this phone has it back.
 *
 * While the other one's answer is on its way this phone does not claim the zone: its older claim would stand against that
 * of the new owner, which would give way. If the answer is lost and the zone comes back here, that is what should happen.
 */
export function* handOver(
  context: CanContext,
  calls: Calls,
  zone: Zone,
  to: Contact,
  reason: HandOverReason,
): Task<boolean> {
  const held = context.territory.release(zone);
  if (held === undefined) return false;
  const given = inNewHands(zone);
  const request: HandOver = { type: 'hand-over', zone: given, known: acquaintances(context) };
  const versionBefore = context.neighbours.get(to.id)?.stamp?.version;
  const outcome = yield* calls.ask<'hand-over'>(to, request);
  const atMs = yield* now();
  if (!outcome.ok || !outcome.reply.accepted) {
    context.territory.add(held.zone, held.isSettled, held.claimedAt);
    context.territoryChanged(atMs);
    return false;
  }
  const neighbour = context.neighbours.get(to.id) ?? admit(context, to, [], atMs);
  // Its own word of what it has may have been faster than its answer.
  if (neighbour.stamp?.version === versionBefore) neighbour.zones = [...neighbour.zones, given];
  // Whoever hears that this phone has the zone no more hears who has it: else it would look like nobody's.
  context.noteChange(to.id);
  context.territoryChanged(atMs);
  context.tell({ type: 'zone-handed-over', to, reason });
  yield* context.entries.moveOut(given, to);
  return true;
}

/** Takes a zone that its owner gives to this phone. */
export function* takeOver(context: CanContext, from: Contact, { zone, known }: HandOver): Task<HandedOver> {
  if (context.phase !== 'member') return { type: 'handed-over', accepted: false };
  const atMs = yield* now();
  if (!context.territory.has(zone)) {
    // Its word of before would stand against this phone's claim, whatever it says next.
    const giver = context.neighbours.get(from.id);
    if (giver !== undefined) giver.zones = giver.zones.filter(({ path }) => !isSamePath(path, zone.path));
    context.territory.add(zone, false, context.version + 1);
    context.territoryChanged(atMs);
    for (const phone of known) context.learn(phone, atMs);
    yield* detach(context.entries.moveIn(zone, from), 'move in');
  }
  return { type: 'handed-over', accepted: true };
}

/** This phone and all it knows, for somebody who is about to border on some of them. */
function acquaintances(context: CanContext): KnownPhone[] {
  return [context.own, ...context.known()];
}

/** A phone that has been given something is a neighbour, though it has not been heard yet. */
function admit(context: CanContext, contact: Contact, zones: readonly Zone[], atMs: number): Neighbour {
  const neighbour = new Neighbour(contact, zones, atMs);
  context.admit(neighbour);
  return neighbour;
}
