/** Zones, and who is known to have them, as protobuf and back. */
import type {
  Box as WireBox,
  Holding as WireHolding,
  KnownPhone as WireKnown,
  News as WireNews,
  Offer as WireOffer,
  Stamp as WireStamp,
} from '../../../proto/gen/ringwall/can/v1/peer.ts';
import type { Split as WireSplit, Zone as WireZone } from '../../../proto/gen/ringwall/can/v1/space.ts';
import { SPAN } from '../../shared/core/torus.ts';
import { bufferOf, idFrom, idTo, listOf, MalformedMessage, required } from '../../shared/runtime/grpc/wire-value.ts';
import { MAX_KNOWN, MAX_ZONES } from '../core/heartbeat/neighbour.ts';
import {
  type Holding,
  type KnownPhone,
  MAX_SUMMARY_BYTES,
  type News,
  type Offer,
  type Stamp,
} from '../core/message.ts';
import type { Box } from '../core/space/box.ts';
import { MAX_DEPTH, type Split, type Zone, zoneAt } from '../core/space/zone.ts';
import { contactFrom, contactTo, numberFrom } from './wire-fields.ts';

export function zoneTo({ path, epoch }: Zone): WireZone {
  return { path: path.map(splitTo), epoch };
}

export function splitTo({ axis, cut, upper, epoch }: Split): WireSplit {
  return { axis, cut, upper, epoch };
}

export function splitsFrom(splits: readonly WireSplit[]): Split[] {
  return listOf(splits, MAX_DEPTH, 'a path', ({ axis, cut, upper, epoch }) => ({ axis, cut, upper, epoch }));
}

export function zoneFrom(wire: WireZone | undefined, axes: number): Zone {
  const { path, epoch } = required(wire, 'a zone');
  const zone = zoneAt(splitsFrom(path), epoch, axes);
  if (!zone.ok) throw new MalformedMessage(`a zone is none: ${zone.fault}`);
  return zone.value;
}

function zonesFrom(zones: readonly WireZone[], axes: number): Zone[] {
  return listOf(zones, MAX_ZONES, 'zones', (zone) => zoneFrom(zone, axes));
}

export function boxTo({ low, high }: Box): WireBox {
  return { low: [...low], high: [...high] };
}

export function boxFrom(wire: WireBox | undefined, axes: number): Box {
  const { low, high } = required(wire, 'a box');
  const isBox =
    low.length === axes && high.length === axes && low.every((from, axis) => from < high[axis]! && high[axis]! <= SPAN);
  if (!isBox) throw new MalformedMessage(`a box has ${axes} axes, each from a lower to a higher coordinate`);
  return { low, high };
}

export function stampTo(stamp: Stamp): WireStamp {
  return { incarnation: stamp.incarnation, version: stamp.version };
}

export function stampFrom(wire: WireStamp | undefined): Stamp {
  const { incarnation, version } = required(wire, 'a stamp');
  return { incarnation, version };
}

export function knownTo({ contact, zones, stamp, isLink }: KnownPhone): WireKnown {
  return { contact: contactTo(contact), zones: zones.map(zoneTo), stamp: stampTo(stamp), isLink };
}

export function knownFrom(wire: WireKnown, axes: number): KnownPhone {
  const { contact, zones, stamp, isLink } = wire;
  return { contact: contactFrom(contact), zones: zonesFrom(zones, axes), stamp: stampFrom(stamp), isLink };
}

export function allKnownFrom(known: readonly WireKnown[], axes: number): KnownPhone[] {
  return listOf(known, MAX_KNOWN, 'known phones', (phone) => knownFrom(phone, axes));
}

export function newsTo({ stamp, since, holding, summary, known, gone }: News): WireNews {
  return {
    stamp: stampTo(stamp),
    since,
    holding: holding && holdingTo(holding),
    summary: summary && bufferOf(summary),
    known: known.map(knownTo),
    gone: gone.map(idTo),
  };
}

export function newsFrom(wire: WireNews | undefined, axes: number): News {
  const { stamp, since, holding, summary, known, gone } = required(wire, 'news');
  if (summary !== undefined && summary.length > MAX_SUMMARY_BYTES) {
    throw new MalformedMessage(`a summary has at most ${MAX_SUMMARY_BYTES} bytes`);
  }
  return {
    stamp: stampFrom(stamp),
    since,
    holding: holding && holdingFrom(holding, axes),
    summary,
    known: allKnownFrom(known, axes),
    gone: listOf(gone, MAX_KNOWN, 'gone phones', (id) => idFrom(id, 'the id of a gone phone')),
  };
}

export function offerTo({ contact, load, share, zones }: Offer): WireOffer {
  return { contact: contactTo(contact), load, share, zones };
}

export function offerFrom({ contact, load, share, zones }: WireOffer): Offer {
  return { contact: contactFrom(contact), load: numberFrom(load, 'load'), share: numberFrom(share, 'share'), zones };
}

function holdingTo({ zones, load }: Holding): WireHolding {
  return { zones: zones.map(zoneTo), load };
}

function holdingFrom({ zones, load }: WireHolding, axes: number): Holding {
  return { zones: zonesFrom(zones, axes), load: Math.max(0, numberFrom(load, 'load')) };
}
