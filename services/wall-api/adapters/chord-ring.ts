/** The ring port of the core over a phone's ChordService, in-process or remote. */
import { status } from '@grpc/grpc-js';
import {
  type ChordServiceDefinition,
  Consistency,
  type Phone,
  PutOutcome as WireOutcome,
} from '../../../proto/gen/ringwall/chord/v1/chord.ts';
import type { Contact } from '../../shared/core/contact.ts';
import { type Id, parseId } from '../../shared/core/id.ts';
import { isSignedByAuthor, peekRecord, type RecordCrypto, type RingRecord } from '../../shared/core/record.ts';
import { RpcError, type Service } from '../../shared/runtime/grpc/rpc.ts';
import { Problem } from '../core/problem.ts';
import type { NearestAnswer, PutOutcome, PutReceipt, Ring, RingAnswer, RingQuery } from '../core/ring/ring-client.ts';

/** Longest wait for the router, which has deadlines of its own below this. */
const TIMEOUT_MS = 15_000;
/** Records whose signature was found good lately, by hash; an entry takes about 150 bytes. */
const REMEMBERED_RECORDS = 8_192;

const OUTCOMES: Readonly<Record<WireOutcome, PutOutcome | undefined>> = {
  [WireOutcome.UNSPECIFIED]: undefined,
  [WireOutcome.STORED]: 'stored',
  [WireOutcome.SUPERSEDED]: 'superseded',
  [WireOutcome.TOMBSTONED]: 'tombstoned',
  [WireOutcome.INVALID]: 'invalid',
  [WireOutcome.OVER_QUOTA]: 'over-quota',
  [WireOutcome.UNAVAILABLE]: 'unavailable',
};

export class ChordRing implements Ring {
  readonly #chord: Service<typeof ChordServiceDefinition>;
  readonly #crypto: RecordCrypto;
  /** In order of last use, the oldest first. */
  readonly #verified = new Set<string>();

  constructor(chord: Service<typeof ChordServiceDefinition>, crypto: RecordCrypto) {
    this.#chord = chord;
    this.#crypto = crypto;
  }

  async put(records: readonly RingRecord[]): Promise<readonly PutReceipt[]> {
    const request = { records: records.map(({ bytes }) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)) };
    const { receipts } = await asProblem(this.#chord.put(request, { timeoutMs: TIMEOUT_MS }));
    if (receipts.length !== records.length) throw new Error('the router gave another number of receipts than records');
    return receipts.map((receipt) => {
      const outcome = OUTCOMES[receipt.outcome];
      if (outcome === undefined) throw new Error(`the router gave an outcome of ${receipt.outcome}`);
      const { replicas, acknowledged } = receipt;
      return { outcome, replicas, acknowledged, newer: this.#openOptional(receipt.newer) };
    });
  }

  async get(query: RingQuery): Promise<RingAnswer> {
    const request = {
      place: query.place,
      name: query.name,
      limit: query.limit ?? 0,
      before: query.before,
      consistency: query.consistency === 'one' ? Consistency.ONE : Consistency.QUORUM,
    };
    const answer = await asProblem(this.#chord.get(request, { timeoutMs: TIMEOUT_MS }));
    return {
      records: answer.records.flatMap((bytes) => this.#openOptional(bytes) ?? []),
      next: answer.next,
      complete: answer.complete,
      answered: answer.answered.flatMap((phone) => contactOf(phone) ?? []),
      hops: answer.hops,
      milliseconds: answer.milliseconds,
    };
  }

  async nearest(key: Id, name: string): Promise<NearestAnswer> {
    const answer = await asProblem(this.#chord.getNearest({ key, name }, { timeoutMs: TIMEOUT_MS }));
    return {
      record: this.#openOptional(answer.record),
      complete: answer.complete,
      answered: contactOf(answer.answered),
      hops: answer.hops,
    };
  }

  /** The record, if its author signed it; a router that passes on anything else is not believed. */
  #openOptional(bytes: Uint8Array | undefined): RingRecord | undefined {
    if (bytes === undefined) return undefined;
    const peeked = peekRecord(bytes, this.#crypto);
    if (!peeked.ok) return undefined;
    const record = peeked.value;
    if (!this.#verified.delete(record.hash) && !isSignedByAuthor(record, this.#crypto)) return undefined;
    if (this.#verified.size >= REMEMBERED_RECORDS) this.#verified.delete(this.#verified.values().next().value!);
    this.#verified.add(record.hash);
    return record;
  }
}

function contactOf(phone: Phone | undefined): Contact | undefined {
  const id = phone === undefined ? undefined : parseId(phone.id);
  return id === undefined ? undefined : { id, address: phone!.address };
}

/** What a status of the router says to the sender of a request; any other is a defect. */
const STATUS_PROBLEMS: ReadonlyMap<number, 'ring-unavailable' | 'ring-timeout'> = new Map([
  [status.UNAVAILABLE, 'ring-unavailable'],
  [status.RESOURCE_EXHAUSTED, 'ring-unavailable'],
  [status.CANCELLED, 'ring-unavailable'],
  [status.DEADLINE_EXCEEDED, 'ring-timeout'],
]);

/** Turns the router's statuses into problems. Errors that are none of these stay what they are. */
export async function asProblem<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const slug = error instanceof RpcError ? STATUS_PROBLEMS.get(error.code) : undefined;
    if (slug === undefined) throw error;
    throw new Problem(slug, undefined, { retryAfterS: 1, cause: error });
  }
}
