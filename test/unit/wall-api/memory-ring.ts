/**
 * A ring in memory, behind the ChordService contract: what a phone's router answers when all goes well, and, on
 * demand, when it does not. One ring can serve several phones of a test.
 */
import { status } from '@grpc/grpc-js';
import {
  type ChordServiceDefinition,
  Consistency,
  type GetRequest,
  type GetResponse,
  HopOutcome,
  type Phone,
  PhoneState,
  PutOutcome,
  type Receipt,
  RingState,
} from '../../../proto/gen/ringwall/chord/v1/chord.ts';
import {
  comparePositions,
  formatPosition,
  parsePosition,
  positionOf,
} from '../../../services/chord-router/core/reading/query-position.ts';
import { decideWrite } from '../../../services/chord-router/core/writing/write-decision.ts';
import { distance, type Id, parseId } from '../../../services/shared/core/id.ts';
import { openRecord, type RecordCrypto, type RingRecord, recordKey } from '../../../services/shared/core/record.ts';
import { RpcError, type Service } from '../../../services/shared/runtime/grpc/rpc.ts';
import { recordCrypto } from '../../../services/shared/runtime/record-crypto.ts';
import { MemoryMeaning } from './memory-meaning.ts';

type ChordService = Service<typeof ChordServiceDefinition>;

/** What goes wrong; change it while the ring is in use. */
export interface RingFaults {
  /** How many of the replicas answer. A majority is needed to write, and to read completely. */
  reachable: number;
  /** The router itself fails with this gRPC status. */
  status: number | undefined;
  /** What becomes of a record instead of what should. */
  refuse: ((record: RingRecord) => PutOutcome | undefined) | undefined;
  /** What the phone says of its membership. */
  state: RingState;
  settled: boolean;
}

const REPLICATION = 3;
const HEALTHY: Readonly<RingFaults> = {
  reachable: REPLICATION,
  status: undefined,
  refuse: undefined,
  state: RingState.MEMBER,
  settled: true,
};
const OUTCOMES = {
  stored: PutOutcome.STORED,
  present: PutOutcome.STORED,
  superseded: PutOutcome.SUPERSEDED,
  tombstoned: PutOutcome.TOMBSTONED,
} as const;

export class MemoryRing {
  readonly self: Phone = { id: '11111111111111111111111111111111', address: '127.0.0.1:7400' };
  faults: RingFaults = { ...HEALTHY };
  /** Every record that was put, in order, whatever became of it. */
  readonly attempts: RingRecord[] = [];
  readonly #crypto: RecordCrypto;
  readonly #places = new Map<Id, Map<string, RingRecord>>();
  /** What the phones of this ring know of meanings. */
  readonly meaning = new MemoryMeaning();

  constructor(crypto: RecordCrypto = recordCrypto) {
    this.#crypto = crypto;
  }

