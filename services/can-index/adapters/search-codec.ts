/** Searches and what is found, as protobuf and back. A phone that is named several times travels once. */
import type {
  EntriesFoundReply,
  SearchEntriesRequest,
  Finds as WireFinds,
  FoundPlace as WirePlace,
  AskedQuestion as WireQuestion,
} from '../../../proto/gen/ringwall/can/v1/peer.ts';
import type { Contact } from '../../shared/core/contact.ts';
import type { Id } from '../../shared/core/id.ts';
import { bufferOf, idFrom, idTo, listOf, MalformedMessage } from '../../shared/runtime/grpc/wire-value.ts';
import type { MeaningSpace } from '../core/entries/entry.ts';
import {
  type AskedQuestion,
  type EntriesFound,
  type Finds,
  type FoundPlace,
  MAX_ADVERTS,
  MAX_ANSWERED,
  MAX_CANDIDATES,
  MAX_LIMIT,
  MAX_QUESTIONS,
  type SearchEntries,
} from '../core/search/search-message.ts';
import { MAX_COPIES, sketchFrom } from './entry-codec.ts';
import { contactFrom, contactTo, numberFrom, signedFrom } from './wire-fields.ts';

/** Phones that one reply names. */
const MAX_PHONES = 2_048;

export function searchTo({ asked, limit, sinceMs, withPlaces, salt, phones }: SearchEntries): SearchEntriesRequest {
  return {
    asked: asked.map(({ question, floor, posts }) => ({
      question: bufferOf(new Uint8Array(question.buffer, question.byteOffset, question.length)),
      floor,
      knownPosts: [...posts],
    })),
    limit,
    sinceMilliseconds: sinceMs,
    withPlaces,
    salt,
    knownPhones: [...phones],
  };
}

export function searchFrom(wire: SearchEntriesRequest, space: MeaningSpace): SearchEntries {
  const { asked, limit, sinceMilliseconds, withPlaces, salt, knownPhones } = wire;
  return {
    type: 'search-entries',
    asked: listOf(asked, MAX_QUESTIONS, 'questions', (question) => askedFrom(question, space)),
    limit,
    sinceMs: sinceMilliseconds,
    withPlaces,
    salt,
    phones: listOf(knownPhones, MAX_ANSWERED, 'known phones', (phone) => phone),
  };
}

function askedFrom({ question, floor, knownPosts }: WireQuestion, { dimensions }: MeaningSpace): AskedQuestion {
  if (question.length !== dimensions) throw new MalformedMessage(`a question has ${dimensions} bytes`);
  return {
    question: signedFrom(question),
    floor: numberFrom(floor, 'the floor'),
    posts: listOf(knownPosts, MAX_LIMIT, 'known posts', (post) => post),
  };
}

export function foundTo({ finds }: EntriesFound): EntriesFoundReply {
  const phones = new PhoneTable();
  return { finds: finds.map((one) => findsTo(one, phones)), phones: phones.all().map(contactTo) };
}

function findsTo({ hits, candidates, adverts }: Finds, phones: PhoneTable): WireFinds {
  return {
    hits: hits.map(({ post, author, createdAtMs, similarity, place }) => ({
      ...{ post: idTo(post), author: idTo(author), similarity },
      createdAtMilliseconds: createdAtMs,
      place: place && placeTo(place, phones),
    })),
    candidates: candidates.map(({ post, estimate, at }) => ({ post: idTo(post), estimate, at: phones.placesOf(at) })),
    adverts: adverts.map(({ contact, closeness }) => ({ phone: phones.placeOf(contact), closeness })),
  };
}

export function foundFrom(wire: EntriesFoundReply, space: MeaningSpace): EntriesFound {
  const phones = listOf(wire.phones, MAX_PHONES, 'phones', contactFrom);
  return {
    type: 'entries-found',
    finds: listOf(wire.finds, MAX_QUESTIONS, 'finds', (finds) => findsFrom(finds, phones, space)),
  };
}

/** `phones`: those that the reply names. */
function findsFrom(wire: WireFinds, phones: readonly Contact[], space: MeaningSpace): Finds {
  const phoneAt = (place: number): Contact => {
    const phone = phones[place];
    if (phone === undefined) throw new MalformedMessage(`phone ${place} is not among the ${phones.length} named`);
    return phone;
  };
  const phonesAt = (places: readonly number[]): Contact[] => listOf(places, MAX_COPIES, 'copies', phoneAt);
  return {
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
