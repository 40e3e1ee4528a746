/** Links under fault rules: real sockets between phones, and the rules of one of them. */
import { afterEach, describe, expect, test } from 'vitest';
import type { FaultDirection, FaultRule } from '../../../services/chord-router/adapters/faults/fault-rule.ts';
import type { LinkOwner } from '../../../services/chord-router/adapters/links/peer-link.ts';
import { startToyPhone, stopToyPhones, type ToyPhone, until } from './toy-phone.ts';

afterEach(stopToyPhones);

const PING = { type: 'ping' } as const;
const BOTH = new Set<FaultDirection>(['in', 'out']);
const IN = new Set<FaultDirection>(['in']);

function put(phone: ToyPhone, ...rules: Partial<FaultRule>[]): void {
  const nothing = {
    peers: undefined,
    directions: BOTH,
    cut: false,
    delayMs: [0, 0] as const,
    jitterMs: 0,
    loss: 0,
    packetLoss: 0,
  };
  phone.faults.replace({ seed: 1, rules: rules.map((rule) => ({ ...nothing, ...rule })), expiresMs: undefined });
}

/** Two phones with a link between them, opened by the one without rules. */
async function pair(serve?: LinkOwner['serve']): Promise<{ plain: ToyPhone; faulty: ToyPhone }> {
  const [plain, faulty] = [await startToyPhone(serve && { serve }), await startToyPhone({ faulty: true, serve })];
  expect(await plain.ask(faulty.contact, PING)).toMatchObject({ ok: true });
  return { plain, faulty };
}

async function rtt(from: ToyPhone, to: ToyPhone): Promise<number> {
  const outcome = await from.ask(to.contact, PING);
  return outcome.ok ? outcome.rttMs : Infinity;
}

