import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import {
  Consistency,
  HopOutcome,
  PutOutcome,
  RelayOutcome,
  RingState,
} from '../../../proto/gen/ringwall/chord/v1/chord.ts';
import { RelayedService } from '../../../proto/gen/ringwall/peer/v1/peer.ts';
import {
  createChordService,
  MAX_PUT_RECORDS,
  type RouterCore,
} from '../../../services/chord-router/adapters/chord-service.ts';
import { statusResponse } from '../../../services/chord-router/adapters/status-response.ts';
import { MAX_PAYLOAD_BYTES } from '../../../services/chord-router/core/relay.ts';
import { sleep, type Task } from '../../../services/shared/core/effect.ts';
import type { Id } from '../../../services/shared/core/id.ts';
import type { RingRecord } from '../../../services/shared/core/record.ts';
import { Scheduler } from '../../../services/shared/core/scheduler.ts';
import { NodeHost } from '../../../services/shared/runtime/host.ts';

const KEY = '00112233445566778899aabbccddeeff' as Id;
const PHONE = { id: KEY, address: '127.0.0.1:7400' };
const RECORD = { bytes: new Uint8Array([1, 2, 3]) } as RingRecord;

const crashes: unknown[] = [];

function* answer<T>(value: T): Task<T> {
  yield* sleep(1);
  return value;
}

const CORE: RouterCore = {
  lookup: (key) =>
    answer({
      owner: { id: key, address: PHONE.address },
      replicas: [PHONE],
      late: [],
      hops: [{ phone: PHONE, namedBy: undefined, milliseconds: 2, outcome: 'closer' }],
      milliseconds: 3,
    }),
  put: (records) =>
    answer(records.map(() => ({ outcome: 'superseded', replicas: 7, acknowledged: 4, newer: RECORD }) as const)),
  get: (query, consistency) =>
    answer({
      records: query.name === 'none' ? [] : [RECORD],
      next: `${query.limit} ${consistency}`,
      complete: true,
      answered: [PHONE],
      hops: 1,
      milliseconds: 2,
    }),
  nearest: () => answer({ record: undefined, complete: false, answered: undefined, hops: 2 }),
  relay: (to, { payload }, timeoutMs) =>
    answer(
      to.id === KEY
        ? ({ ok: true, reply: { type: 'relayed', payload }, rttMs: timeoutMs } as const)
        : ({ ok: false, failure: 'unreachable', elapsedMs: 4 } as const),
    ),
  identify: (address) => answer(address === PHONE.address ? PHONE : undefined),
  status: () =>
    statusResponse(
      {
        state: 'member',
        self: PHONE,
        founded: true,
        predecessor: PHONE,
        successors: [PHONE],
        predecessors: [],
        fingers: [],
        known: [{ contact: PHONE, state: 'suspected', rttMs: undefined }],
        missed: [],
        estimatedSize: 2,
      },
      { settled: true, replication: 7, network: 'test', parameters: 'model', records: 3, bytes: 300 },
    ),
};

function serviceOf(core: Partial<RouterCore> = {}) {
  const host = new NodeHost({
    peers: { call: () => () => {}, identify: () => () => {} },
    store: () => {},
    crashed: (error) => crashes.push(error),
  });
  return createChordService({ ...CORE, ...core }, new Scheduler(host));
}

