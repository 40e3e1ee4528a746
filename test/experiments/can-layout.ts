/** A CAN that stands still, laid out at once: its tree of zones, who borders on whom, and where links lead. */

import { linkPoint } from '../../services/can-index/core/routing/long-link.ts';
import { type Candidate, rank } from '../../services/can-index/core/routing/routing.ts';
import { type Box, contains, meets } from '../../services/can-index/core/space/box.ts';
import type { Point } from '../../services/can-index/core/space/space.ts';
import { cutFor, middleCut } from '../../services/can-index/core/space/split-point.ts';
import { type Cut, splitZone, wholeSpace, type Zone } from '../../services/can-index/core/space/zone.ts';
import type { Contact } from '../../services/shared/core/contact.ts';
import type { Id } from '../../services/shared/core/id.ts';
import type { SeededRandom } from '../../services/shared/core/random.ts';
import { randomId } from './population.ts';

/** Cuts a region into the zones of phones, and gives those. */
export type Parting = (whole: Region) => readonly Region[];

export interface Region {
  readonly zone: Zone;
  halves: readonly [Region, Region] | undefined;
  /** Of a leaf: the phone that has it. */
  phone: number;
}

export interface LaidOutPhone {
  readonly contact: Contact;
  readonly zones: readonly Zone[];
}

export class CanLayout {
  readonly phones: readonly LaidOutPhone[];
  readonly neighbours: readonly (readonly number[])[];
  readonly #root: Region;
  readonly #axes: number;
  readonly #links: readonly (readonly number[])[];
  readonly #linksWanted: number;

  /**
   * `parting`: how the space is cut into the zones of phones. `links`: how many links a phone with so many neighbours has;
   * each phone's are the first of its own that lead to somebody it does not know.
   */
  constructor(axes: number, parting: Parting, random: SeededRandom, links: (neighbours: number) => number) {
    this.#axes = axes;
    this.#root = { zone: wholeSpace(axes), halves: undefined, phone: 0 };
    const leaves = parting(this.#root);
    this.phones = leaves.map((leaf, index) => {
      leaf.phone = index;
      return { contact: { id: randomId(random), address: `phone-${index}` }, zones: [leaf.zone] };
    });
    this.neighbours = leaves.map(({ zone, phone }) => this.#touching(zone.box).filter((other) => other !== phone));
    this.#linksWanted = Math.max(...this.neighbours.map((list) => links(list.length)));
    this.#links = leaves.map(({ phone }) => this.#linksOf(phone, links(this.neighbours[phone]!.length)));
  }

  ownerOf(point: Point): number {
    let region = this.#root;
    while (region.halves !== undefined) region = region.halves[contains(region.halves[0].zone.box, point) ? 0 : 1];
    return region.phone;
  }

  /** Neighbours and links of a phone. */
  stateOf(phone: number): readonly number[] {
    return [...this.neighbours[phone]!, ...this.#links[phone]!];
  }

  /** The phones that a question passes on its way to the owner of a point; undefined when it does not arrive. */
  route(from: number, point: Point, lookAhead: boolean): readonly number[] | undefined {
    const path: number[] = [];
    const visited = new Set<Id>([this.phones[from]!.contact.id]);
    const owner = this.ownerOf(point);
    for (let at = from; at !== owner; at = path.at(-1)!) {
      const candidates = this.stateOf(at).map((index) => this.#candidate(index, lookAhead));
      const links = lookAhead ? this.#linksWanted : 0;
      const next = rank(candidates, point, links, (id) => visited.has(id))[0];
      if (next === undefined || path.length > MAX_PATH) return undefined;
      visited.add(next.contact.id);
      path.push(Number(next.contact.address.slice('phone-'.length)));
    }
    return path;
  }

  #candidate(index: number, lookAhead: boolean): Candidate {
    const { contact, zones } = this.phones[index]!;
    const known = lookAhead ? this.stateOf(index).map((other) => this.phones[other]!) : [];
    return { contact, zones, known };
  }

  #touching(box: Box): number[] {
    const found: number[] = [];
    const look = ({ zone, halves, phone }: Region): void => {
      if (!meets(zone.box, box)) return;
      if (halves === undefined) found.push(phone);
      else for (const half of halves) look(half);
    };
    look(this.#root);
    return found;
  }

  #linksOf(phone: number, count: number): readonly number[] {
    const { id } = this.phones[phone]!.contact;
    const known = new Set([phone, ...this.neighbours[phone]!]);
    const links: number[] = [];
    for (let link = 0; link < count; link++) {
      const owner = this.ownerOf(linkPoint(id, link, this.#axes));
      if (known.has(owner)) continue;
      known.add(owner);
      links.push(owner);
    }
    return links;
  }
}

/** Longer than any route that arrives. */
const MAX_PATH = 200;

function halve(region: Region, cut: Cut): readonly [Region, Region] {
  const [lower, upper] = splitZone(region.zone, cut);
  const half = (zone: Zone): Region => ({ zone, halves: undefined, phone: 0 });
  region.halves = [half(lower), half(upper)];
  return region.halves;
}

/** All zones after so many halvings of their longest sides, as zones of phones that hold nothing are. */
export function halvings(depth: number): Parting {
  return (whole) => {
    let leaves: readonly Region[] = [whole];
    for (let level = 0; level < depth; level++) leaves = leaves.flatMap((leaf) => halve(leaf, evenCut(leaf.zone.box)));
    return leaves;
  };
}

/** `count` zones, of which always the one with the most entries is cut next, where the product cuts it. */
export function whereEntriesAre(count: number, points: readonly Point[]): Parting {
  return (whole) => {
    const leaves = [{ region: whole, held: points }];
    while (leaves.length < count) {
      const fullest = leaves.reduce((best, { held }, i) => (held.length > leaves[best]!.held.length ? i : best), 0);
      const { region, held } = leaves[fullest]!;
      const [lower, upper] = halve(region, cutFor(region.zone.box, held) ?? evenCut(region.zone.box));
      const below = held.filter((point) => contains(lower.zone.box, point));
      const above = held.filter((point) => !contains(lower.zone.box, point));
      leaves.splice(fullest, 1, { region: lower, held: below }, { region: upper, held: above });
    }
    return leaves.map(({ region }) => region);
  };
}

function evenCut(box: Box): Cut {
  const cut = middleCut(box);
  if (cut === undefined) throw new Error('a zone of one point');
  return cut;
}
