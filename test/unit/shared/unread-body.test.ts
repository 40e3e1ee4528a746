/** Answers that are given before a body is read: they arrive, and who sends without end is cut off. */
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import Fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { type LingerBounds, lingerOverUnreadBodies } from '../../../services/shared/http/unread-body.ts';
import { headOf, type SentHeaders, sendAllThenRead } from './blind-sender.ts';

const MEBIBYTE = 1024 * 1024;
const BOUNDS: LingerBounds = { bytes: 32 * MEBIBYTE, ms: 60_000 };

/** The port of something that refuses all bodies. */
async function startRefuser(bounds: LingerBounds): Promise<number> {
  const app = Fastify({ forceCloseConnections: true });
  lingerOverUnreadBodies(app, bounds);
  app.addHook('onRequest', async (_request, reply) => reply.code(403).send({ no: true }));
  app.post('/', async () => 'never');
  onTestFinished(() => app.close());
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as AddressInfo).port;
}

test.each<SentHeaders>([
  {},
  { 'content-length': 16 * MEBIBYTE },
  { 'content-length': 16 * MEBIBYTE, connection: 'close' },
])('an answer waits for a body with %j', async (headers) => {
  const port = await startRefuser(BOUNDS);
  for (let time = 0; time < 3; time++) {
    expect(await sendAllThenRead(port, '/', headers, Buffer.alloc(16 * MEBIBYTE))).toEqual({ no: true });
  }
});

test('who sends more than the bound is cut off, answered', async () => {
  const port = await startRefuser({ ...BOUNDS, bytes: MEBIBYTE });
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  let answer = '';
  socket.on('data', (text: string) => (answer += text)).on('error', () => undefined);
  socket.write(headOf('/', { 'content-length': 1024 * MEBIBYTE }));
  const send = (): void => {
    while (!socket.destroyed && socket.write(Buffer.alloc(MEBIBYTE / 4))) continue;
    socket.once('drain', send);
  };
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await once(socket, 'data');
  send();
  await closed;
  expect(answer).toMatch(/^HTTP\/1.1 403 [^]*\r\n\r\n\{"no":true\}$/);
  expect(socket.bytesWritten).toBeLessThan(64 * MEBIBYTE);
});

test('who sends nothing more is cut off when the time is over', async () => {
  const port = await startRefuser({ ...BOUNDS, ms: 1 });
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  socket.write(headOf('/', { 'content-length': 10 }));
  let answer = '';
  for await (const text of socket) answer += text as string;
  expect(answer).toMatch(/\{"no":true\}$/);
});

test('a connection goes on with the next request', async () => {
  const port = await startRefuser(BOUNDS);
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  let answers = '';
  socket.on('data', (text: string) => (answers += text));
  const body = Buffer.alloc(4 * MEBIBYTE);
  socket.write(headOf('/', { 'content-length': body.length }));
  socket.write(body);
  socket.write(headOf('/', { 'content-length': 0, connection: 'close' }));
  await once(socket, 'close');
  expect(answers.match(/HTTP\/1.1 403 /g)).toHaveLength(2);
});
