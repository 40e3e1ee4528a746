/** What must be true of a whole CAN. Each checker gives the faults it finds, as sentences. */
import { meets, relationOf, shareOf, volumeOf } from '../../../services/can-index/core/space/box.ts';
import type { HeldZone } from '../../../services/can-index/core/space/territory.ts';
import { isSamePath, type Zone } from '../../../services/can-index/core/space/zone.ts';
import { SPAN } from '../../../services/shared/core/torus.ts';
import type { CanPhone } from './can-phone.ts';

interface Owned extends HeldZone {
  readonly phone: CanPhone;
}

function owned(phones: readonly CanPhone[]): Owned[] {
  return phones.flatMap((phone) => phone.node.status().zones.map((held) => ({ ...held, phone })));
}

/** The space is owned exactly once: no two zones overlap, and their volumes add up to all of it. */
export function faultsOfTiling(phones: readonly CanPhone[], axes: number): string[] {
  const zones = owned(phones);
  const faults: string[] = [];
  for (const [i, a] of zones.entries()) {
    for (const b of zones.slice(i + 1)) {
      if (relationOf(a.zone.box, b.zone.box) === 'overlap') {
        faults.push(`phones ${a.phone.index} and ${b.phone.index} both have ${name(a.zone)} and ${name(b.zone)}`);
      }
    }
  }
  const whole = BigInt(SPAN) ** BigInt(axes);
  const volume = zones.reduce((sum, { zone }) => sum + volumeOf(zone.box), 0n);
  if (volume !== whole) faults.push(`the zones cover ${(Number(volume) / Number(whole)).toFixed(6)} of the space`);
  return faults;
}

/** As faultsOfTiling, and quick to say no: most of the time while a CAN heals the volumes alone show that it has not. */
export function isOwnedOnce(phones: readonly CanPhone[], axes: number): boolean {
  const volume = owned(phones).reduce((sum, { zone }) => sum + volumeOf(zone.box), 0n);
  return volume === BigInt(SPAN) ** BigInt(axes) && faultsOfTiling(phones, axes).length === 0;
}

/** How many times over the space is owned, holes and overlaps together: 1 when all is well. */
export function volumeOwned(phones: readonly CanPhone[]): number {
  return phones.reduce((sum, { node }) => sum + node.view.zones().reduce((s, { zone }) => s + shareOf(zone.box), 0), 0);
}

/** Phones whose zones share a face know each other and nobody else, with the zones each has now. */
export function faultsOfNeighbours(phones: readonly CanPhone[]): string[] {
  const faults: string[] = [];
  for (const phone of phones) {
    const { zones, neighbours } = phone.node.status();
    const listed = new Map(neighbours.map((neighbour) => [neighbour.contact.id, neighbour]));
    for (const other of phones) {
      if (other === phone) continue;
      const theirs = other.node.status().zones;
      const border = zones.some(({ zone }) => theirs.some((held) => meets(held.zone.box, zone.box)));
      const entry = listed.get(other.contact.id);
      listed.delete(other.contact.id);
      if (border && entry === undefined) faults.push(`phone ${phone.index} does not know its neighbour ${other.index}`);
      if (!border && entry !== undefined) faults.push(`phone ${phone.index} takes ${other.index} for a neighbour`);
      if (border && entry !== undefined && !isUpToDate(entry.zones, theirs)) {
        faults.push(`phone ${phone.index} is wrong about what its neighbour ${other.index} has`);
      }
    }
    for (const id of listed.keys()) faults.push(`phone ${phone.index} has a neighbour ${id} that is not there`);
  }
  return faults;
}

function isUpToDate(believed: readonly Zone[], held: readonly HeldZone[]): boolean {
  return (
    believed.length === held.length &&
    held.every(({ zone }) => believed.some(({ path, epoch }) => isSamePath(path, zone.path) && epoch === zone.epoch))
  );
}

/** No two phones have settled claims on the same region with the same epoch: then both would take writes for it. */
export function faultsOfSettledClaims(phones: readonly CanPhone[]): string[] {
  const settled = owned(phones).filter(({ isSettled }) => isSettled);
  const faults: string[] = [];
  for (const [i, a] of settled.entries()) {
    for (const b of settled.slice(i + 1)) {
      if (a.zone.epoch !== b.zone.epoch || relationOf(a.zone.box, b.zone.box) !== 'overlap') continue;
      faults.push(`phones ${a.phone.index} and ${b.phone.index} both settled on ${name(a.zone)} and ${name(b.zone)}`);
    }
  }
  return faults;
}

/** Every claim is settled and every phone has exactly one zone. */
export function faultsOfRest(phones: readonly CanPhone[]): string[] {
  const faults: string[] = [];
  for (const phone of phones) {
    const { zones, state } = phone.node.status();
    if (state !== 'member') faults.push(`phone ${phone.index} is ${state}`);
    else if (zones.length !== 1) faults.push(`phone ${phone.index} has ${zones.length} zones`);
    for (const { zone, isSettled } of zones) {
      if (!isSettled) faults.push(`phone ${phone.index} has not settled ${name(zone)}`);
    }
  }
  return faults;
}

function name({ path, epoch }: Zone): string {
  const steps = path.map(({ axis, cut, upper }) => `${axis}${upper ? '>' : '<'}${(cut / SPAN).toFixed(4)}`);
  return `[${steps.join(' ')}]@${epoch}`;
}
