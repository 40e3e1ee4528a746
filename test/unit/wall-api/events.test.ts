import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { EventStream } from '../../../services/shared/http/event-stream.ts';
import {
  EVENT_LIMITS,
  EventHub,
  type EventLimits,
  type WallEvent,
} from '../../../services/wall-api/core/notifications/events.ts';
import { ManualTimers } from './manual-timers.ts';
import { befriend, loseAnswers, post, type Somebody, somebody, twoPhones } from './social-scene.ts';

/** A hub over somebody's wall that looks at the ring when the test says so. */
function hubOf(me: Somebody, limits: Partial<EventLimits> = {}) {
  const { ring, crypto, social, sessions } = me.wall.wall().context;
  const timers = new ManualTimers();
  const defects: unknown[] = [];
  const { friends, blocks } = social;
  const crashed = (error: unknown): void => void defects.push(error);
  const now = (): number => me.wall.clock.nowMs;
  const parts = { ring, crypto, now, after: timers.after, friends, blocks, crashed };
  const hub = new EventHub(parts, { ...EVENT_LIMITS, friendsEveryMs: 0, ...limits });
  const person = sessions.find(me.token)!;
  const listen = (lastId?: string): { events: WallEvent[]; stop: () => void } => {
    const events: WallEvent[] = [];
    return { events, stop: hub.listen(person, lastId, (event) => events.push(event)) };
  };
  const look = async (): Promise<void> => {
    await timers.run();
    await until(() => timers.pauses.length > 0);
  };
  return { hub, timers, listen, look, defects };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

const summary = (events: readonly WallEvent[]): string[] =>
  events.map((event) => ('notification' in event ? `${event.type}: ${event.notification.subject.type}` : event.type));

describe('the event hub', () => {
  it('tells of what happened since, and not of what was there before', async () => {
    const { ada, bob } = await twoPhones();
    const { id } = await post(ada, 'root');
    await befriend(ada, bob);
    await post(bob, 'old', { inReplyTo: id });
    ada.wall.clock.nowMs = bob.wall.clock.nowMs;
    const { listen, look, defects } = hubOf(ada);
    const { events } = listen();
    await look();
    expect(events).toEqual([]);
    const reply = await post(bob, 'new', { inReplyTo: id });
    bob.wall.clock.nowMs++;
    await bob.wall.ask('PUT', `/v1/posts/${id}/reactions/wow`, { token: bob.token });
    await look();
    expect(summary(events)).toEqual(['notification: reply', 'reaction: reaction', 'post']);
    expect(events[2]).toMatchObject({ author: bob.key, post: reply.id.replaceAll('-', '') });
    await look();
    expect(events).toHaveLength(3);
    expect(new Set(events.map((event) => event.id)).size).toBe(3);
    expect(defects).toEqual([]);
  });

  it('asks less and less often while nothing happens, and not at all while nobody listens', async () => {
    const { ada, bob } = await twoPhones();
    const { id } = await post(ada, 'root');
    const { listen, look, timers } = hubOf(ada);
    const { stop, events } = listen();
    expect(timers.pauses).toEqual([0]);
    const pauses: number[] = [];
    for (let n = 0; n < 9; n++) {
      await look();
      pauses.push(timers.pauses[0]!);
    }
    expect(pauses.every((pause, index) => index === 0 || pause >= pauses[index - 1]!)).toBe(true);
    expect(pauses.at(-1)).toBe(EVENT_LIMITS.pauseMaxMs);
    await post(bob, 'reply', { inReplyTo: id });
    await look();
    expect(events).toHaveLength(1);
    expect(timers.pauses).toEqual([EVENT_LIMITS.pauseMinMs]);
    stop();
    expect(timers.pauses).toEqual([EVENT_LIMITS.lingerMs]);
  });

  it('goes on for a listener that comes back, with what happened meanwhile', async () => {
    const { ada, bob } = await twoPhones();
    const { id } = await post(ada, 'root');
    const { listen, look } = hubOf(ada);
    const first = listen();
    await look();
    await post(bob, 'one', { inReplyTo: id });
    await look();
    await post(bob, 'two', { inReplyTo: id });
    await look();
    first.stop();
    await post(bob, 'three', { inReplyTo: id });
    const again = listen(first.events[0]!.id);
    expect(again.events).toEqual(first.events.slice(1));
    await look();
    expect(again.events).toHaveLength(2);
    expect(summary(again.events)).toEqual(['notification: reply', 'notification: reply']);
  });

  it('says so when it does not know what a listener missed', async () => {
    const { ada, bob } = await twoPhones();
    const { id } = await post(ada, 'root');
    const { listen, look, timers } = hubOf(ada, { kept: 2 });
    expect(summary(listen('other-9').events)).toEqual(['gap']);
    const first = listen();
    await look();
    for (let n = 0; n < 4; n++) await post(bob, `${n}`, { inReplyTo: id });
    await look();
    expect(first.events).toHaveLength(4);
    expect(summary(listen(first.events[0]!.id).events)).toEqual(['gap']);
    expect(listen(first.events[1]!.id).events).toHaveLength(2);
    expect(listen(first.events[3]!.id).events).toEqual([]);
    const { listen: listenElsewhere, timers: others } = hubOf(ada);
    const channel = listenElsewhere();
    channel.stop();
    await others.run();
    expect(summary(listenElsewhere(first.events[3]!.id).events)).toEqual(['gap']);
    expect(timers.pauses).toHaveLength(1);
  });

  it('bounds its listeners', async () => {
    const { ada } = await twoPhones();
    const { listen } = hubOf(ada, { listenersOfOne: 2 });
    const { stop } = listen();
    listen();
    expect(() => listen()).toThrow(/streams/);
    stop();
    listen();
  });

  it('leaves out whom the listener blocked', async () => {
    const { ada, bob } = await twoPhones();
    const { id } = await post(ada, 'root');
    const { listen, look } = hubOf(ada);
    const { events } = listen();
    await look();
    await ada.wall.ask('PUT', `/v1/blocks/${bob.id}`, { token: ada.token });
    await post(bob, 'noise', { inReplyTo: id });
    await look();
    expect(events).toEqual([]);
  });

  it('tells of posts of somebody who has just become a friend, however rarely it asks who is one', async () => {
    const { ada, bob } = await twoPhones();
    const { listen, look } = hubOf(ada, { friendsEveryMs: 3_600_000 });
    const { events } = listen();
    await look();
    await befriend(ada, bob);
    ada.wall.clock.nowMs = bob.wall.clock.nowMs;
    await look();
    await look();
    bob.wall.clock.nowMs++;
    await post(bob, 'hello');
    ada.wall.clock.nowMs = bob.wall.clock.nowMs;
    await look();
    expect(summary(events)).toEqual(['notification: friend-accepted', 'post']);
  });

  it('tells of what a new friend wrote before the friendship was seen, and of nothing older', async () => {
    const { ada, bob } = await twoPhones();
    const { listen, look } = hubOf(ada, { friendsEveryMs: 3_600_000 });
    const { events } = listen();
    await post(bob, 'long ago');
    ada.wall.clock.nowMs = bob.wall.clock.nowMs + 1;
    await look();
    bob.wall.clock.nowMs = ada.wall.clock.nowMs;
    await befriend(ada, bob);
    bob.wall.clock.nowMs++;
    const { id } = await post(bob, 'hello');
    ada.wall.clock.nowMs = bob.wall.clock.nowMs;
    await look();
    await look();
    expect(summary(events)).toEqual(['notification: friend-accepted', 'post']);
    expect(events[1]).toMatchObject({ post: id.replaceAll('-', '') });
    await look();
    expect(events).toHaveLength(2);
  });

  it('takes no silence of the ring for an empty inbox', async () => {
    const { ada, bob, ring } = await twoPhones();
    const { id } = await post(ada, 'root');
    await post(bob, 'old', { inReplyTo: id });
    const { listen, look, defects } = hubOf(ada);
    const { events } = listen();
    const restore = loseAnswers(ring, ({ name }) => name === 'inbox');
    await look();
    restore();
    await look();
    expect(events).toEqual([]);
    const lose = loseAnswers(ring, () => true);
    await look();
    lose();
    await post(bob, 'new', { inReplyTo: id });
    await look();
    expect(summary(events)).toEqual(['notification: reply']);
    expect(defects).toEqual([]);
  });

  it('looks at many walls in turn', async () => {
    const { ada, bob } = await twoPhones();
    const friends = [bob];
    for (const name of ['Cleo', 'Dan', 'Eve', 'Finn']) friends.push(await somebody(bob.wall, name));
    for (const friend of friends) await befriend(ada, friend);
    const { listen, look } = hubOf(ada, { wallsAtOnce: 2 });
    const { events } = listen();
    for (let n = 0; n < 3; n++) await look();
    for (const friend of friends) await post(friend, 'news');
    ada.wall.clock.nowMs = bob.wall.clock.nowMs;
    for (let n = 0; n < 3; n++) await look();
    const authors = events.map((event) => (event.type === 'post' ? event.author : undefined));
    expect(authors).toHaveLength(friends.length);
    expect(new Set(authors)).toEqual(new Set(friends.map(({ key }) => key)));
  });
});

describe('an event stream', () => {
  it('writes what the standard says', async () => {
    const stream = new EventStream();
    stream.open();
    stream.sendEvent({ id: 'a-1', event: 'post', data: { text: 'two\nlines' } });
    stream.beat();
    stream.close('session-ended');
    stream.sendEvent({ event: 'post', data: 'too late' });
    const text = Buffer.concat(await stream.toArray()).toString();
    expect(text).toBe(
      'retry: 2000\n\nid: a-1\nevent: post\ndata: {"text":"two\\nlines"}\n\n:\n\nevent: session-ended\ndata: {}\n\n',
    );
  });

  it('is held until there is a reason to end it, and says which', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const ended = vi.fn<() => void>();
    const stopping = new AbortController();
    const reasons = [undefined, 'session-ended'];
    const stream = new EventStream();
    stream.hold({ stopping: stopping.signal, stopReason: 'phone-stopping', endReason: () => reasons.shift(), ended });
    vi.advanceTimersByTime(15_000);
    vi.advanceTimersByTime(15_000);
    stopping.abort();
    vi.useRealTimers();
    const text = Buffer.concat(await stream.toArray()).toString();
    expect(text).toBe(':\n\nevent: session-ended\ndata: {}\n\n');
    await until(() => ended.mock.calls.length > 0);
    expect(ended).toHaveBeenCalledOnce();
  });

  it('lets a client go that does not read', async () => {
    const stream = new EventStream();
    for (let n = 0; n < 400 && !stream.readableEnded; n++) stream.sendEvent({ event: 'post', data: 'x'.repeat(1_000) });
    const text = Buffer.concat(await stream.toArray()).toString();
    expect(text.endsWith('event: consumer-too-slow\ndata: {}\n\n')).toBe(true);
    expect(text.length).toBeLessThan(300_000);
  });
});

