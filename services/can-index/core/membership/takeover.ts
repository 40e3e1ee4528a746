/**
 * Takeover: a region that borders on this phone's zones and that nobody has is a hole, and somebody has to fill it. All
 * who border on it see it and know who else does, so they agree on an order; the first claims it at once and tells the
 * others, the second waits long enough to hear of that, and so on. First comes the owner of the sibling, which then has
 * one zone as before; then whoever is nearest in the tree, with the smallest zones.
 *
 * A hole left by a phone known to be gone is filled at once. Any other one may be a phone that this one has not heard of
 * yet: it is left alone for a grace and looked for by routing (CAN's expanding ring) before anybody claims it. To claim
 * too much does no harm for long (precedence.ts).
 *
 * Source: Ratnasamy et al., "CAN", SIGCOMM 2001, sections 2.3 and 2.4; there the order comes of timers alone.
 */
import { detach, now, type Task, waitFor } from '../../../shared/core/effect.ts';
import type { CanContext } from '../context.ts';
import type { Found } from '../message.ts';
import { centreOf, shareOf } from '../space/box.ts';
import type { Point } from '../space/space.ts';
import { holesBetween } from '../space/split-tree.ts';
import { isSamePath, type Zone } from '../space/zone.ts';
import { turnOf } from './heir.ts';

/** Holes watched at a time. */
const MAX_WATCHED = 128;
/** Candidates that each get a turn of their own; all behind them share one. */
const MAX_TURNS = 6;
/** A slow phone's question that took this share of its time and found nobody was not answered by all who might know. */
const IN_VAIN_SHARE = 0.9;
/** A table with holes in it is looked at anew at least this often, in takeover steps. */
const PATIENCE_STEPS = 10;

/**
 * Added to the epoch of a region whose last one is not known: far more than it can have changed hands, so that a claim
 * made by mistake never stands against an owner that is alive.
 */
const GUESSED_EPOCHS = 1_000;
/** Looks after which nobody is expected any more, even if all of them ran out of time. */
const MAX_LOOKS = 8;

interface Watched {
  readonly hole: Zone;
  readonly sinceMs: number;
  /** When it is next looked for by routing, unless it is explained. */
  lookAtMs: number;
  /** How often that was done, and how often it proved that nobody is there. */
  looks: number;
  emptyLooks: number;
}

export class Takeover {
  readonly #context: CanContext;
  readonly #find: (point: Point) => Task<Found>;
  #watched: Watched[] = [];

  constructor(context: CanContext, find: (point: Point) => Task<Found>) {
    this.#context = context;
    this.#find = find;
  }

  /** Watches the surroundings and fills holes, for ever. */
  *run(): Task<void> {
    const { changed, settings, health } = this.#context;
    for (;;) {
      const dueMs = yield* this.#round();
      if (!this.hasHoles) {
        // What holes there are follows from the table alone.
        yield* waitFor(changed);
        continue;
      }
      const pauseMs = Math.min(Math.max(dueMs, 1), PATIENCE_STEPS * settings.takeoverStepMs);
      const beforeMs = yield* now();
      const hasChanged = yield* waitFor(changed, pauseMs);
      if (!hasChanged) health.woke((yield* now()) - beforeMs - pauseMs);
    }
  }

  /** Whether some part of this phone's surroundings has no owner that it knows of. */
  get hasHoles(): boolean {
    return this.#watched.length > 0;
  }

