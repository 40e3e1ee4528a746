/** What phones of the CAN tell each other, in differences, and how they choose whom to pass a question on to. */
import { describe, expect, test } from 'vitest';
import { Journal } from '../../../services/can-index/core/heartbeat/journal.ts';
import { MAX_KNOWN, MAX_ZONES, Neighbour } from '../../../services/can-index/core/heartbeat/neighbour.ts';
import { Vacancies } from '../../../services/can-index/core/membership/vacancies.ts';
import { type KnownPhone, MAX_SUMMARY_BYTES, type News } from '../../../services/can-index/core/message.ts';
import { linkPoint } from '../../../services/can-index/core/routing/long-link.ts';
import { type Candidate, rank } from '../../../services/can-index/core/routing/routing.ts';
import { stepsBetween } from '../../../services/can-index/core/space/box.ts';
import { isPoint } from '../../../services/can-index/core/space/space.ts';
import { splitZone, wholeSpace, type Zone } from '../../../services/can-index/core/space/zone.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import type { Id } from '../../../services/shared/core/id.ts';
import { SPAN } from '../../../services/shared/core/torus.ts';

function contact(index: number): Contact {
  return { id: index.toString(16).padStart(8, '0').padEnd(32, '0') as Id, address: `10.0.0.${index}:7400` };
}

const whole = wholeSpace(1);
/** Sixteen zones of one axis. */
const cells = [1, 2, 3, 4].reduce<readonly Zone[]>(
  (zones) => zones.flatMap((zone) => splitZone(zone, { axis: 0, cut: (zone.box.low[0]! + zone.box.high[0]!) / 2 })),
  [whole],
);

function known(index: number, zone: Zone = cells[index]!): KnownPhone {
  return { contact: contact(index), zones: [zone], stamp: { incarnation: index, version: 1 }, isLink: false };
}

function news(version: number, since: number, more: Partial<News> = {}): News {
  const unchanged = { holding: undefined, summary: undefined, known: [], gone: [] };
  return { stamp: { incarnation: 7, version }, since, ...unchanged, ...more };
}

describe('a journal', () => {
  test('gives what changed after a version, each once', () => {
    const journal = new Journal<string>();
    for (const part of ['a', 'b', 'a', 'c']) journal.changed(part);
    expect(journal.since(0)).toEqual(['b', 'a', 'c']);
    expect(journal.since(3)).toEqual(['c']);
    expect(journal.since(4)).toEqual([]);
  });

  test('does not know about versions to come, nor, after very many changes, about old ones', () => {
    const journal = new Journal<number>();
    for (let part = 0; part < 5_000; part++) journal.changed(part);
    expect(journal.since(5_001)).toBeUndefined();
    expect(journal.since(10)).toBeUndefined();
    expect(journal.since(4_990)).toHaveLength(10);
  });
});

describe('what a neighbour tells', () => {
  test('is taken in piece by piece, and pieces it cannot be put onto are not', () => {
    const neighbour = new Neighbour(contact(1), [], 0);
    expect(neighbour.apply(news(5, 3)).understood).toBe(false);
    const first = neighbour.apply(
      news(5, 0, { holding: { zones: [cells[1]!], load: 9 }, known: [known(2), known(3)] }),
    );
    expect(first).toMatchObject({ understood: true, zonesChanged: true });
    expect(neighbour.apply(news(6, 5, { known: [known(4)], gone: [contact(2).id] }))).toMatchObject({
      zonesChanged: false,
    });
    expect([...neighbour.known.keys()]).toEqual([contact(3).id, contact(4).id]);
    expect(neighbour.load).toBe(9);
    expect(neighbour.apply(news(9, 8)).understood).toBe(false);
    expect(neighbour.stamp).toEqual({ incarnation: 7, version: 6 });
  });

  test('is not taken back by what was sent before and comes later', () => {
    const neighbour = new Neighbour(contact(1), [], 0);
    neighbour.apply(news(6, 0, { holding: { zones: [cells[1]!], load: 0 } }));
    neighbour.apply(news(5, 0, { holding: { zones: [cells[2]!], load: 0 } }));
    expect(neighbour.zones).toEqual([cells[1]]);
  });

  test('is forgotten when it starts anew', () => {
    const neighbour = new Neighbour(contact(1), [], 0);
    neighbour.apply(news(6, 0, { known: [known(2)] }));
    const anew = { ...news(1, 0), stamp: { incarnation: 8, version: 1 } };
    expect(neighbour.apply({ ...anew, since: 1 }).understood).toBe(false);
    expect(neighbour.apply(anew).understood).toBe(true);
    expect(neighbour.known.size).toBe(0);
  });

  test('is bounded, however much it is', () => {
    const neighbour = new Neighbour(contact(1), [], 0);
    const zones = Array.from({ length: 2 * MAX_ZONES }, () => cells[1]!);
    const crowd = Array.from({ length: 2 * MAX_KNOWN }, (_, i) => known(i, cells[0]));
    const summary = new Uint8Array(MAX_SUMMARY_BYTES + 1);
    neighbour.apply(news(1, 0, { holding: { zones, load: 0 }, known: crowd, summary }));
    neighbour.apply(news(2, 1, { known: crowd.slice(MAX_KNOWN) }));
    expect(neighbour.zones).toHaveLength(MAX_ZONES);
    expect(neighbour.known.size).toBe(MAX_KNOWN);
    expect(neighbour.summary).toBeUndefined();
  });
});