describe('the chord service', () => {
  it('answers with what the core finds', async () => {
    const service = serviceOf();
    expect(await service.lookup({ key: KEY })).toEqual({
      found: true,
      owner: PHONE,
      replicas: [PHONE],
      hops: [{ phone: PHONE, milliseconds: 2, outcome: HopOutcome.CLOSER }],
      milliseconds: 3,
    });
    expect(await service.put({ records: [Buffer.from([1])] })).toEqual({
      receipts: [{ outcome: PutOutcome.SUPERSEDED, replicas: 7, acknowledged: 4, newer: Buffer.from([1, 2, 3]) }],
    });
    expect(await service.getNearest({ key: KEY, name: 'post' })).toMatchObject({ record: undefined, hops: 2 });
    expect(await service.getStatus({})).toMatchObject({
      state: RingState.MEMBER,
      records: 3,
      recordBytes: 300,
      network: 'test',
      parameters: 'model',
    });
  });

  it('reads with its defaults', async () => {
    const request = { place: KEY, limit: 0, consistency: Consistency.UNSPECIFIED };
    expect((await serviceOf().get(request)).next).toBe('100 quorum');
    const one = { place: KEY, limit: 7, consistency: Consistency.ONE };
    expect((await serviceOf().get(one)).next).toBe('7 one');
  });

  it('carries requests of siblings and says what became of them', async () => {
    const relay = { to: PHONE, service: RelayedService.CAN_INDEX, payload: Buffer.from('hi'), timeoutMilliseconds: 9 };
    const answered = { outcome: RelayOutcome.ANSWERED, payload: Buffer.from('hi'), milliseconds: 9 };
    expect(await serviceOf().relay(relay)).toEqual(answered);
    const elsewhere = { ...relay, to: { ...PHONE, id: KEY.replace('0', 'f') } };
    const unreachable = { outcome: RelayOutcome.UNREACHABLE, payload: Buffer.alloc(0), milliseconds: 4 };
    expect(await serviceOf().relay(elsewhere)).toEqual(unreachable);
  });

  it('says who listens where', async () => {
    expect(await serviceOf().identify({ address: PHONE.address })).toEqual({ phone: PHONE });
    expect(await serviceOf().identify({ address: '127.0.0.1:1' })).toEqual({ phone: undefined });
  });

  it('says that nobody was found', async () => {
    const lost = () => answer({ owner: undefined, replicas: [], late: [], hops: [], milliseconds: 1 });
    expect(await serviceOf({ lookup: lost }).lookup({ key: KEY })).toMatchObject({ found: false, owner: undefined });
  });

  const relay = { to: PHONE, service: RelayedService.CAN_INDEX, payload: Buffer.alloc(0), timeoutMilliseconds: 9 };
  const get = { place: KEY, limit: 1, consistency: Consistency.ONE };
  it.each([
    ['a key that is none', () => serviceOf().lookup({ key: 'xyz' })],
    ['an empty key', () => serviceOf().getNearest({ key: '', name: 'post' })],
    ['no name', () => serviceOf().getNearest({ key: KEY, name: '' })],
    ['a name that is too long', () => serviceOf().getNearest({ key: KEY, name: 'ü'.repeat(33) })],
    ['a place that is none', () => serviceOf().get({ ...get, place: KEY.slice(1) })],
    ['a limit over the bound', () => serviceOf().get({ ...get, limit: 201 })],
    ['a position that is none', () => serviceOf().get({ ...get, before: 'nowhere' })],
    ['a consistency that is none', () => serviceOf().get({ ...get, consistency: 9 as Consistency })],
    ['an address that is none', () => serviceOf().identify({ address: 'here' })],
    ['a relay to nobody', () => serviceOf().relay({ ...relay, to: undefined })],
    ['a relay to no address', () => serviceOf().relay({ ...relay, to: { ...PHONE, address: 'here' } })],
    ['a relay of no service', () => serviceOf().relay({ ...relay, service: RelayedService.UNSPECIFIED })],
    ['a relay without time', () => serviceOf().relay({ ...relay, timeoutMilliseconds: Number.NaN })],
    ['a relay of too much', () => serviceOf().relay({ ...relay, payload: Buffer.alloc(MAX_PAYLOAD_BYTES + 1) })],
    ['too many records', () => serviceOf().put({ records: Array(MAX_PUT_RECORDS + 1).fill(Buffer.alloc(0)) })],
  ])('refuses %s', async (_name, ask) => {
    await expect(ask()).rejects.toMatchObject({ name: 'RpcError', code: status.INVALID_ARGUMENT });
  });

  it('ends a task whose caller gave up', async () => {
    let ended = false;
    const endless = function* (): Task<never> {
      try {
        for (;;) yield* sleep(1_000_000);
      } finally {
        ended = true;
      }
    };
    const abort = new AbortController();
    const call = serviceOf({ lookup: endless }).lookup({ key: KEY }, { signal: abort.signal });
    abort.abort();
    await expect(call).rejects.toMatchObject({ code: status.CANCELLED });
    expect(ended).toBe(true);
  });

  it('says INTERNAL when the core breaks', async () => {
    const broken = function* (): Task<never> {
      yield* sleep(1);
      throw new Error('a defect');
    };
    await expect(serviceOf({ lookup: broken }).lookup({ key: KEY })).rejects.toMatchObject({ code: status.INTERNAL });
    expect(crashes).toHaveLength(1);
  });
});
