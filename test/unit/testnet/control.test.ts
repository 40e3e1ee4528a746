/** The second terminal: commands over the control port of a testnet of stand-in phones. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendCommand } from '../../../testnet/control/control-client.ts';
import type { ChurnSummary, ControlAddress, PhoneStatus } from '../../../testnet/control/control-protocol.ts';
import { ControlServer } from '../../../testnet/control/control-server.ts';
import { performer } from '../../../testnet/perform.ts';
import { Testnet } from '../../../testnet/testnet.ts';

let net: Testnet;
let control: ControlServer;
let wentDown = 0;

beforeAll(async () => {
  net = await Testnet.start({
    phones: 4,
    people: false,
    program: join(import.meta.dirname, 'fake-phone.ts'),
  });
  control = await ControlServer.start(
    net.dataDir,
    performer(net, () => wentDown++),
  );
});

afterAll(async () => {
  await control?.[Symbol.asyncDispose]();
  await net?.[Symbol.asyncDispose]();
});

const send = <Result>(command: Parameters<typeof sendCommand>[1]): Promise<Result> =>
  sendCommand<Result>(net.dataDir, command);

async function post(body: string, headers: Record<string, string> = {}): Promise<{ status: number; error: string }> {
  const { port, token } = JSON.parse(readFileSync(join(net.dataDir, 'control.json'), 'utf8')) as ControlAddress;
  const response = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${token}`, ...headers },
  });
  return { status: response.status, error: ((await response.json()) as { error: string }).error };
}

describe('the control port', () => {
  test('tells the status of every phone', async () => {
    const phones = await send<PhoneStatus[]>({ command: 'status' });
    expect(phones.map((phone) => phone.n)).toEqual([1, 2, 3, 4]);
    for (const phone of phones) {
      expect(phone).toMatchObject({ state: 'running', pid: net.phone(phone.n).pid, id: net.phone(phone.n).id });
      expect(phone.privateBytes).toBeGreaterThan(1e6);
      expect(phone.cpuSeconds).toBeGreaterThan(0);
    }
    expect(new Set(phones.map((phone) => phone.successor))).toEqual(new Set([1, 2, 3, 4]));
  });

  test('kills, restarts and adds phones', async () => {
    expect(await send({ command: 'kill', n: 2 })).toEqual({ n: 2, state: 'killed' });
    const killed = (await send<PhoneStatus[]>({ command: 'status' }))[1];
    expect(killed).toMatchObject({ state: 'killed', pid: null, records: null, privateBytes: null });
    expect(await send({ command: 'restart', n: 2 })).toEqual({ n: 2, state: 'running' });
    expect(await send({ command: 'join', count: 1 })).toEqual([{ n: 5, api: net.phone(5).api }]);
  });

  test('churn ends with the phones that were there before', async () => {
    const before = net.running.map((phone) => phone.n);
    const steps: string[] = [];
    const command = { command: 'churn', rate: 600, forSeconds: 4, seed: 3 } as const;
    const summary = await sendCommand<ChurnSummary>(net.dataDir, command, (step) => steps.push(step));
    expect(summary.failed).toBeGreaterThan(0);
    expect(summary.joined).toBeGreaterThan(0);
    expect(steps.length).toBeGreaterThan(summary.failed);
    expect(net.phones.map((phone) => phone.n)).toEqual(before);
    expect(net.running.map((phone) => phone.n)).toEqual(before);
  });

  test('one who hangs up ends the churn', async () => {
    const controller = new AbortController();
    const churn = sendCommand(
      net.dataDir,
      { command: 'churn', rate: 600, forSeconds: undefined, seed: 1 },
      () => controller.abort(),
      controller.signal,
    );
    await expect(churn).rejects.toThrow('abort');
    const states = (): string[] => net.phones.map((phone) => `${phone.n} ${phone.state}`);
    const whole = [1, 2, 3, 4, 5].map((n) => `${n} running`);
    await expect.poll(states, { timeout: 60_000 }).toEqual(whole);
  });

  test('down is passed on to whoever runs the testnet', async () => {
    await send({ command: 'down' });
    expect(wentDown).toBe(1);
  });

  test('refuses what is no command, changing nothing', async () => {
    const everybody = net.phones.map(({ n }) => n);
    await expect(send({ command: 'cut', phones: everybody })).rejects.toThrow('a cut needs a phone on the other side');
    await expect(send({ command: 'cut', phones: [99] })).rejects.toThrow('there is no phone 99');
    await expect(send({ command: 'cut', phones: [] })).rejects.toThrow(
      'phones must be the numbers of at least one phone',
    );
    const quality = { delayMs: [0, 10], jitterMs: 0, loss: 0 } as const;
    await expect(send({ command: 'slow', phones: [1, 99], ...quality })).rejects.toThrow('there is no phone 99');
    await expect(send({ command: 'kill', n: 99 })).rejects.toThrow('there is no phone 99: the phones are 1 to 5');
    const faulty: [string, string][] = [
      ['{', 'the command is no JSON'],
      ['null', 'there is no command undefined'],
      ['{"command":"constructor"}', 'there is no command "constructor"'],
      ['{"command":"kill","n":"1"}', 'n must be the number of a phone'],
      ['{"command":"kill","n":0}', 'n must be the number of a phone'],
      ['{"command":"join","count":1.5}', 'count must be a whole number of at least 1'],
      ['{"command":"churn","rate":0}', 'rate must be over 0 and at most 600'],
      ['{"command":"churn","rate":1,"forSeconds":-1}', 'for must be over 0 s'],
      ['{"command":"churn","rate":1,"seed":0.5}', 'seed must be a whole number'],
      ['{"command":"cut","phones":[1],"oneWay":1}', 'oneWay must be true or false'],
      ['{"command":"slow","phones":[]}', 'phones must be the numbers of at least one phone'],
      ['{"command":"slow","phones":[1]}', 'delayMs must be a range of times up to 10000 ms'],
      ['{"command":"slow","phones":[1],"delayMs":[9,8]}', 'delayMs must be a range of times up to 10000 ms'],
      ['{"command":"slow","phones":[1],"delayMs":[0,10001]}', 'delayMs must be a range of times up to 10000 ms'],
      ['{"command":"slow","phones":[1],"delayMs":[0,0],"jitterMs":-1}', 'jitterMs must be from 0 to 1000'],
      ['{"command":"slow","phones":[1],"delayMs":[0,0],"jitterMs":0,"loss":2}', 'loss must be a part from 0 to 1'],
      [
        '{"command":"slow","phones":[1],"delayMs":[0,0],"jitterMs":0,"loss":0,"packetLoss":0.6}',
        'packetLoss must be a part from 0 to 0.5',
      ],
      [' '.repeat(20_000), 'the command is too long'],
    ];
    for (const [body, error] of faulty) expect(await post(body), body).toEqual({ status: 400, error });
    expect(net.running).toHaveLength(5);
  });

  test('serves only those who can read the data folder', async () => {
    const { status } = await post('{"command":"down"}', { authorization: 'Bearer guess' });
    expect(status).toBe(403);
    expect(wentDown).toBe(1);
    expect(statSync(join(net.dataDir, 'control.json')).mode & 0o077).toBe(0);
  });

  test('says so when no testnet runs there', async () => {
    await expect(sendCommand('/nowhere', { command: 'status' })).rejects.toThrow('no testnet runs in /nowhere');
  });
});
