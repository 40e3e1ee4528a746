/**
 * Exchanges of news: the heartbeat between neighbours, and at once when something changed. The answer carries the other's
 * news, so a heartbeat is one call for the two. Each tells only what the other has not heard, so a quiet heartbeat is a few
 * dozen bytes.
 *
 * A heartbeat goes to those neighbours that have not heard the latest, and to the one that was not heard for the longest
 * time: what it costs a phone does not grow with its neighbours, and as each neighbour has neighbours of its own
 * that ask it, a death is noticed by the first of them as soon as if each asked all. That one tells the others.
 *
 * What is heard is acted on here: claims that collide, phones that border on this one and were not known.
 *
 * Source: Das et al., "SWIM", DSN 2002, section 3.1 (constant load, and a time of detection that does not depend on the
 * size), section 4.3 (the longest unasked first, which bounds the time of the worst case).
 */
import type { Contact } from '../../../shared/core/contact.ts';
import { detach, now, random, type Task, waitFor } from '../../../shared/core/effect.ts';
import type { Calls } from '../calls.ts';
import type { CanContext } from '../context.ts';
import { askRivals, giveWay, settleClaims } from '../membership/dispute.ts';
import type { Exchange, Exchanged, News, Stamp } from '../message.ts';
import { meets } from '../space/box.ts';
import { isSamePath } from '../space/zone.ts';
import { type Applied, Neighbour } from './neighbour.ts';

/** Neighbours asked with a heartbeat though there is nothing to tell. */
const ASKED_A_BEAT = 1;
/** Exchanges in a row with one phone; what is not understood by then waits for the next heartbeat. */
const MAX_TURNS = 3;

export class Exchanges {
  readonly #context: CanContext;
  readonly #calls: Calls;

  constructor(context: CanContext, calls: Calls) {
    this.#context = context;
    this.#calls = calls;
  }

  /** Keeps in touch with all neighbours, for ever. */
  *beat(): Task<void> {
    const { settings, health } = this.#context;
    const { heartbeatMs } = settings;
    for (;;) {
      yield* health.pause(heartbeatMs * (0.9 + 0.2 * (yield* random())));
      for (const neighbour of this.#dueForBeat()) this.#context.meetSoon(neighbour);
      settleClaims(this.#context);
    }
  }

  *#dueForBeat(): Generator<Neighbour> {
    const { neighbours, version } = this.#context;
    const upToDate: Neighbour[] = [];
    for (const neighbour of neighbours.values()) {
      if (neighbour.hasOurs < version || neighbour.state !== 'alive') yield neighbour;
      else upToDate.push(neighbour);
    }
    yield* upToDate.sort((a, b) => a.heardAtMs - b.heardAtMs).slice(0, ASKED_A_BEAT);
  }

  /** Exchanges news with those that wait for it, for ever. */
  *meet(): Task<void> {
    const { toMeet, meeting } = this.#context;
    for (;;) {
      if (toMeet.size === 0) yield* waitFor(meeting);
      for (const neighbour of [...toMeet]) {
        toMeet.delete(neighbour);
        yield* detach(this.with(neighbour), 'exchange');
      }
    }
  }

  /** Exchanges news with a phone; of several wishes for the same one, the last waits and stands for all. */
  *with(neighbour: Neighbour): Task<void> {
    if (neighbour.exchange !== 'none') {
      neighbour.exchange = 'again';
      return;
    }
    try {
      for (let turn = 0; turn < MAX_TURNS && (turn === 0 || this.#isWantedAgain(neighbour)); turn++) {
        neighbour.exchange = 'under-way';
        yield* this.#once(neighbour);
      }
    } finally {
      neighbour.exchange = 'none';
    }
  }

  *#once(neighbour: Neighbour): Task<void> {
    this.#context.noteLoad();
    const news = this.#context.newsSince(neighbour.hasOurs);
    const request: Exchange = { type: 'exchange', have: neighbour.stamp, news };
    const outcome = yield* this.#calls.ask<'exchange'>(neighbour.contact, request);
    if (outcome.ok) {
      const understood = yield* this.#hear(neighbour, outcome.reply.have, outcome.reply.news);
      // What was told now is heard, even if the answer is old.
      const heardOurs = this.#isOurs(outcome.reply.have) && outcome.reply.have.version >= news.stamp.version;
      if (!understood || !heardOurs) neighbour.exchange = 'again';
    } else if (outcome.failure === 'refused') {
      this.#leftUs(neighbour, yield* now());
    }
  }

  #isWantedAgain(neighbour: Neighbour): boolean {
    return (
      neighbour.exchange === 'again' &&
      neighbour.state === 'alive' &&
      this.#context.neighbours.get(neighbour.contact.id) === neighbour
    );
  }

