/** Searches and what is found, as protobuf and back. A phone that is named several times travels once. */
import type {
  EntriesFoundReply,
  SearchEntriesRequest,
  FoundPlace as WirePlace,
} from '../../../proto/gen/ringwall/can/v1/peer.ts';
import type { Contact } from '../../shared/core/contact.ts';
import type { Id } from '../../shared/core/id.ts';
import { bufferOf, idFrom, idTo, listOf, MalformedMessage } from '../../shared/runtime/wire-value.ts';
import type { MeaningSpace } from '../core/entries/entry.ts';
import {
  type EntriesFound,
  type FoundPlace,
  MAX_ADVERTS,
  MAX_ANSWERED,
  MAX_CANDIDATES,
  MAX_LIMIT,
  type SearchEntries,
} from '../core/search/search-message.ts';
import { MAX_COPIES, sketchFrom } from './entry-codec.ts';
import { contactFrom, contactTo, numberFrom, signedFrom } from './wire-fields.ts';

/** Phones that one reply names. */
const MAX_PHONES = 2_048;

export function searchTo({ question, limit, sinceMs, withPlaces, known }: SearchEntries): SearchEntriesRequest {
  return {
    question: bufferOf(new Uint8Array(question.buffer, question.byteOffset, question.length)),
    limit,
    sinceMilliseconds: sinceMs,
    withPlaces,
    salt: known.salt,
    floor: known.floor,
    knownPosts: [...known.posts],
    knownPhones: [...known.phones],
  };
}

export function searchFrom(wire: SearchEntriesRequest, { dimensions }: MeaningSpace): SearchEntries {
  const { question, limit, sinceMilliseconds, withPlaces, floor, salt, knownPosts, knownPhones } = wire;
  if (question.length !== dimensions) throw new MalformedMessage(`a question has ${dimensions} bytes`);
  return {
    type: 'search-entries',
    question: signedFrom(question),
    limit,
    sinceMs: sinceMilliseconds,
    withPlaces,
    known: {
      salt,
      floor: numberFrom(floor, 'the floor'),
      posts: listOf(knownPosts, MAX_LIMIT, 'known posts', (post) => post),
      phones: listOf(knownPhones, MAX_ANSWERED, 'known phones', (phone) => phone),
    },
  };
}

export function foundTo({ hits, candidates, adverts }: EntriesFound): EntriesFoundReply {
  const phones = new PhoneTable();
  return {
    hits: hits.map(({ post, author, createdAtMs, similarity, place }) => ({
      ...{ post: idTo(post), author: idTo(author), similarity },
      createdAtMilliseconds: createdAtMs,
      place: place && placeTo(place, phones),
    })),
    candidates: candidates.map(({ post, estimate, at }) => ({ post: idTo(post), estimate, at: phones.placesOf(at) })),
    adverts: adverts.map(({ contact, closeness }) => ({ phone: phones.placeOf(contact), closeness })),
    phones: phones.all().map(contactTo),
  };
}

export function foundFrom(wire: EntriesFoundReply, space: MeaningSpace): EntriesFound {
  const phones = listOf(wire.phones, MAX_PHONES, 'phones', contactFrom);
  const phoneAt = (place: number): Contact => {
    const phone = phones[place];
    if (phone === undefined) throw new MalformedMessage(`phone ${place} is not among the ${phones.length} named`);
    return phone;
  };
  const phonesAt = (places: readonly number[]): Contact[] => listOf(places, MAX_COPIES, 'copies', phoneAt);
  return {
    type: 'entries-found',
    hits: listOf(wire.hits, MAX_LIMIT, 'hits', ({ post, author, createdAtMilliseconds, similarity, place }) => ({
      post: idFrom(post, 'post'),
      author: idFrom(author, 'author'),
      createdAtMs: createdAtMilliseconds,
      similarity: numberFrom(similarity, 'a similarity'),
      place: place && { sketch: sketchFrom(place.sketch, space), at: phonesAt(place.at) },
    })),
    candidates: listOf(wire.candidates, MAX_CANDIDATES, 'candidates', ({ post, estimate, at }) => ({
      post: idFrom(post, 'post'),
      estimate: numberFrom(estimate, 'an estimate'),
      at: phonesAt(at),
    })),
    adverts: listOf(wire.adverts, MAX_ADVERTS, 'adverts', ({ phone, closeness }) => ({
      contact: phoneAt(phone),
      closeness: numberFrom(closeness, 'a closeness'),
    })),
  };
}

function placeTo({ sketch, at }: FoundPlace, phones: PhoneTable): WirePlace {
  return {
    sketch: bufferOf(new Uint8Array(sketch.buffer, sketch.byteOffset, sketch.length)),
    at: phones.placesOf(at),
  };
}

/** The phones of a reply, each once. */
class PhoneTable {
  readonly #places = new Map<Id, number>();
  readonly #phones: Contact[] = [];

  all(): readonly Contact[] {
    return this.#phones;
  }

  placeOf(phone: Contact): number {
    const known = this.#places.get(phone.id);
    if (known !== undefined) return known;
    this.#places.set(phone.id, this.#phones.length);
    return this.#phones.push(phone) - 1;
  }

  placesOf(phones: readonly Contact[]): number[] {
    return phones.map((phone) => this.placeOf(phone));
  }
}