describe('the next phone', () => {
  const candidate = (index: number, knows: readonly number[] = []): Candidate => ({
    contact: contact(index),
    zones: [cells[index]!],
    known: knows.map((other) => known(other)),
  });
  const point = [cells[8]!.box.low[0]!];
  const first = (candidates: readonly Candidate[], closed: readonly number[] = [], links = 0): string | undefined => {
    const ids = new Set<Id>(closed.map((index) => contact(index).id));
    return rank(candidates, point, links, (id) => ids.has(id))[0]?.contact.address;
  };

  test('is the owner where that is known, else the one nearest to it', () => {
    expect(first([candidate(7), candidate(8), candidate(3)])).toBe(contact(8).address);
    expect(first([candidate(6), candidate(3), candidate(12)])).toBe(contact(6).address);
  });

  test('is one far off that knows somebody near', () => {
    expect(first([candidate(5), candidate(1, [9])])).toBe(contact(1).address);
  });

  test('is none that is dead or was asked, nor one because of such a one', () => {
    expect(first([candidate(8), candidate(5)], [8])).toBe(contact(5).address);
    expect(first([candidate(5), candidate(1, [9])], [9])).toBe(contact(5).address);
    expect(first([candidate(8)], [8])).toBeUndefined();
  });

  test('is one whose acquaintance has a link to the point, which its id tells', () => {
    const leads = Array.from({ length: 200 }, (_, i) => i).find((i) => {
      return stepsBetween(cells[1]!.box, linkPoint(contact(100 + i).id, 0, 1), point) === 0;
    })!;
    const guide: Candidate = { ...candidate(1), known: [known(100 + leads, cells[1])] };
    expect(first([candidate(3), guide])).toBe(contact(3).address);
    expect(first([candidate(3), guide], [], 1)).toBe(contact(1).address);
  });
});

test('links of different phones and numbers lead all over the space', () => {
  const points = Array.from({ length: 400 }, (_, i) => linkPoint(contact(i % 20).id, Math.floor(i / 20), 8));
  expect(points.every((point) => isPoint(point, 8))).toBe(true);
  expect(new Set(points.map(String)).size).toBe(400);
  for (let axis = 0; axis < 8; axis++) {
    const below = points.filter((point) => point[axis]! < SPAN / 2).length;
    expect(Math.abs(below - 200)).toBeLessThan(50);
  }
  expect(linkPoint(contact(3).id, 2, 8)).toEqual(linkPoint(contact(3).id, 2, 8));
});

test('a vacancy explains holes in it and around it, for a while', () => {
  const vacancies = new Vacancies();
  vacancies.add({ ...cells[5]!, epoch: 4 }, 1_000);
  const [left] = splitZone(cells[5]!, { axis: 0, cut: cells[5]!.box.low[0]! + 8 });
  expect(vacancies.epochWithin(cells[5]!.path, 2_000)).toBe(4);
  expect(vacancies.epochWithin(cells[5]!.path.slice(0, 2), 2_000)).toBe(4);
  expect(vacancies.epochWithin(left.path, 2_000)).toBe(4);
  expect(vacancies.epochWithin(cells[6]!.path, 2_000)).toBeUndefined();
  expect(vacancies.epochWithin(cells[5]!.path, 100_000)).toBeUndefined();
});
