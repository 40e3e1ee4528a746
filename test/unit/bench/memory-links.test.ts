/** Links in memory keep to what the pool expects of a stream: order, turns of their own, one end, told once. */
import { expect, test } from 'vitest';
import type { LinkStream, StreamEnd } from '../../../services/chord-router/adapters/links/link-stream.ts';
import { MemoryLinks } from '../../bench/memory-links.ts';

interface Heard {
  readonly messages: string[];
  readonly ends: StreamEnd[];
}

function listenTo(stream: LinkStream): Heard {
  const heard: Heard = { messages: [], ends: [] };
  stream.listen({
    received: (message) => heard.messages.push(message.toString()),
    ended: (end) => heard.ends.push(end),
  });
  return heard;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

async function linked(): Promise<{ readonly caller: LinkStream; readonly called: LinkStream; stop(): Promise<void> }> {
  const links = new MemoryLinks();
  const listener = links.listener();
  const { host, port } = await listener.listen({ host: '127.0.0.1', port: 0 });
  const accepted = Promise.withResolvers<LinkStream>();
  listener.start(accepted.resolve);
  const caller = links.dial(`${host}:${port}`);
  return { caller, called: await accepted.promise, stop: () => listener.stop(0) };
}

test('messages arrive in order, and those that came before somebody listened first', async () => {
  const { caller, called } = await linked();
  caller.write(Buffer.from('1'), () => {});
  await turn();
  const heard = listenTo(called);
  caller.write(Buffer.from('2'), () => {});
  await turn();
  expect(heard.messages).toEqual(['1', '2']);
});

test('what comes while paused waits', async () => {
  const { caller, called } = await linked();
  const heard = listenTo(called);
  called.pause();
  caller.write(Buffer.from('1'), () => {});
  await turn();
  expect(heard.messages).toEqual([]);
  called.resume();
  expect(heard.messages).toEqual(['1']);
});

test('who finishes is told nothing more, the other end that it is over, once', async () => {
  const { caller, called } = await linked();
  const [own, other] = [listenTo(caller), listenTo(called)];
  caller.write(Buffer.from('last'), () => {});
  caller.finish();
  caller.finish();
  await turn();
  expect(other.messages).toEqual(['last']);
  expect(other.ends).toHaveLength(1);
  expect(own.ends).toEqual([]);
});

test('a phone that stops ends its links, and cannot be reached any more', async () => {
  const links = new MemoryLinks();
  const listener = links.listener();
  const { host, port } = await listener.listen({ host: '127.0.0.1', port: 0 });
  listener.start((stream) => listenTo(stream));
  const before = listenTo(links.dial(`${host}:${port}`));
  await turn();
  await listener.stop(0);
  const after = listenTo(links.dial(`${host}:${port}`));
  await turn();
  expect(before.ends).toHaveLength(1);
  expect(after.ends).toHaveLength(1);
});
