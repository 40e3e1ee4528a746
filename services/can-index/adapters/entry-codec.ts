/** Entries, their links, and what is said of them, as protobuf and back. */
import {
  type IndexEntry,
  type CopiedEntry as WireCopied,
  Keeping as WireKeeping,
  type Link as WireLink,
  StoreVerdict as WireVerdict,
} from '../../../proto/gen/ringwall/can/v1/peer.ts';
import type { Contact } from '../../shared/core/contact.ts';
import { bufferOf, idFrom, idTo, listOf, MalformedMessage, required } from '../../shared/runtime/grpc/wire-value.ts';
import type { Entry, MeaningSpace } from '../core/entries/entry.ts';
import type { CopiedEntry, Keeping, StoreVerdict } from '../core/entries/entry-message.ts';
import { type Link, MAX_LINKS } from '../core/entries/link.ts';
import type { Sketch } from '../core/entries/sketch.ts';
import { contactFrom, contactTo, floatsFrom, floatsTo, signedFrom } from './wire-fields.ts';

type WireContact = Parameters<typeof contactFrom>[0];

/** Phones that keep one entry, as a message may name them. */
export const MAX_COPIES = 8;

export function entryTo({ post, author, createdAtMs, revision, vector }: Entry): IndexEntry {
  const ids = { post: idTo(post), author: idTo(author) };
  return { ...ids, createdAtMilliseconds: createdAtMs, revision, vector: floatsTo(vector) };
}

export function entryFrom(wire: IndexEntry | undefined, { dimensions }: MeaningSpace): Entry {
  const { post, author, createdAtMilliseconds, revision, vector } = required(wire, 'an entry');
  return {
    post: idFrom(post, 'post'),
    author: idFrom(author, 'author'),
    createdAtMs: createdAtMilliseconds,
    revision,
    vector: floatsFrom(vector, dimensions, 'a vector'),
  };
}

export function copiesFrom(copies: readonly NonNullable<WireContact>[]): Contact[] {
  return listOf(copies, MAX_COPIES, 'copies', contactFrom);
}

export function linkTo({ post, sketch, at }: Link): WireLink {
  return {
    post: idTo(post),
    sketch: bufferOf(new Uint8Array(sketch.buffer, sketch.byteOffset, sketch.length)),
    at: at.map(contactTo),
  };
}

export function linkFrom(wire: WireLink | undefined, space: MeaningSpace): Link {
  const { post, sketch, at } = required(wire, 'a link');
  return { post: idFrom(post, 'post'), sketch: sketchFrom(sketch, space), at: copiesFrom(at) };
}

export function copiedTo({ entry, copies, links }: CopiedEntry): WireCopied {
  return { entry: entryTo(entry), copies: copies.map(contactTo), links: links.map(linkTo) };
}

export function copiedFrom({ entry, copies, links }: WireCopied, space: MeaningSpace): CopiedEntry {
  return {
    entry: entryFrom(entry, space),
    copies: copiesFrom(copies),
    links: listOf(links, MAX_LINKS, 'links', (link) => linkFrom(link, space)),
  };
}

export function sketchFrom(bytes: Buffer, { sketchAxes }: MeaningSpace): Sketch {
  if (bytes.length !== sketchAxes) throw new MalformedMessage(`a sketch has ${sketchAxes} bytes`);
  return signedFrom(bytes);
}

const VERDICTS: readonly (readonly [StoreVerdict, WireVerdict])[] = [
  ['stored', WireVerdict.STORED],
  ['not-owner', WireVerdict.NOT_OWNER],
  ['invalid', WireVerdict.INVALID],
  ['flooded', WireVerdict.FLOODED],
  ['deleted', WireVerdict.DELETED],
  ['barred', WireVerdict.BARRED],
  ['full', WireVerdict.FULL],
];
const WIRE_VERDICTS = new Map(VERDICTS);
const CORE_VERDICTS = new Map(VERDICTS.map(([verdict, wire]) => [wire, verdict]));

export function verdictTo(verdict: StoreVerdict): WireVerdict {
  return WIRE_VERDICTS.get(verdict)!;
}

export function verdictFrom(wire: WireVerdict): StoreVerdict {
  return required(CORE_VERDICTS.get(wire), 'a verdict that is one');
}

const KEEPINGS: readonly (readonly [Keeping, WireKeeping])[] = [
  ['owner', WireKeeping.OWNER],
  ['copy', WireKeeping.COPY],
  ['none', WireKeeping.NONE],
  ['surplus', WireKeeping.SURPLUS],
  ['unneeded', WireKeeping.UNNEEDED],
];
const WIRE_KEEPINGS = new Map(KEEPINGS);
const CORE_KEEPINGS = new Map(KEEPINGS.map(([keeping, wire]) => [wire, keeping]));

export function keepingTo(keeping: Keeping): WireKeeping {
  return WIRE_KEEPINGS.get(keeping)!;
}

export function keepingFrom(wire: WireKeeping): Keeping {
  return required(CORE_KEEPINGS.get(wire), 'a keeping that is one');
}
