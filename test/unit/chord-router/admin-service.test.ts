/** AdminService over a real socket: who may, what is refused, and that a refusal changes nothing. */
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AdminServiceDefinition, FaultDirection, type FaultRule } from '../../../proto/gen/ringwall/admin/v1/admin.ts';
import { admissionOf, createAdminService } from '../../../services/chord-router/adapters/admin-service.ts';
import { FaultInjection } from '../../../services/chord-router/adapters/faults/fault-injection.ts';
import { replaceFaults } from '../../../services/chord-router/client/fault-client.ts';
import { grpcClient } from '../../../services/shared/runtime/grpc/grpc-client.ts';
import { GrpcServer } from '../../../services/shared/runtime/grpc/grpc-server.ts';
import { formatHostPort } from '../../../services/shared/runtime/network/host-port.ts';
import { createLogger } from '../../../services/shared/runtime/program/logging.ts';

const TOKEN = 'a token of enough characters';
const ID = '0123456789abcdef0123456789abcdef';
const cleanups: (() => Promise<void> | void)[] = [];
let faults: FaultInjection;
let address: string;

async function serve(injection: FaultInjection | undefined, token: string | undefined): Promise<string> {
  const crashed = (error: unknown): void => expect.unreachable(String(error));
  const server = new GrpcServer({ crashed });
  server.add(AdminServiceDefinition, createAdminService(injection, createLogger('silent')), admissionOf(token));
  cleanups.push(() => server.stop(0));
  return formatHostPort(await server.listen({ host: '127.0.0.1', port: 0 }));
}

function clientOf(at: string, token?: string) {
  const client = grpcClient(AdminServiceDefinition, at, token === undefined ? {} : { token });
  cleanups.push(() => client.close());
  return client.service;
}

beforeEach(async () => {
  faults = new FaultInjection('127.0.0.1:1', { happened() {} });
  address = await serve(faults, TOKEN);
});

