/** ChordService (proto/ringwall/chord/v1) over the core: what a phone's own services and tools ask of its router. */
import { status } from '@grpc/grpc-js';
import {
  type ChordServiceDefinition,
  Consistency,
  type GetRequest,
  type GetStatusResponse,
  HopOutcome,
  type Phone,
  PutOutcome,
} from '../../../proto/gen/ringwall/chord/v1/chord.ts';
import type { Contact } from '../../shared/core/contact.ts';
import type { CallOutcome, Task } from '../../shared/core/effect.ts';
import { type Id, parseId } from '../../shared/core/id.ts';
import { MAX_NAME_BYTES } from '../../shared/core/record.ts';
import type { Scheduler } from '../../shared/core/scheduler.ts';
import { RpcError, type Service } from '../../shared/runtime/grpc/rpc.ts';
import { bufferOf } from '../../shared/runtime/grpc/wire-value.ts';
import { parseHostPort } from '../../shared/runtime/network/host-port.ts';
import { runTask } from '../../shared/runtime/program/run-task.ts';
import type { RecordQuery } from '../core/message.ts';
import type { ReadOutcome } from '../core/reading/get.ts';
import type { NearestRecord } from '../core/reading/nearest.ts';
import { isValidQuery, MAX_QUERY_LIMIT } from '../core/reading/query-position.ts';
import type { Relay, Relayed } from '../core/relay.ts';
import type { Hop, LookupOutcome } from '../core/ring-view.ts';
import type { Receipt } from '../core/writing/delivery.ts';
import { relayCallOf, relayResponse } from './relay-call.ts';

/** What the service needs of the core. */
export interface RouterCore {
  lookup(key: Id): Task<LookupOutcome>;
  put(records: readonly Uint8Array[]): Task<readonly Receipt[]>;
  get(query: RecordQuery, consistency: 'one' | 'quorum'): Task<ReadOutcome>;
  nearest(key: Id, name: string): Task<NearestRecord>;
  relay(to: Contact, request: Relay, timeoutMs: number): Task<CallOutcome<Relayed>>;
  identify(address: string): Task<Contact | undefined>;
  status(): GetStatusResponse;
}

/** Most records of one put. */
export const MAX_PUT_RECORDS = 256;
const DEFAULT_LIMIT = 100;

const HOP_OUTCOMES: Readonly<Record<Hop['outcome'], HopOutcome>> = {
  closer: HopOutcome.CLOSER,
  owner: HopOutcome.OWNER,
  timeout: HopOutcome.TIMEOUT,
  unreachable: HopOutcome.UNREACHABLE,
  refused: HopOutcome.REFUSED,
};

const PUT_OUTCOMES: Readonly<Record<Receipt['outcome'], PutOutcome>> = {
  stored: PutOutcome.STORED,
  superseded: PutOutcome.SUPERSEDED,
  tombstoned: PutOutcome.TOMBSTONED,
  invalid: PutOutcome.INVALID,
  'over-quota': PutOutcome.OVER_QUOTA,
  unavailable: PutOutcome.UNAVAILABLE,
};

export function createChordService(core: RouterCore, scheduler: Scheduler): Service<typeof ChordServiceDefinition> {
  return {
    lookup: async (request, options) => {
      const task = core.lookup(keyOf(request.key, 'key'));
      const { owner, replicas, hops, milliseconds } = await runTask(scheduler, task, 'lookup', options?.signal);
      return {
        found: owner !== undefined,
        owner: phoneOf(owner),
        replicas: replicas.map(toPhone),
        hops: hops.map((hop) => ({
          phone: toPhone(hop.phone),
          milliseconds: hop.milliseconds,
          outcome: HOP_OUTCOMES[hop.outcome],
        })),
        milliseconds,
      };
    },

    put: async ({ records }, options) => {
      if (records.length > MAX_PUT_RECORDS) throw invalid(`a put takes at most ${MAX_PUT_RECORDS} records`);
      const receipts = await runTask(scheduler, core.put(records), 'put', options?.signal);
      return {
        receipts: receipts.map(({ outcome, replicas, acknowledged, newer }) => ({
          outcome: PUT_OUTCOMES[outcome],
          replicas,
          acknowledged,
          newer: newer === undefined ? undefined : bufferOf(newer.bytes),
        })),
      };
    },

    get: async (request, options) => {
      const task = core.get(queryOf(request), consistencyOf(request.consistency));
      const { records, answered, ...rest } = await runTask(scheduler, task, 'get', options?.signal);
      return { ...rest, records: records.map(({ bytes }) => bufferOf(bytes)), answered: answered.map(toPhone) };
    },

    getNearest: async ({ key, name }, options) => {
      const task = core.nearest(keyOf(key, 'key'), nameOf(name));
      const { record, answered, ...rest } = await runTask(scheduler, task, 'get nearest', options?.signal);
      return {
        ...rest,
        record: record === undefined ? undefined : bufferOf(record.bytes),
        answered: phoneOf(answered),
      };
    },

    relay: async (asked, options) => {
      const { to, request, timeoutMs } = relayCallOf(asked);
      return relayResponse(await runTask(scheduler, core.relay(to, request, timeoutMs), 'relay', options?.signal));
    },

    identify: async ({ address }, options) => {
      if (parseHostPort(address) === undefined) throw invalid('address must be of the form host:port');
      return { phone: phoneOf(await runTask(scheduler, core.identify(address), 'identify', options?.signal)) };
    },

    getStatus: async () => core.status(),
  };
}

export function toPhone(contact: Contact): Phone {
  return { id: contact.id, address: contact.address };
}

function phoneOf(contact: Contact | undefined): Phone | undefined {
  return contact === undefined ? undefined : toPhone(contact);
}

function keyOf(text: string, field: string): Id {
  const id = parseId(text);
  if (id === undefined) throw invalid(`${field} must be 32 hexadecimal digits or a UUID`);
  return id;
}

function nameOf(name: string): string {
  if (name === '' || Buffer.byteLength(name) > MAX_NAME_BYTES) {
    throw invalid(`name must have 1 to ${MAX_NAME_BYTES} bytes`);
  }
  return name;
}

function queryOf(request: GetRequest): RecordQuery {
  if (request.limit > MAX_QUERY_LIMIT) throw invalid(`limit must be at most ${MAX_QUERY_LIMIT}`);
  const query: RecordQuery = {
    place: keyOf(request.place, 'place'),
    name: request.name === undefined ? undefined : nameOf(request.name),
    limit: request.limit === 0 ? DEFAULT_LIMIT : request.limit,
    before: request.before,
  };
  if (!isValidQuery(query)) throw invalid('before must be the next of an earlier answer');
  return query;
}

function consistencyOf(consistency: Consistency): 'one' | 'quorum' {
  switch (consistency) {
    case Consistency.ONE:
      return 'one';
    case Consistency.UNSPECIFIED:
    case Consistency.QUORUM:
      return 'quorum';
    default:
      throw invalid(`no such consistency: ${consistency as number}`);
  }
}

function invalid(message: string): RpcError {
  return new RpcError(status.INVALID_ARGUMENT, message);
}
