/** CanService (proto/ringwall/can/v1) over the core: what a phone's own services and tools ask of its index. */
import { status } from '@grpc/grpc-js';
import {
  type CanServiceDefinition,
  CanState,
  ContactOutcome,
  type GetStatusResponse,
  type Hit,
  PublishOutcome,
  type SearchResponse,
  type Entry as WireEntry,
} from '../../../proto/gen/ringwall/can/v1/can.ts';
import type { PlacedPhone, SpacePhone } from '../../../proto/gen/ringwall/can/v1/space.ts';
import type { Contact } from '../../shared/core/contact.ts';
import type { Task } from '../../shared/core/effect.ts';
import { type Id, parseId } from '../../shared/core/id.ts';
import type { Scheduler } from '../../shared/core/scheduler.ts';
import { RpcError, type Service } from '../../shared/runtime/grpc/rpc.ts';
import { MalformedMessage } from '../../shared/runtime/grpc/wire-value.ts';
import { runTask } from '../../shared/runtime/program/run-task.ts';
import { checkVector, type Entry } from '../core/entries/entry.ts';
import type { StoreVerdict } from '../core/entries/entry-message.ts';
import type { EntryKeeper } from '../core/entries/keeper.ts';
import type { CanNode } from '../core/node.ts';
import { type Question, questionOf } from '../core/search/question.ts';
import type { Contacted, QuestionAnswer, SearchAnswer, SearchRequest } from '../core/search/search.ts';
import { MAX_LIMIT, MAX_QUESTIONS } from '../core/search/search-message.ts';
import { isPoint } from '../core/space/space.ts';
import type { Zone } from '../core/space/zone.ts';
import type { CodecSpace } from './request-codec.ts';
import { zoneTo } from './space-codec.ts';
import { floatsFrom } from './wire-fields.ts';

export interface CanServiceParts {
  readonly self: Contact;
  readonly node: CanNode<EntryKeeper>;
  readonly scheduler: Scheduler;
  readonly space: CodecSpace;
  readonly published: (outcome: StoreVerdict | 'unreachable') => void;
  readonly searched: (request: SearchRequest, answer: SearchAnswer) => void;
}

/** Most entries of one request. */
export const MAX_ENTRIES = 64;
const MAX_BUDGET = 256;
const DEFAULT_BUDGET = 16;
/** Entries of this phone's zones that its status names. */
const MAX_SAMPLE = 64;

const PUBLISH_OUTCOMES: Readonly<Record<StoreVerdict | 'unreachable', PublishOutcome>> = {
  stored: PublishOutcome.STORED,
  invalid: PublishOutcome.INVALID,
  flooded: PublishOutcome.FLOODED,
  deleted: PublishOutcome.DELETED,
  barred: PublishOutcome.REFUSED,
  'not-owner': PublishOutcome.UNAVAILABLE,
  full: PublishOutcome.UNAVAILABLE,
  unreachable: PublishOutcome.UNAVAILABLE,
};

const CONTACT_OUTCOMES: Readonly<Record<Contacted['outcome'], ContactOutcome>> = {
  answered: ContactOutcome.ANSWERED,
  timeout: ContactOutcome.TIMEOUT,
  unreachable: ContactOutcome.UNREACHABLE,
  refused: ContactOutcome.REFUSED,
};

export function createCanService(parts: CanServiceParts): Service<typeof CanServiceDefinition> {
  const { node, scheduler, space } = parts;
  const run = <T>(task: Task<T>, label: string, signal?: AbortSignal): Promise<T> =>
    runTask(scheduler, task, label, signal);
  return {
    async publish({ entries }, options) {
      if (entries.length > MAX_ENTRIES) throw invalid(`at most ${MAX_ENTRIES} entries a request`);
      const read = entries.map((entry) => entryOf(entry, space));
      const outcomes = await Promise.all(
        read.map(async (entry) => {
          const verdict = await run(node.entries.publish(entry), 'publish', options?.signal);
          parts.published(verdict);
          return PUBLISH_OUTCOMES[verdict];
        }),
      );
      return { outcomes };
    },

    async withdraw({ post, vector }, options) {
      await run(node.entries.withdraw(idOf(post, 'post'), directionOf(vector, space)), 'withdraw', options?.signal);
      return {};
    },

    async search({ vectors, limit, budget, sinceMilliseconds }, options) {
      if (vectors.length < 1 || vectors.length > MAX_QUESTIONS)
        throw invalid(`1 to ${MAX_QUESTIONS} vectors a request`);
      checkCount(limit, MAX_LIMIT, 'limit');
      if (budget > MAX_BUDGET) throw invalid(`budget must be at most ${MAX_BUDGET}`);
      const request: SearchRequest = {
        questions: vectors.map((vector) => questionIn(vector, space)),
        ...{ limit, sinceMs: sinceMilliseconds, withPlaces: false },
        budget: budget || Math.min(MAX_BUDGET, vectors.length * DEFAULT_BUDGET),
      };
      const answer = await run(node.entries.search(request), 'search', options?.signal);
      parts.searched(request, answer);
      return responseOf(answer);
    },

    async searchExactly({ vector, limit }, options) {
      checkCount(limit, MAX_LIMIT, 'limit');
      const task = node.entries.searchExactly(directionOf(vector, space), limit);
      const { hits, contacted, complete } = await run(task, 'search exactly', options?.signal);
      return { hits: hits.map(({ post, distance }) => ({ post, distance })), contacted, complete };
    },

    async find({ point }, options) {
      if (!isPoint(point, space.axes)) throw invalid(`a point has ${space.axes} coordinates`);
      const { owner, trail } = await run(node.find(point), 'find', options?.signal);
      return { owner: owner && placedPhone(owner.contact, owner.zones), trail: trail.map(spacePhone) };
    },

    getStatus: async () => statusOf(parts),
  };
}