afterEach(async () => {
  faults.stop();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const SLOW: FaultRule = {
  everyPhone: true,
  peers: [],
  direction: FaultDirection.BOTH,
  cut: false,
  delayLeastMilliseconds: 50,
  delayMostMilliseconds: 200,
  jitterMilliseconds: 10,
  loss: 0.25,
  packetLoss: 0.05,
};
const setOf = (...rules: FaultRule[]) => ({ seed: 7, rules, expiresMilliseconds: 0 });

describe('the admin service', () => {
  test('puts rules in force, tells and clears them', async () => {
    const admin = clientOf(address, TOKEN);
    const deaf = { ...SLOW, everyPhone: false, peers: [ID, '10.0.0.1:7400'], direction: FaultDirection.IN };
    const cut = {
      ...deaf,
      cut: true,
      delayLeastMilliseconds: 0,
      delayMostMilliseconds: 0,
      jitterMilliseconds: 0,
      loss: 0,
      packetLoss: 0,
    };
    await admin.replaceFaultRules({ set: setOf(cut, SLOW) });
    expect((await admin.getFaultRules({})).set).toEqual(setOf(cut, SLOW));
    const peer = { id: undefined, address: '10.0.0.1:7400' };
    expect([faults.way(peer, 'in')?.cut, faults.way(peer, 'out')?.cut]).toEqual([true, false]);
    await admin.replaceFaultRules({ set: { ...setOf(SLOW), expiresMilliseconds: 60_000 } });
    const left = (await admin.getFaultRules({})).set!;
    expect(left.rules).toEqual([SLOW]);
    expect(left.expiresMilliseconds).toBeGreaterThan(30_000);
    expect(left.expiresMilliseconds).toBeLessThanOrEqual(60_000);
    await admin.clearFaultRules({});
    expect((await admin.getFaultRules({})).set).toEqual({ seed: 0, rules: [], expiresMilliseconds: 0 });
  });

  test.each([
    [undefined, 'the admin token is missing'],
    ['another token than the phone has', "the admin token is not this phone's"],
    [TOKEN.slice(0, -1), "the admin token is not this phone's"],
    [`${TOKEN}x`, "the admin token is not this phone's"],
  ])('refuses every call that shows %j for a token', async (token, message) => {
    faults.replace({ seed: 1, rules: [], expiresMs: undefined });
    const admin = clientOf(address, token);
    const refusal = { code: status.UNAUTHENTICATED, message: expect.stringContaining(message) as string };
    await expect(admin.replaceFaultRules({ set: setOf(SLOW) })).rejects.toMatchObject(refusal);
    await expect(admin.getFaultRules({})).rejects.toMatchObject(refusal);
    await expect(admin.clearFaultRules({})).rejects.toMatchObject(refusal);
    expect(faults.set).toMatchObject({ seed: 1, rules: [] });
  });

  test('of a phone that was started without a token says so, whatever is shown', async () => {
    const off = clientOf(await serve(undefined, undefined), TOKEN);
    const refusal = {
      code: status.FAILED_PRECONDITION,
      message: 'this phone takes no admin calls: start it with RINGWALL_ADMIN_TOKEN to let tests break its links',
    };
    await expect(off.replaceFaultRules({ set: setOf(SLOW) })).rejects.toMatchObject(refusal);
    await expect(off.getFaultRules({})).rejects.toMatchObject(refusal);
    await expect(off.clearFaultRules({})).rejects.toMatchObject(refusal);
  });

  test.each<[string, Partial<FaultRule>]>([
    ['either every_phone or peers must say which phones it is about', { everyPhone: false }],
    ['either every_phone or peers must say which phones it is about', { peers: [ID] }],
    ['peers must be at most 1024, not 1025', { everyPhone: false, peers: Array<string>(1025).fill(ID) }],
    ['peers must be ids (32 hexadecimal digits) or ip:port of peer APIs', { everyPhone: false, peers: ['host:1'] }],
    ['direction must be BOTH, OUT or IN', { direction: 9 as FaultDirection }],
    ['delay_least_milliseconds must be from 0 to delay_most_milliseconds', { delayLeastMilliseconds: 201 }],
    ['delay_least_milliseconds must be from 0 to delay_most_milliseconds', { delayLeastMilliseconds: -1 }],
    ['delay_most_milliseconds must be from 0 to 10000', { delayMostMilliseconds: 10_001 }],
    ['jitter_milliseconds must be from 0 to 1000', { jitterMilliseconds: Number.NaN }],
    ['loss must be a part from 0 to 1', { loss: 1.01 }],
    ['packet_loss must be a part from 0 to 0.5', { packetLoss: 0.51 }],
    ['a cut leaves nothing to be late or lost', { cut: true }],
  ])('refuses a set as a whole: %s', async (message, change) => {
    faults.replace({ seed: 1, rules: [], expiresMs: undefined });
    const admin = clientOf(address, TOKEN);
    const call = admin.replaceFaultRules({ set: setOf(SLOW, { ...SLOW, ...change }) });
    await expect(call).rejects.toMatchObject({ code: status.INVALID_ARGUMENT, message: `rules[1]: ${message}` });
    expect(faults.set).toMatchObject({ seed: 1, rules: [] });
  });

  test('refuses no set and too many rules', async () => {
    const admin = clientOf(address, TOKEN);
    await expect(admin.replaceFaultRules({ set: undefined })).rejects.toMatchObject({
      message: 'set must be given; ClearFaultRules takes all rules away',
    });
    await expect(
      admin.replaceFaultRules({ set: setOf(...Array.from({ length: 65 }, () => SLOW)) }),
    ).rejects.toMatchObject({
      message: 'rules must be at most 64, not 65',
    });
  });

  test('understands the client that testnets use', async () => {
    const cut = { peers: ['10.0.0.1:7400'], cut: true, direction: 'out' } as const;
    await replaceFaults(address, TOKEN, { seed: 3, rules: [cut, { delayMs: [1, 2], jitterMs: 3, loss: 0.5 }] });
    expect(faults.set).toEqual({
      seed: 3,
      expiresMs: undefined,
      rules: [
        {
          peers: new Set(['10.0.0.1:7400']),
          directions: new Set(['out']),
          cut: true,
          delayMs: [0, 0],
          jitterMs: 0,
          loss: 0,
          packetLoss: 0,
        },
        {
          peers: undefined,
          directions: new Set(['in', 'out']),
          cut: false,
          delayMs: [1, 2],
          jitterMs: 3,
          loss: 0.5,
          packetLoss: 0,
        },
      ],
    });
    await expect(replaceFaults(address, 'no such token here', { seed: 1, rules: [] })).rejects.toMatchObject({
      code: status.UNAUTHENTICATED,
    });
  });
});
