import { status } from '@grpc/grpc-js';
import { describe, expect, it, vi } from 'vitest';
import { HopOutcome, PhoneState, RingState } from '../../../proto/gen/ringwall/chord/v1/chord.ts';
import { openWall } from './wall-fixture.ts';

const SELF = { id: '1'.repeat(32), address: '127.0.0.1:7400' };
const OTHER = { id: '2'.repeat(32), address: '[::1]:7401' };

describe('GET /v1/network', () => {
  it('tells of this phone', async () => {
    const wall = await openWall();
    expect((await wall.ask('GET', '/v1/network/self')).body).toEqual({
      phone: SELF,
      network: 'test',
      state: 'member',
      settled: true,
      replication: 3,
      records: 0,
      recordBytes: 0,
      predecessor: SELF,
      successor: SELF,
      suspected: [],
    });
    wall.ring.faults.state = RingState.JOINING;
    expect((await wall.ask('GET', '/v1/network/self')).body.state).toBe('joining');
  });

  it('tells of the phones it knows', async () => {
    const wall = await openWall();
    const known = await wall.ring.service.getStatus({});
    vi.spyOn(wall.ring.service, 'getStatus').mockResolvedValue({
      ...known,
      known: [...known.known, { phone: OTHER, state: PhoneState.SUSPECTED, rttMilliseconds: 0 }],
    });
    const { body } = await wall.ask('GET', '/v1/network/ring');
    expect(body.known).toEqual([
      { ...SELF, state: 'alive', rttMilliseconds: 1 },
      { ...OTHER, state: 'suspected', rttMilliseconds: null },
    ]);
    expect((await wall.ask('GET', '/v1/network/self')).body.suspected).toEqual([OTHER]);
    expect(body).toMatchObject({ self: SELF, successors: [SELF], predecessors: [SELF], fingers: [] });
  });

  it('shows a lookup hop by hop, found or not', async () => {
    const wall = await openWall();
    const key = 'ABCDEF00000000000000000000000001';
    const found = await wall.ask('GET', `/v1/network/lookup/${key}`);
    expect(found.body).toEqual({
      key: key.toLowerCase(),
      found: true,
      owner: SELF,
      replicas: [SELF],
      hops: [{ ...SELF, milliseconds: 1, outcome: 'owner' }],
      milliseconds: 1,
    });
    vi.spyOn(wall.ring.service, 'lookup').mockResolvedValue({
      found: false,
      owner: undefined,
      replicas: [],
      hops: [{ phone: OTHER, milliseconds: 250, outcome: HopOutcome.TIMEOUT }],
      milliseconds: 250,
    });
    const lost = await wall.ask('GET', '/v1/network/lookup/abcdef00-0000-0000-0000-000000000001');
    expect(lost).toMatchObject({ status: 200, body: { found: false, owner: null } });
    expect(lost.body.hops).toEqual([{ ...OTHER, milliseconds: 250, outcome: 'timeout' }]);
  });

  it.each(['abc', 'g'.repeat(32), '0'.repeat(33)])('refuses %s for a key', async (key) => {
    const wall = await openWall();
    expect((await wall.ask('GET', `/v1/network/lookup/${key}`)).body).toMatchObject({
      type: '/problems/invalid-id',
      status: 400,
    });
  });

  it.each(['/self', '/ring', `/lookup/${'0'.repeat(32)}`])('%s says when the router does not answer', async (path) => {
    const wall = await openWall();
    wall.ring.faults.status = status.UNAVAILABLE;
    expect(await wall.ask('GET', `/v1/network${path}`)).toMatchObject({
      status: 503,
      body: { type: '/problems/ring-unavailable' },
    });
    wall.ring.faults.status = status.DEADLINE_EXCEEDED;
    expect(await wall.ask('GET', `/v1/network${path}`)).toMatchObject({
      status: 504,
      body: { type: '/problems/ring-timeout' },
    });
  });
});
