/**
 * How large the CAN's messages are: the fields of each, as a protobuf of the same shape would encode them, without the
 * frame and the transport below it. What they travel in is not decided yet, so this is a count of fields, not of wire.
 */
import type { CanMessage, KnownPhone, News } from '../../services/can-index/core/message.ts';
import type { Zone } from '../../services/can-index/core/space/zone.ts';

/** Type, tags and lengths of any message. */
const ENVELOPE = 6;
/** 16 bytes of id, an address such as 10.0.12.34:7400, their tags and lengths. */
const CONTACT = 36;
const ID = 18;
/** Axis and side in one byte, a cut of four, a small epoch, a tag and a length. */
const SPLIT = 9;
const ZONE = 4;
/** A random 32-bit incarnation and a version. */
const STAMP = 10;
const NUMBER = 5;

export function bytesOf(message: CanMessage): number {
  let bytes = ENVELOPE;
  for (const [name, value] of Object.entries(message) as [string, unknown][]) bytes += fieldBytes(name, value);
  return bytes;
}

function fieldBytes(name: string, value: unknown): number {
  if (value === undefined || name === 'type') return 0;
  switch (name) {
    case 'news':
      return newsBytes(value as News);
    case 'have':
      return STAMP;
    case 'known':
      return sum(value as readonly KnownPhone[], knownBytes);
    case 'owner':
    case 'self':
      return knownBytes(value as KnownPhone);
    case 'zone':
      return zoneBytes(value as Zone);
    case 'region':
      return ZONE + SPLIT * (value as readonly unknown[]).length;
    case 'point':
      return 2 + NUMBER * (value as readonly unknown[]).length;
    case 'visited':
      return ID * (value as readonly unknown[]).length;
    case 'trail':
      return CONTACT * (value as readonly unknown[]).length;
    case 'offers':
      return (CONTACT + 3 * NUMBER) * (value as readonly unknown[]).length;
    case 'target':
    case 'taker':
      return CONTACT;
    default:
      return NUMBER;
  }
}

function newsBytes({ holding, known, gone, summary }: News): number {
  const held = holding === undefined ? 0 : NUMBER + sum(holding.zones, zoneBytes);
  return STAMP + NUMBER + held + (summary?.length ?? 0) + sum(known, knownBytes) + ID * gone.length;
}

function knownBytes({ zones }: KnownPhone): number {
  return CONTACT + STAMP + sum(zones, zoneBytes);
}

function zoneBytes({ path }: Zone): number {
  return ZONE + SPLIT * path.length;
}

function sum<T>(items: readonly T[], bytes: (item: T) => number): number {
  return items.reduce((total, item) => total + bytes(item), 0);
}
