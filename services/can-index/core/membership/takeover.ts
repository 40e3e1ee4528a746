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
/** The table is looked at anew at least this often, in takeover steps. */
const PATIENCE_STEPS = 10;

interface Watched {
  readonly hole: Zone;
  readonly sinceMs: number;
  /** It has been looked for by routing, and nobody was found. */
  isEmpty: boolean;
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
    const { changed, settings } = this.#context;
    for (;;) {
      const dueMs = yield* this.#round();
      yield* waitFor(changed, Math.min(Math.max(dueMs, 1), PATIENCE_STEPS * settings.takeoverStepMs));
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
      const dueMs = this.#delayMs(watched.hole, vacatedEpoch !== undefined) - waitedMs;
      if (dueMs > 0) {
        nextMs = Math.min(nextMs, dueMs);
        continue;
      }
      if (vacatedEpoch === undefined && !watched.isEmpty) {
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
      return seen ?? { hole, sinceMs: atMs, isEmpty: false };
    });
  }

  #delayMs(hole: Zone, isExplained: boolean): number {
    const { takeoverStepMs, holeGraceMs } = this.#context.settings;
    const turn = Math.min(turnOf(this.#context, hole), MAX_TURNS) * takeoverStepMs;
    return isExplained ? turn : holeGraceMs + turn;
  }

  /** Asks for the owner of the hole's centre. Whoever answers is a neighbour this phone did not know. */
  *#look(watched: Watched): Task<void> {
    const found = yield* this.#find(centreOf(watched.hole.box));
    const isOurs = found.owner?.contact.id === this.#context.self.id;
    if (found.owner !== undefined && !isOurs) this.#context.learn(found.owner, yield* now());
    watched.isEmpty = true;
  }

  *#claim({ hole }: Watched, vacatedEpoch: number | undefined, waitedMs: number, atMs: number): Task<void> {
    const context = this.#context;
    const zone = { ...hole, epoch: (vacatedEpoch ?? hole.epoch) + 1 };
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