  /** Fills what is due; gives the ms until the next hole is. */
  *#round(): Task<number> {
    const context = this.#context;
    const atMs = yield* now();
    this.#watch(holesAround(context), atMs);
    let nextMs = Number.MAX_SAFE_INTEGER;
    for (const watched of this.#watched) {
      const vacatedEpoch = context.vacancies.epochWithin(watched.hole.path, atMs);
      const waitedMs = Math.abs(atMs - watched.sinceMs);
      const isExplained = vacatedEpoch !== undefined;
      const dueMs = this.#delayMs(watched.hole, isExplained) - waitedMs;
      const mustLook = !isExplained && !this.#isEmpty(watched);
      const pauseMs = mustLook ? Math.max(dueMs, watched.lookAtMs - atMs) : dueMs;
      if (pauseMs > 0) {
        nextMs = Math.min(nextMs, pauseMs);
        continue;
      }
      if (mustLook) {
        yield* this.#look(watched);
        return 0;
      }
      if (context.phase === 'member') yield* this.#claim(watched, vacatedEpoch, waitedMs, atMs);
      return 0;
    }
    return nextMs;
  }

  #watch(holes: readonly Zone[], atMs: number): void {
    this.#watched = holes.slice(0, MAX_WATCHED).map((hole) => {
      const seen = this.#watched.find((watched) => isSamePath(watched.hole.path, hole.path));
      return seen ?? { hole, sinceMs: atMs, lookAtMs: atMs, looks: 0, emptyLooks: 0 };
    });
  }

  #delayMs(hole: Zone, isExplained: boolean): number {
    const { takeoverStepMs, holeGraceMs } = this.#context.settings;
    const { slowness } = this.#context.health;
    const turn = Math.min(turnOf(this.#context, hole), MAX_TURNS) * takeoverStepMs;
    return slowness * (isExplained ? turn : holeGraceMs + turn);
  }

  /** Whether it was looked for often enough: a phone that does not keep up has reason to look again. */
  #isEmpty({ looks, emptyLooks }: Watched): boolean {
    return emptyLooks >= this.#context.health.slowness || looks >= MAX_LOOKS;
  }

  /** Asks for the owner of the hole's centre. Whoever answers is a neighbour this phone did not know. */
  *#look(watched: Watched): Task<void> {
    const { self, settings, health } = this.#context;
    const startedMs = yield* now();
    const found = yield* this.#find(centreOf(watched.hole.box));
    const atMs = yield* now();
    const isOurs = found.owner?.contact.id === self.id;
    if (found.owner !== undefined && !isOurs) this.#context.learn(found.owner, atMs);
    watched.looks += 1;
    const hadTime = Math.abs(atMs - startedMs) < IN_VAIN_SHARE * settings.routeDeadlineMs;
    if (hadTime || health.slowness === 1) watched.emptyLooks += 1;
    watched.lookAtMs = atMs + health.slowness * settings.holeGraceMs;
  }

  *#claim({ hole }: Watched, vacatedEpoch: number | undefined, waitedMs: number, atMs: number): Task<void> {
    const context = this.#context;
    const zone = { ...hole, epoch: vacatedEpoch === undefined ? hole.epoch + GUESSED_EPOCHS : vacatedEpoch + 1 };
    context.territory.add(zone, false, context.version + 1);
    const share = shareOf(zone.box);
    context.tell({ type: 'zone-taken-over', share, explained: vacatedEpoch !== undefined, waitedMs });
    context.territoryChanged(atMs);
    yield* detach(context.entries.moveIn(zone, undefined), 'move in');
  }
}

/** The largest regions around this phone's zones in which it knows nobody, along the edges of what it knows of them. */
function holesAround(context: CanContext): readonly Zone[] {
  const { territory, neighbours, settings } = context;
  const zones = [...territory.zones, ...[...neighbours.values()].flatMap((neighbour) => neighbour.zones)];
  const around = territory.zones.map(({ box }) => box);
  return holesBetween(zones, settings.axes, { around, hints: () => hintsOf(context) });
}

/** Zones that were vacated, and those of phones which others know. */
function hintsOf({ vacancies, neighbours, graveyard }: CanContext): readonly Zone[] {
  const secondHand = [...neighbours.values(), ...graveyard.all()].flatMap(({ known }) => [...known.values()]);
  return [...vacancies.zones, ...secondHand.flatMap(({ zones }) => zones)];
}