describe('a link under fault rules', () => {
  test('takes longer by the delay, each way, whoever asks, and no longer once they are cleared', async () => {
    const { plain, faulty } = await pair();
    put(faulty, { delayMs: [60, 60] });
    for (const [from, to] of [
      [plain, faulty],
      [faulty, plain],
    ] as const) {
      expect(await rtt(from, to)).toBeGreaterThanOrEqual(120);
    }
    put(faulty, { delayMs: [60, 60], directions: IN });
    expect(await rtt(plain, faulty)).toBeGreaterThanOrEqual(60);
    const delayed = new Map([
      ['delayed in', 3],
      ['delayed out', 2],
    ]);
    expect(faulty.happened).toEqual(delayed);
    faulty.faults.clear();
    expect(await rtt(plain, faulty)).toBeLessThan(Infinity);
    expect(faulty.happened).toEqual(delayed);
  });

  test('loses requests and replies, each for itself, and stays open', async () => {
    const { plain, faulty } = await pair();
    put(faulty, { loss: 0.5 });
    const outcomes = await Promise.all(Array.from({ length: 400 }, () => plain.ask(faulty.contact, PING, 3_000)));
    const answered = outcomes.filter(({ ok }) => ok).length;
    // Both ways arrive for a quarter of the calls, half of the requests get as far as being served.
    expect(answered).toBeGreaterThan(60);
    expect(answered).toBeLessThan(140);
    const failures = new Set(outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.failure])));
    expect(failures).toEqual(new Set(['timeout']));
    const lost = (faulty.happened.get('lost in') ?? 0) + (faulty.happened.get('lost out') ?? 0);
    expect(lost).toBe(400 - answered);
    expect([plain.opened.length, plain.closed.length, plain.lost.length]).toEqual([1, 0, 0]);
    faulty.faults.clear();
    expect(await rtt(plain, faulty)).toBeLessThan(Infinity);
  });

  test('opens though every request and reply is lost', async () => {
    const plain = await startToyPhone();
    const faulty = await startToyPhone({ faulty: true });
    put(faulty, { loss: 1 });
    expect(await plain.ask(faulty.contact, PING, 50)).toMatchObject({ ok: false, failure: 'timeout' });
    await until(() => plain.opened.length === 1);
  });

  test('that is cut carries nothing either way and works again when it is whole', async () => {
    const { plain, faulty } = await pair();
    put(faulty, { peers: new Set([plain.contact.address]), cut: true });
    const outcomes = [await plain.ask(faulty.contact, PING, 30), await faulty.ask(plain.contact, PING, 30)];
    for (const outcome of outcomes) expect(outcome).toMatchObject({ ok: false, failure: 'timeout' });
    await until(() => faulty.happened.has('cut in'));
    expect([plain.lost, faulty.lost, plain.closed, faulty.closed]).toEqual([[], [], [], []]);
    expect(faulty.happened).toEqual(
      new Map([
        ['cut in', 1],
        ['cut out', 1],
      ]),
    );
    faulty.faults.clear();
    expect(await rtt(plain, faulty)).toBeLessThan(Infinity);
    expect(plain.opened).toHaveLength(1);
  });

  test('cannot be opened to or from a phone that is cut off by its id, though others can', async () => {
    const [plain, other] = [await startToyPhone({ limits: { handshakeMs: 2_000 } }), await startToyPhone()];
    const faulty = await startToyPhone({ faulty: true, limits: { handshakeMs: 2_000 } });
    put(faulty, { peers: new Set([plain.contact.id]), cut: true });
    const outcomes = await Promise.all([
      plain.ask(faulty.contact, PING),
      faulty.ask(plain.contact, PING),
      other.ask(faulty.contact, PING),
    ]);
    expect(outcomes.map(({ ok }) => ok)).toEqual([false, false, true]);
    expect([plain.opened, faulty.opened.map(({ contact }) => contact)]).toEqual([[], [other.contact]]);
  });

  test('that is cut one way is heard and hears nothing', async () => {
    const served: string[] = [];
    const { plain, faulty } = await pair((from, _request, answer) => {
      served.push(from.address);
      answer({ reply: { type: 'done' } });
    });
    served.length = 0;
    put(faulty, { directions: IN, cut: true });
    expect(await faulty.ask(plain.contact, PING, 50)).toMatchObject({ ok: false, failure: 'timeout' });
    expect(await plain.ask(faulty.contact, PING, 50)).toMatchObject({ ok: false, failure: 'timeout' });
    await until(() => served.length > 0);
    expect(served).toEqual([faulty.contact.address]);
  });

  test('loses what is on its way when the cut comes', async () => {
    const { plain, faulty } = await pair();
    put(faulty, { delayMs: [1_000, 1_000] });
    const call = plain.ask(faulty.contact, PING, 3_000);
    await until(() => faulty.happened.has('delayed in'));
    put(faulty, { cut: true });
    expect(await call).toMatchObject({ ok: false, failure: 'timeout' });
    expect(faulty.happened.get('cut in')).toBe(1);
  });

  test('does not tell behind a cut that the other phone is gone, but afterwards', async () => {
    const { plain, faulty } = await pair();
    const silent = faulty.ask(plain.contact, PING, 60_000);
    put(faulty, { cut: true });
    await plain.stop();
    const other = await startToyPhone();
    put(faulty, { peers: new Set([plain.contact.address]), cut: true });
    expect(await other.ask(faulty.contact, PING)).toMatchObject({ ok: true });
    expect([faulty.lost, faulty.closed]).toEqual([[], []]);
    faulty.faults.clear();
    expect(await silent).toMatchObject({ ok: false, failure: 'unreachable' });
    expect(faulty.lost).toEqual([plain.contact]);
  });

  test('says goodbye in its turn: what was sent before arrives first', async () => {
    const served: number[] = [];
    const { plain, faulty } = await pair((_from, _request, answer) => {
      served.push(1);
      answer({ reply: { type: 'done' } });
    });
    served.length = 0;
    put(faulty, { delayMs: [80, 80], directions: new Set<FaultDirection>(['out']) });
    void faulty.ask(plain.contact, PING);
    await until(() => faulty.happened.has('delayed out'));
    faulty.pool.stop();
    await until(() => plain.closed.length === 1);
    expect([served.length, plain.lost.length]).toEqual([1, 0]);
  });

  test('holds back a flood that it delivers late, and delivers all of it', async () => {
    let served = 0;
    const { plain, faulty } = await pair((_from, _request, answer) => {
      served++;
      answer({ reply: { type: 'done' } });
    });
    put(faulty, { delayMs: [100, 100], directions: IN });
    const records = [Buffer.alloc(30_000, 7)];
    for (let i = 0; i < 200; i++) void plain.ask(faulty.contact, { type: 'put-records', records, purpose: 'write' });
    await until(() => served === 201);
    expect(faulty.happened.get('delayed in')).toBe(200);
  });
});

test('a phone that takes no rules has nothing between its links and their streams', async () => {
  const { plain } = await pair();
  put(plain, { cut: true });
  expect(plain.happened.size).toBe(0);
  const other = await startToyPhone();
  expect(await other.ask(plain.contact, PING)).toMatchObject({ ok: true });
});