describe('GET /v1/events', () => {
  it('streams events as they happen, and ends when the phone stops', async () => {
    const { ada, bob } = await twoPhones();
    const { id } = await post(ada, 'root');
    const { app, context } = ada.wall.wall();
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    const abort = new AbortController();
    onTestFinished(() => abort.abort());
    const headers = { authorization: `Bearer ${ada.token}`, 'last-event-id': 'before-1' };
    const firstLook = answerTo(ada, 'inbox');
    const response = await fetch(`${url}/v1/events`, { headers, signal: abort.signal });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const read = reader(response);
    expect(await read()).toBe('retry: 2000');
    expect(await read()).toMatch(/^id: \S+-0\nevent: gap\ndata: \{\}$/);
    await firstLook;
    await post(bob, 'news', { inReplyTo: id });
    const event = await read();
    expect(event).toMatch(/^id: \S+-1\nevent: notification\ndata: /);
    const data = JSON.parse(event.slice(event.indexOf('data: ') + 6));
    expect(data).toMatchObject({ type: 'reply', from: { id: bob.id, name: 'Bob' }, parent: id });
    (context.stopping as unknown as EventTarget).dispatchEvent(new Event('abort'));
    expect(await read()).toBe('event: phone-stopping\ndata: {}');
    expect(await read()).toBe('');
  });

  it('stops listening when the client goes', async () => {
    const { ada } = await twoPhones();
    const { app, context } = ada.wall.wall();
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    const abort = new AbortController();
    const headers = { authorization: `Bearer ${ada.token}` };
    const response = await fetch(`${url}/v1/events`, { headers, signal: abort.signal });
    expect(await reader(response)()).toBe('retry: 2000');
    expect(context.social.events.listeners).toBe(1);
    expect((await ada.wall.ask('GET', '/metrics')).text).toContain('ringwall_wall_event_listeners 1');
    abort.abort();
    await until(() => context.social.events.listeners === 0);
    const head = await ada.wall.ask('HEAD', '/v1/events', { token: ada.token });
    expect(head.status).toBe(405);
    expect(context.social.events.listeners).toBe(0);
  });

  it('opens a bounded number of streams', async () => {
    const { ada } = await twoPhones();
    const { context } = ada.wall.wall();
    const me = context.sessions.find(ada.token)!;
    for (let n = 0; n < EVENT_LIMITS.listenersOfOne; n++) context.social.events.listen(me, undefined, () => undefined);
    const answer = await ada.wall.ask('GET', '/v1/events', { token: ada.token });
    expect(answer).toMatchObject({ status: 503, body: { type: '/problems/too-many-streams' } });
    expect(answer.headers['retry-after']).toBe('30');
  });

  it('needs a session', async () => {
    const { ada } = await twoPhones();
    expect((await ada.wall.ask('GET', '/v1/events')).body.type).toBe('/problems/session-required');
  });
});

/** Resolves once the ring was asked for records of a name, and has answered. */
function answerTo(me: Somebody, name: string): Promise<void> {
  return new Promise((resolve) => {
    const restore = loseAnswers(me.wall.ring, (request) => {
      if (request.name === name) {
        setImmediate(resolve);
        restore();
      }
      return false;
    });
  });
}

/** Reads a stream block by block; an empty text is its end. */
function reader(response: Response): () => Promise<string> {
  const chunks = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return async () => {
    while (!text.includes('\n\n')) {
      const { value, done } = await chunks.read();
      if (done) return text;
      text += value;
    }
    const end = text.indexOf('\n\n');
    const block = text.slice(0, end);
    text = text.slice(end + 2);
    return block;
  };
}
