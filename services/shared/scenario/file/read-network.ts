/** The sections that say what befalls the network and what it is like: partitions, links. */
import { LINK_CLASSES, type LinkClass } from '../link-class.ts';
import type { LinkShare, Partition } from '../scenario.ts';
import { suggestion } from './nearest-name.ts';
import { readPhones } from './read-phones.ts';
import { readTimeWithin } from './read-population.ts';
import type { Value } from './value.ts';

/** `- {at: 2min, for: 3min, sides: [50%, 50%]}`, or numbers; phones on no side make one more. */
export function readPartitions(
  value: Value,
  phones: number | undefined,
  durationMs: number | undefined,
): readonly Partition[] | undefined {
  const items = value.list();
  if (items === undefined) return undefined;
  const partitions = items.map((item) => readPartition(item, phones, durationMs));
  const inOrder = items
    .flatMap((item, i) => (partitions[i] === undefined ? [] : [{ item, partition: partitions[i] }]))
    .sort((a, b) => a.partition.atMs - b.partition.atMs);
  for (const [i, { item, partition }] of inOrder.entries()) {
    const before = inOrder[i - 1]?.partition;
    if (before !== undefined && partition.atMs < before.atMs + before.durationMs)
      item.fault('it begins while another partition stands: partitions follow each other');
  }
  return inOrder.map(({ partition }) => partition);
}

function readPartition(
  value: Value,
  phones: number | undefined,
  durationMs: number | undefined,
): Partition | undefined {
  const section = value.section();
  if (section === undefined) return undefined;
  const atMs = section.required('at', (inner) => readTimeWithin(inner, durationMs));
  const forMs = section.required('for', (inner) => inner.durationMs(1));
  if (atMs !== undefined && forMs !== undefined && durationMs !== undefined && atMs + forMs > durationMs)
    section.fault('it should heal before the scenario is over (duration)');
  const sides = section.required('sides', (inner) => readSides(inner, phones));
  section.end();
  return atMs === undefined || forMs === undefined || sides === undefined
    ? undefined
    : { atMs, durationMs: forMs, sides };
}

function readSides(value: Value, phones: number | undefined): readonly (readonly number[])[] | undefined {
  const items = value.list();
  if (items === undefined) return undefined;
  const isShares = items.length > 0 && items.every(({ plain }) => plain?.endsWith('%'));
  const named = isShares ? sidesByShare(value, items, phones) : items.map((item) => readPhones(item, phones));
  if (phones === undefined || named === undefined) return undefined;
  if (named.some((side) => side === undefined)) return undefined;
  const sides = named.flatMap((side) => (side === undefined || side.length === 0 ? [] : [side]));
  const taken = new Set<number>();
  const twice = sides.flat().find((phone) => taken.size === taken.add(phone).size);
  if (twice !== undefined) return value.fault(`phone ${twice} is on two sides`);
  const rest = Array.from({ length: phones }, (_, phone) => phone).filter((phone) => !taken.has(phone));
  const whole = rest.length > 0 ? [...sides, rest] : sides;
  return whole.length > 1 ? whole : value.fault('nobody is on the other side');
}

/** Phones in the order of their numbers. */
function sidesByShare(
  value: Value,
  items: readonly Value[],
  phones: number | undefined,
): readonly (readonly number[])[] | undefined {
  let sum = 0;
  let begin = 0;
  const sides: number[][] = [];
  for (const item of items) {
    const share = item.share();
    if (share === undefined || phones === undefined) return undefined;
    sum += share;
    const end = Math.round(Math.min(1, sum) * phones);
    sides.push(Array.from({ length: end - begin }, (_, i) => begin + i));
    begin = end;
  }
  return sum <= 1 + 1e-9 ? sides : value.fault(`the shares add up to ${+(100 * sum).toFixed(6)}%`);
}

/** `{wifi: 60%, 4g: 30%, village: {share: 10%, latency: 20ms..60ms, …}}` */
export function readLinks(value: Value): readonly LinkShare[] | undefined {
  const section = value.section();
  if (section === undefined) return undefined;
  const links = section.names.map((name) => section.optional(name, (inner) => readLink(inner, name)));
  const found = links.filter((link) => link !== undefined);
  if (found.length < links.length) return undefined;
  const sum = found.reduce((total, { share }) => total + share, 0);
  if (Math.abs(sum - 1) > 1e-6)
    return section.fault(`the shares should add up to 100%, not ${+(100 * sum).toFixed(6)}%`);
  return found;
}

function readLink(value: Value, name: string): LinkShare | undefined {
  if (!value.isMap) {
    const link = LINK_CLASSES.find((known) => known.name === name);
    const share = value.share();
    const names = LINK_CLASSES.map((known) => known.name);
    if (link === undefined)
      return value.fault(`there is no such class${suggestion(name, names)}: ${names.join(', ')}, or say its latency`);
    return share === undefined ? undefined : { share, link };
  }
  const section = value.section()!;
  const share = section.required('share', (inner) => inner.share());
  const latencyMs = section.required('latency', (inner) => inner.durationRangeMs());
  const link: Omit<LinkClass, 'latencyMs'> = {
    name,
    jitterMs: section.optional('jitter', (inner) => inner.durationMs()) ?? 0,
    loss: section.optional('loss', (inner) => inner.share()) ?? 0,
    upBitsPerSecond: section.optional('up', (inner) => inner.bitsPerSecond()),
    downBitsPerSecond: section.optional('down', (inner) => inner.bitsPerSecond()),
  };
  section.end();
  return share === undefined || latencyMs === undefined ? undefined : { share, link: { ...link, latencyMs } };
}