function responseOf({ answers, contacted, routed, milliseconds }: SearchAnswer): SearchResponse {
  return {
    answers: answers.map(({ hits, complete }) => ({ hits: hits.map(hitOf), complete })),
    contacted: contacted.map((contact) => ({
      phone: spacePhone(contact.phone),
      milliseconds: contact.milliseconds,
      outcome: CONTACT_OUTCOMES[contact.outcome],
      added: contact.added,
    })),
    ...{ routed, milliseconds },
  };
}

function hitOf({ post, author, createdAtMs, similarity, from }: QuestionAnswer['hits'][number]): Hit {
  return { post, author, similarity, createdAtMilliseconds: createdAtMs, from: spacePhone(from) };
}

const STATES: Readonly<Record<string, CanState>> = {
  joining: CanState.JOINING,
  member: CanState.MEMBER,
  leaving: CanState.LEAVING,
};

function statusOf({ self, node, space }: CanServiceParts): GetStatusResponse {
  const { state, zones, neighbours, links } = node.status();
  const owned = [...node.entries.store.all()].filter(({ point }) => node.view.ownershipOf(point) !== 'none');
  return {
    self: spacePhone(self),
    state: STATES[state] ?? CanState.LEAVING,
    axes: space.axes,
    zones: zones.map(({ zone }) => zoneTo(zone)),
    neighbours: neighbours.map((neighbour) => ({
      phone: placedPhone(neighbour.contact, neighbour.zones),
      load: neighbour.load,
      suspected: neighbour.state === 'suspected',
    })),
    links: links.map(spacePhone),
    entries: node.entries.store.size,
    ownedEntries: owned.length,
    sample: owned.slice(0, MAX_SAMPLE).map(({ entry, point }) => ({ post: entry.post, point: [...point] })),
  };
}

function spacePhone({ id, address }: Contact): SpacePhone {
  return { id, address };
}

function placedPhone(contact: Contact, zones: readonly Zone[]): PlacedPhone {
  return { phone: spacePhone(contact), zones: zones.map(zoneTo) };
}

function entryOf({ post, author, createdAtMilliseconds, vector, revision }: WireEntry, space: CodecSpace): Entry {
  return {
    post: idOf(post, 'post'),
    author: idOf(author, 'author'),
    createdAtMs: createdAtMilliseconds,
    revision,
    vector: vectorOf(vector, space),
  };
}

/** Its numbers, as many as there must be: whether the vector of an entry is finite and of length 1 is the index's own check. */
function vectorOf(bytes: Buffer, { meaning }: CodecSpace): Float32Array {
  try {
    return floatsFrom(bytes, meaning.dimensions, 'a vector');
  } catch (error) {
    throw error instanceof MalformedMessage ? invalid(error.message) : error;
  }
}

/** A vector that an entry may have. */
function directionOf(bytes: Buffer, space: CodecSpace): Float32Array {
  const checked = checkVector(vectorOf(bytes, space), space.meaning);
  if (!checked.ok) throw invalid(`a vector must be finite and of length 1: this one is ${checked.fault}`);
  return checked.value;
}

function questionIn(bytes: Buffer, space: CodecSpace): Question {
  const question = questionOf(vectorOf(bytes, space));
  if (question === undefined) throw invalid('a vector to search by must be finite and not all zero');
  return question;
}

function idOf(text: string, field: string): Id {
  const id = parseId(text);
  if (id === undefined) throw invalid(`${field} must be 32 hexadecimal digits or a UUID`);
  return id;
}

function checkCount(value: number, most: number, field: string): void {
  if (value < 1 || value > most) throw invalid(`${field} must be 1 to ${most}`);
}

function invalid(message: string): RpcError {
  return new RpcError(status.INVALID_ARGUMENT, message);
}
