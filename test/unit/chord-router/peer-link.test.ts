import { afterEach, describe, expect, it } from 'vitest';
import type { Frame } from '../../../proto/gen/ringwall/peer/v1/peer.ts';
import type { LinkOwner } from '../../../services/chord-router/adapters/links/peer-link.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import type { Id } from '../../../services/shared/core/id.ts';
import { callAndProve, strangerIdentity } from './stranger.ts';
import { startToyPhone, stopToyPhones, until } from './toy-phone.ts';

afterEach(stopToyPhones);

const PING = { type: 'ping' } as const;
const KEY = '0123456789abcdef0123456789abcdef' as Id;

/** Answers find-successor with the caller and the key it asked for. */
const echo: LinkOwner['serve'] = (from, request, answer) => {
  const key = request.type === 'find-successor' ? request.key : KEY;
  answer({ reply: { type: 'found-successor', owner: from, ownerSuccessors: [], closer: [{ ...from, id: key }] } });
};

describe('a link between two phones', () => {
  it('carries requests of both ends over one stream', async () => {
    const a = await startToyPhone({ serve: echo });
    const b = await startToyPhone({ serve: echo });
    const there = await a.ask(b.contact, { type: 'find-successor', key: KEY });
    expect(there).toMatchObject({ ok: true, reply: { owner: a.contact } });
    const back = await b.ask(a.contact, { type: 'find-successor', key: KEY });
    expect(back).toMatchObject({ ok: true, reply: { owner: b.contact } });
    expect([a.pool.size, b.pool.size]).toEqual([1, 1]);
    expect(a.opened).toEqual([{ contact: b.contact, dialled: true }]);
    expect(b.opened).toEqual([{ contact: a.contact, dialled: false }]);
  });

  it('carries a thousand calls at once, each with its own answer', async () => {
    const a = await startToyPhone();
    const b = await startToyPhone({ serve: echo });
    const keys = Array.from({ length: 1_000 }, (_, n) => n.toString(16).padStart(32, '0') as Id);
    const outcomes = await Promise.all(keys.map((key) => a.ask(b.contact, { type: 'find-successor', key })));
    expect(outcomes.map((outcome) => outcome.ok && (outcome.reply as { closer: Contact[] }).closer[0]!.id)).toEqual(
      keys,
    );
    expect(b.opened).toHaveLength(1);
  });

  it('settles on one link when both open one at once', async () => {
    const a = await startToyPhone({ limits: { sweepMs: 50 } });
    const b = await startToyPhone({ limits: { sweepMs: 50 } });
    const outcomes = await Promise.all([a.ask(b.contact, PING), b.ask(a.contact, PING)]);
    expect(outcomes.map((outcome) => outcome.ok)).toEqual([true, true]);
    await until(() => a.opened.length === 2);
    await until(() => a.pool.size === 1 && b.pool.size === 1);
    const kept = a.opened.find(({ dialled }) => dialled === a.contact.id < b.contact.id);
    expect(kept?.contact).toEqual(b.contact);
    expect(await a.ask(b.contact, PING)).toMatchObject({ ok: true });
    expect(await b.ask(a.contact, PING)).toMatchObject({ ok: true });
    expect([...a.lost, ...b.lost]).toEqual([]);
  });

  it('uses the newer of two links that one phone opened, for the older may be dead', async () => {
    const a = await startToyPhone();
    const returning = strangerIdentity();
    const streams = [
      await callAndProve(a.contact.address, returning),
      await callAndProve(a.contact.address, returning),
    ];
    await until(() => a.opened.length === 2);
    const call = a.ask(returning.contact, PING);
    const request = await streams[1]!.frame(2);
    expect(request.body?.$case).toBe('request');
    const done: Frame['body'] = { $case: 'reply', value: { body: { $case: 'done', value: {} } } };
    streams[1]!.send({ requestId: request.requestId, body: done });
    expect(await call).toMatchObject({ ok: true });
    expect(streams[0]!.received).toHaveLength(2);
    for (const stream of streams) stream.close();
  });

  it('goes back to the other of two links when the one in use breaks off', async () => {
    const a = await startToyPhone();
    const other = strangerIdentity();
    const [older, newer] = [await callAndProve(a.contact.address, other), await callAndProve(a.contact.address, other)];
    await until(() => a.opened.length === 2);
    newer.close();
    await until(() => a.closed.length === 1);
    expect(a.lost).toEqual([]);
    const call = a.ask(other.contact, PING, 60_000);
    expect((await older.frame(2)).body?.$case).toBe('request');
    older.close();
    expect(await call).toMatchObject({ ok: false, failure: 'unreachable' });
    expect(a.lost).toEqual([other.contact]);
  });

  it('fails open calls at once when the other phone is gone, and says whom it lost', async () => {
    const a = await startToyPhone();
    const b = await startToyPhone({ serve: () => {} });
    const call = a.ask(b.contact, PING, 600_000);
    await until(() => b.opened.length === 1);
    await b.stop();
    const outcome = await call;
    expect(outcome).toMatchObject({ ok: false, failure: 'unreachable' });
    expect(await a.ask(b.contact, PING)).toMatchObject({ ok: false, failure: 'unreachable' });
  });

  it('times out a call that gets no answer, drops the late one and goes on', async () => {
    const a = await startToyPhone();
    const late: (() => void)[] = [];
    const b = await startToyPhone({
      serve: (from, request, answer) => {
        if (request.type === 'ping') late.push(() => answer({ reply: { type: 'done' } }));
        else echo(from, request, answer);
      },
    });
    expect(await a.ask(b.contact, PING, 20)).toMatchObject({ ok: false, failure: 'timeout' });
    await until(() => late.length === 1);
    for (const answer of late) answer();
    expect(await a.ask(b.contact, { type: 'find-successor', key: KEY })).toMatchObject({ ok: true });
    expect(a.refusals).toEqual([]);
  });

  it('keeps a link on which calls go unanswered for a while: the other end may only be busy', async () => {
    const a = await startToyPhone();
    let mute = false;
    const b = await startToyPhone({
      serve: (_from, _request, answer) => {
        if (!mute) answer({ reply: { type: 'done' } });
      },
    });
    expect(await a.ask(b.contact, PING)).toMatchObject({ ok: true });
    mute = true;
    for (let n = 0; n < 6; n++) await a.ask(b.contact, PING, 10);
    mute = false;
    expect(await a.ask(b.contact, PING)).toMatchObject({ ok: true });
    expect(a.opened.length).toBe(1);
  });

  it('opens a new link when several calls in a row went unanswered, and nothing was heard for long', async () => {
    const a = await startToyPhone({ limits: { silentMs: 20 } });
    let mute = false;
    const b = await startToyPhone({
      serve: (_from, _request, answer) => {
        if (!mute) answer({ reply: { type: 'done' } });
      },
    });
    expect(await a.ask(b.contact, PING)).toMatchObject({ ok: true });
    mute = true;
    for (let n = 0; n < 4; n++) {
      expect(await a.ask(b.contact, PING, 10)).toMatchObject({ ok: false, failure: 'timeout' });
    }
    mute = false;
    expect(await a.ask(b.contact, PING)).toMatchObject({ ok: true });
    expect(a.opened.length).toBeGreaterThan(1);
  });

  it('hands a refusal to the caller', async () => {
    const a = await startToyPhone();
    const b = await startToyPhone({
      serve: (_from, _request, answer) => answer({ refusal: { code: 9, message: 'leaving' } }),
    });
    expect(await a.ask(b.contact, PING)).toMatchObject({ ok: false, failure: 'refused' });
  });

  it('refuses a reply of the wrong kind', async () => {
    const a = await startToyPhone();
    const b = await startToyPhone({
      serve: (_from, _request, answer) => answer({ reply: { type: 'probed', reachable: true } }),
    });
    expect(await a.ask(b.contact, PING)).toMatchObject({ ok: false, failure: 'refused' });
    expect(a.refusals).toEqual(['invalid-reply']);
  });

  it('costs nothing once cancelled', async () => {
    const a = await startToyPhone();
    const b = await startToyPhone();
    let called = false;
    a.pool.call(b.contact, PING, 1_000, () => {
      called = true;
    })();
    expect(await a.ask(b.contact, PING)).toMatchObject({ ok: true });
    a.pool.call(b.contact, PING, 1_000, () => {
      called = true;
    })();
    expect(await a.ask(b.contact, PING)).toMatchObject({ ok: true });
    expect(called).toBe(false);
  });

  it('is closed when idle unless pinned, and opened again on demand', async () => {
    const a = await startToyPhone({ limits: { idleMs: 30, sweepMs: 10 } });
    const [b, c] = [await startToyPhone(), await startToyPhone()];
    a.pool.pin([c.contact]);
    await Promise.all([a.ask(b.contact, PING), a.ask(c.contact, PING)]);
    await until(() => b.pool.size === 0);
    expect(a.pool.size).toBe(1);
    expect(await a.ask(b.contact, PING)).toMatchObject({ ok: true });
    expect(c.closed).toEqual([]);
    expect([...a.lost, ...b.lost, ...c.lost]).toEqual([]);
  });

  it('asks again over a new link when the old one was closed on purpose meanwhile', async () => {
    const a = await startToyPhone();
    const b = await startToyPhone({ limits: { links: 1 } });
    const c = await startToyPhone();
    await a.ask(b.contact, PING);
    for (let n = 0; n < 20; n++) {
      // Each of the two pushes the other one's link out of b's single place.
      const outcomes = await Promise.all([a.ask(b.contact, PING), b.ask(c.contact, PING)]);
      expect(outcomes[1]).toMatchObject({ ok: true });
    }
    expect(a.lost).toEqual([]);
  });

  it('makes room by closing the link that was idle longest', async () => {
    const a = await startToyPhone({ limits: { links: 3 } });
    const others = await Promise.all(Array.from({ length: 5 }, () => startToyPhone()));
    for (const other of others) expect(await a.ask(other.contact, PING)).toMatchObject({ ok: true });
    expect(a.pool.size).toBeLessThanOrEqual(3);
    await until(() => others[0]!.pool.size === 0);
    expect(others[4]!.pool.size).toBe(1);
  });

  it('keeps reading slowly rather than without bound when replies are not taken', async () => {
    const big = new Uint8Array(60_000);
    const a = await startToyPhone();
    const b = await startToyPhone({
      linkLimits: { unsentHighBytes: 100_000 },
      serve: (_from, _request, answer) => answer({ reply: { type: 'fetched-records', records: [big, big, big] } }),
    });
    const wanted = [{ place: KEY, key: 'k' }];
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, () => a.ask(b.contact, { type: 'fetch-records', wanted })),
    );
    expect(outcomes.every((outcome) => outcome.ok)).toBe(true);
  });

  it('refuses to send what no message can hold', async () => {
    const a = await startToyPhone();
    const records = Array.from({ length: 20 }, () => new Uint8Array(65_000));
    const b = await startToyPhone({
      serve: (_from, _request, answer) => answer({ reply: { type: 'fetched-records', records } }),
    });
    expect(await a.ask(b.contact, { type: 'put-records', records, purpose: 'write' })).toMatchObject({
      ok: false,
      failure: 'refused',
    });
    expect(await a.ask(b.contact, { type: 'fetch-records', wanted: [] })).toMatchObject({
      ok: false,
      failure: 'refused',
    });
  });
});

describe('identify', () => {
  it('tells who lives at an address, by a link that stays', async () => {
    const a = await startToyPhone();
    const b = await startToyPhone();
    expect(await a.identify(b.contact.address)).toEqual(b.contact);
    expect(await a.identify(b.contact.address.replace('127.0.0.1', 'localhost'))).toEqual(b.contact);
    await a.ask(b.contact, PING);
    expect(b.opened).toHaveLength(1);
  });

  it('finds nobody at its own address and where nobody listens', async () => {
    const a = await startToyPhone();
    const b = await startToyPhone();
    await b.stop();
    expect(await a.identify(a.contact.address)).toBeUndefined();
    expect(await a.identify(b.contact.address)).toBeUndefined();
    expect(await a.identify('no such address')).toBeUndefined();
  });

  it('does not mistake a new phone at an old address for the old one', async () => {
    const a = await startToyPhone();
    const b = await startToyPhone();
    const stranger = { ...b.contact, id: KEY };
    expect(await a.ask(stranger, PING)).toMatchObject({ ok: false, failure: 'unreachable' });
    expect(a.refusals).toEqual(['other-phone']);
  });
});