  /** Answers another phone's exchange, whether or not it is a neighbour. */
  *answer(from: Contact, { have, news }: Exchange): Task<Exchanged> {
    const context = this.#context;
    const atMs = yield* now();
    const known = context.neighbours.get(from.id);
    const neighbour = known ?? new Neighbour(from, [], atMs);
    yield* this.#hear(neighbour, have, news);
    context.noteLoad();
    return { type: 'exchanged', have: neighbour.stamp, news: context.newsSince(neighbour.hasOurs) };
  }

  /** Takes in what a phone told. False when it builds on news this phone has not. */
  *#hear(neighbour: Neighbour, have: Stamp | undefined, news: News): Task<boolean> {
    const context = this.#context;
    const atMs = yield* now();
    const { id } = neighbour.contact;
    // Also when that is less than before: it may have forgotten, or its word may be late; then it is told again.
    neighbour.hasOurs = this.#isOurs(have) ? have.version : 0;
    if (this.#isStillJoining(neighbour, news, atMs)) return true;
    const before = neighbour.zones;
    const isNewStart = neighbour.stamp !== undefined && neighbour.stamp.incarnation !== news.stamp.incarnation;
    const applied = neighbour.apply(news);
    neighbour.heardAtMs = atMs;
    if (!applied.understood) return false;
    if (context.phase === 'joining' && neighbour.zones.length > 0) context.members.note(neighbour.contact);
    neighbour.state = 'alive';
    neighbour.granted = undefined;
    if (context.graveyard.remove(id)) context.tell({ type: 'neighbour-back', phone: neighbour.contact });
    if (isNewStart || neighbour.zones.length === 0) for (const zone of before) context.vacancies.add(zone, atMs);
    const given = before.filter(({ path }) => !neighbour.zones.some((zone) => isSamePath(zone.path, path)));
    for (const phone of applied.learned) {
      const isHeir = phone.zones.some(({ path }) => given.some((zone) => isSamePath(zone.path, path)));
      context.learn(phone, atMs, isHeir);
    }
    yield* this.#act(neighbour, applied, atMs);
    yield* this.#lookIntoTheGone(neighbour, news);
    settleClaims(context);
    return true;
  }

  /** It was given a zone a moment ago, and the grant has not reached it yet: then it has nothing to tell. */
  #isStillJoining({ granted }: Neighbour, { stamp, holding }: News, atMs: number): boolean {
    if (granted === undefined || granted.incarnation !== stamp.incarnation || holding?.zones.length !== 0) return false;
    const { settings, health } = this.#context;
    return Math.abs(atMs - granted.atMs) < health.slowness * settings.heartbeatMs;
  }

  *#act(neighbour: Neighbour, { zonesChanged }: Applied, atMs: number): Task<void> {
    const context = this.#context;
    const given = giveWay(context, neighbour);
    const isNeighbour = context.bordersOn(neighbour.zones);
    const isListed = context.neighbours.get(neighbour.contact.id) === neighbour;
    if (isNeighbour && !isListed) context.admit(neighbour);
    if (zonesChanged || (isNeighbour && !isListed)) {
      context.noteChange(neighbour.contact.id);
      context.changed.notify();
    }
    if (given.length > 0) {
      for (const zone of given) yield* detach(context.entries.moveOut(zone, neighbour.contact), 'move out');
      context.tell({ type: 'zone-yielded', to: neighbour.contact });
      context.territoryChanged(atMs);
    }
    // A former neighbour stays until it has heard why it is none any more.
    const hasHeard = neighbour.hasOurs >= context.holdingVersion;
    if (!isNeighbour && isListed && hasHeard) context.forget(neighbour.contact.id);
    else if (zonesChanged) askRivals(context, neighbour);
  }

  /** Who should border on a phone and is gone from its table may be dead. */
  *#lookIntoTheGone({ zones }: Neighbour, { gone }: News): Task<void> {
    const { neighbours } = this.#context;
    for (const id of gone) {
      const missed = neighbours.get(id);
      if (missed?.state !== 'alive') continue;
      if (missed.zones.some(({ box }) => zones.some((zone) => meets(zone.box, box)))) {
        yield* this.#calls.lookInto(missed.contact);
      }
    }
  }

  /** It is in no CAN any more. */
  #leftUs(neighbour: Neighbour, atMs: number): void {
    for (const zone of neighbour.zones) this.#context.vacancies.add(zone, atMs);
    this.#context.forget(neighbour.contact.id);
  }

  #isOurs(stamp: Stamp | undefined): stamp is Stamp {
    return stamp !== undefined && stamp.incarnation === this.#context.incarnation;
  }
}