  /** What `startWallApi` takes as its router. */
  readonly service: ChordService = {
    put: async ({ records }) => this.#answer(() => ({ receipts: records.map((bytes) => this.#put(bytes)) })),
    get: async (request) => this.#answer(() => this.#get(request)),
    getNearest: async ({ key, name }) =>
      this.#answer(() => ({
        record: this.#nearest(requireId(key), name),
        complete: this.#complete,
        answered: this.self,
        hops: 1,
      })),
    lookup: async ({ key }) =>
      this.#answer(() => {
        requireId(key);
        return {
          found: true,
          owner: this.self,
          replicas: [this.self],
          hops: [{ phone: this.self, milliseconds: 1, outcome: HopOutcome.OWNER }],
          milliseconds: 1,
        };
      }),
    relay: async () => {
      throw new RpcError(status.UNIMPLEMENTED, 'there is no other phone');
    },
    identify: async () => this.#answer(() => ({ phone: undefined })),
    getStatus: async () =>
      this.#answer(() => ({
        self: this.self,
        state: this.faults.state,
        predecessor: this.self,
        successors: [this.self],
        predecessors: [this.self],
        fingers: [],
        known: [{ phone: this.self, state: PhoneState.ALIVE, rttMilliseconds: 1 }],
        settled: this.faults.settled,
        replication: REPLICATION,
        records: this.records().length,
        recordBytes: this.records().reduce((sum, record) => sum + record.bytes.length, 0),
        network: 'test',
        parameters: '',
        founded: true,
      })),
  };

  heal(): void {
    this.faults = { ...HEALTHY };
  }

  /** What stands now. */
  records(): RingRecord[] {
    return Array.from(this.#places.values(), (place) => Array.from(place.values())).flat();
  }

  get #complete(): boolean {
    return this.faults.reachable > REPLICATION / 2;
  }

  #answer<T>(make: () => T): T {
    if (this.faults.status !== undefined) throw new RpcError(this.faults.status, 'injected');
    return make();
  }

  #put(bytes: Uint8Array): Receipt {
    const opened = openRecord(bytes, this.#crypto);
    if (!opened.ok) return receipt(PutOutcome.INVALID, 0);
    const record = opened.value;
    this.attempts.push(record);
    const refused = this.faults.refuse?.(record);
    if (refused !== undefined) return receipt(refused, refused === PutOutcome.UNAVAILABLE ? 1 : 0);
    if (!this.#complete) return receipt(PutOutcome.UNAVAILABLE, this.faults.reachable);
    const place = this.#places.get(record.place) ?? new Map<string, RingRecord>();
    this.#places.set(record.place, place);
    const standing = place.get(recordKey(record));
    const tombstone = [...place.values()].some(({ final, author }) => final && author === record.author);
    const decision = decideWrite(record, standing, tombstone);
    if (decision === 'stored') place.set(recordKey(record), record);
    if (record.final) this.#removeImmutables(place, record.author);
    const newer = decision === 'superseded' && standing !== undefined ? Buffer.from(standing.bytes) : undefined;
    return { ...receipt(OUTCOMES[decision], this.faults.reachable), newer };
  }

  #removeImmutables(place: Map<string, RingRecord>, author: Id): void {
    for (const [key, record] of place) {
      if (record.kind === 'immutable' && record.author === author) place.delete(key);
    }
  }

  #get(request: GetRequest): GetResponse {
    const before = request.before === undefined ? undefined : parsePosition(request.before);
    if (request.before !== undefined && before === undefined) throw invalid('before');
    if (request.limit > 200) throw invalid('limit');
    const limit = request.limit === 0 ? 100 : request.limit;
    const all = [...(this.#places.get(requireId(request.place))?.values() ?? [])]
      .filter((record) => request.name === undefined || record.name === request.name)
      .filter((record) => before === undefined || comparePositions(before, positionOf(record)) < 0)
      .sort((a, b) => comparePositions(positionOf(a), positionOf(b)));
    const page = all.slice(0, this.faults.reachable === 0 ? 0 : limit);
    const one = request.consistency === Consistency.ONE && page.length > 0;
    return {
      records: page.map(({ bytes }) => Buffer.from(bytes)),
      next: all.length > page.length && page.length > 0 ? formatPosition(positionOf(page.at(-1)!)) : undefined,
      complete: one || this.#complete,
      answered: this.faults.reachable === 0 ? [] : [this.self],
      hops: 1,
      milliseconds: 1,
    };
  }

  #nearest(key: Id, name: string): Buffer | undefined {
    const immutables = this.records().filter((record) => record.kind === 'immutable' && record.name === name);
    immutables.sort((a, b) => (distance(key, a.place) < distance(key, b.place) ? -1 : 1));
    return immutables[0] === undefined ? undefined : Buffer.from(immutables[0].bytes);
  }
}

function receipt(outcome: PutOutcome, acknowledged: number): Receipt {
  return { outcome, replicas: REPLICATION, acknowledged };
}

function requireId(text: string): Id {
  const id = parseId(text);
  if (id === undefined) throw invalid('id');
  return id;
}

function invalid(field: string): RpcError {
  return new RpcError(status.INVALID_ARGUMENT, `${field} is invalid`);
}
