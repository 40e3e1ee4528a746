/** Who was away for a moment goes on where it was. */
import { expect, test } from 'vitest';
import { EventHub } from '../../../services/gateway/adapters/event-hub.ts';

test('what came since an event is told, as long as it is known', () => {
  const hub = new EventHub('run');
  expect(hub.since(hub.lastId)).toEqual([]);
  hub.send('a', 1);
  const first = hub.lastId;
  hub.send('b', 2);
  expect(hub.since('run-0')!.map(({ event }) => event)).toEqual(['a', 'b']);
  expect(hub.since(first)!.map(({ event }) => event)).toEqual(['b']);
  for (let i = 0; i < 2_000; i++) hub.send('c', i);
  expect(hub.since(first)).toBeUndefined();
});

test.each([undefined, '', 'run', 'run-9', 'run--1', 'run-1.5', 'other-0', 'run-x'])(
  '%j is no event to go on from',
  (id) => {
    expect(new EventHub('run').since(id)).toBeUndefined();
  },
);

test('listeners hear until they stop', () => {
  const hub = new EventHub('run');
  const heard: unknown[] = [];
  const stop = hub.listen(({ data }) => heard.push(data));
  hub.send('a', 1);
  stop();
  hub.send('a', 2);
  expect(heard).toEqual([1]);
  expect(hub.listeners).toBe(0);
});
