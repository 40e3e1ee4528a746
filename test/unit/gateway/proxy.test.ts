/** Requests go to the phone they name and its answers come back, whatever they are. */
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { eventually } from '../../integration/eventually.ts';
import { type SentHeaders, sendAllThenRead } from '../shared/blind-sender.ts';
import { sendJson } from './fake-phone.ts';
import { startFixture } from './gateway-fixture.ts';

interface Ask {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Uint8Array | string;
}

/** Not fetch, which forbids some header fields and follows redirects in ways of its own. */
async function ask(url: string, { method = 'GET', headers = {}, body }: Ask = {}) {
  const call = httpRequest(url, { method, headers, agent: false });
  call.end(body);
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return { status: response.statusCode, headers: response.headers, bytes, text: bytes.toString() };
}

const problemOf = (text: string) => JSON.parse(text) as { type: string; detail?: string };

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test('method, path, query and end-to-end fields arrive, fields of the connection do not', async () => {
  const { url, phones } = await startFixture(2);
  const phone = phones[1]!;
  phone.answer = (request, response) => {
    response.setHeader('connection', 'x-hop');
    response.setHeader('x-hop', 'a');
    response.setHeader('x-end', 'b');
    sendJson(response, { method: request.method, url: request.url, headers: request.headers });
  };
  const answer = await ask(`${url}/phones/2/v1/a%2Fb?q=%C3%A4&x=/phones/1`, {
    method: 'DELETE',
    headers: {
      ...{ connection: 'x-mine', 'x-mine': '1', te: 'trailers', 'proxy-authorization': 'secret' },
      ...{ authorization: 'Bearer t', 'if-match': '"3"', 'x-forwarded-for': '192.0.2.1' },
    },
  });
  expect(answer.status).toBe(200);
  expect(answer.headers).toMatchObject({ 'x-end': 'b' });
  expect(answer.headers).not.toHaveProperty('x-hop');
  const seen = JSON.parse(answer.text) as { method: string; url: string; headers: Record<string, string> };
  expect(seen).toMatchObject({ method: 'DELETE', url: '/v1/a%2Fb?q=%C3%A4&x=/phones/1' });
  expect(seen.headers).toMatchObject({
    host: phone.api,
    authorization: 'Bearer t',
    'if-match': '"3"',
    via: '1.1 ringwall-gateway',
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-host': new URL(url).host,
    'x-forwarded-proto': 'http',
    'x-forwarded-prefix': '/phones/2',
  });
  for (const name of ['x-mine', 'te', 'proxy-authorization']) expect(seen.headers).not.toHaveProperty(name);
  expect(phones[0]!.requests.filter((request) => request.url !== '/v1/network/self')).toEqual([]);
});

test('a body of 8 MB goes through unchanged, of known and of unknown length', async () => {
  const { url, phones } = await startFixture(1);
  const body = new Uint8Array(8_388_608).map((_, i) => (i * 31) & 255);
  phones[0]!.answer = async (request, response) => {
    const got = await readAll(request);
    sendJson(response, {
      same: got.equals(body),
      length: request.headers['content-length'] ?? null,
      encoding: request.headers['transfer-encoding'] ?? null,
      type: request.headers['content-type'] ?? null,
    });
  };
  const known = await ask(`${url}/phones/1/v1/media`, {
    method: 'POST',
    headers: { 'content-type': 'image/png' },
    body,
  });
  expect(JSON.parse(known.text)).toEqual({ same: true, length: '8388608', encoding: null, type: 'image/png' });
  const headers = { 'transfer-encoding': 'chunked', 'content-type': 'application/json' };
  const unknown = await ask(`${url}/phones/1/v1/media`, { method: 'PUT', headers, body });
  expect(JSON.parse(unknown.text)).toEqual({ same: true, length: null, encoding: 'chunked', type: 'application/json' });
});

test('ranges, 304 and HEAD come back as the phone answers them', async () => {
  const { url, phones } = await startFixture(1);
  phones[0]!.answer = (request, response) => {
    const { range, 'if-none-match': known } = request.headers;
    if (known !== undefined) return response.writeHead(304, { etag: '"1"' }).end();
    if (range !== undefined) {
      return response.writeHead(206, { 'content-range': 'bytes 2-4/9', 'content-length': '3' }).end('cde');
    }
    return response.writeHead(200, { 'content-length': '9', 'accept-ranges': 'bytes' }).end('abcdefghi');
  };
  const media = `${url}/phones/1/v1/media/x`;
  const part = await ask(media, { headers: { range: 'bytes=2-4' } });
  expect(part).toMatchObject({ status: 206, text: 'cde', headers: { 'content-range': 'bytes 2-4/9' } });
  expect(await ask(media, { headers: { 'if-none-match': '"1"' } })).toMatchObject({ status: 304, text: '' });
  const head = await ask(media, { method: 'HEAD' });
  expect(head).toMatchObject({ status: 200, text: '', headers: { 'content-length': '9', 'accept-ranges': 'bytes' } });
});

test('locations are put under the prefix', async () => {
  const { url, phones } = await startFixture(1);
  const elsewhere = 'https://example.org/v1/posts/1';
  phones[0]!.answer = (request, response) => {
    const location = request.url === '/out' ? elsewhere : '/v1/posts/1';
    response.writeHead(201, { location, 'content-location': '/v1/posts/1?x' }).end();
  };
  const made = await ask(`${url}/phones/1/v1/posts`, { method: 'POST' });
  expect(made.headers).toMatchObject({
    location: '/phones/1/v1/posts/1',
    'content-location': '/phones/1/v1/posts/1?x',
  });
  expect((await ask(`${url}/phones/1/out`)).headers.location).toBe(elsewhere);
  expect(await ask(`${url}/phones/1?a=b`)).toMatchObject({ status: 308, headers: { location: '/phones/1/?a=b' } });
});

test('events arrive one by one, and a client that goes hangs up on the phone', async () => {
  const { url, phones } = await startFixture(1);
  let stream: ServerResponse | undefined;
  let hungUp = false;
  phones[0]!.answer = (_request, response) => {
    stream = response;
    response.on('close', () => (hungUp = true));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: 1\n\n');
  };
  const call = httpRequest(`${url}/phones/1/v1/events`, { agent: false });
  call.end();
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  response.setEncoding('utf8');
  expect(await once(response, 'data')).toEqual(['data: 1\n\n']);
  stream!.write('data: 2\n\n');
  expect(await once(response, 'data')).toEqual(['data: 2\n\n']);
  expect(hungUp).toBe(false);
  call.destroy();
  await eventually('the phone is hung up on', async () => hungUp);
});

test('a client that goes before the answer hangs up on the phone, too', async () => {
  const { url, phones } = await startFixture(1);
  let hungUp = false;
  phones[0]!.answer = (_request, response) => void response.on('close', () => (hungUp = true));
  const call = httpRequest(`${url}/phones/1/slow`, { agent: false });
  call.on('error', () => undefined).end();
  await eventually('the phone is asked', async () => phones[0]!.requests.some((request) => request.url === '/slow'));
  call.destroy();
  await eventually('the phone is hung up on', async () => hungUp);
});

test('a phone that is gone is a problem, and so is one that says nothing', async () => {
  const { url, phones } = await startFixture(2, { timeouts: { answerMs: 50 } });
  await phones[0]!.stop();
  const gone = await ask(`${url}/phones/1/v1/feed`);
  expect(gone).toMatchObject({ status: 502, headers: { 'content-type': 'application/problem+json' } });
  expect(problemOf(gone.text)).toMatchObject({ type: '/problems/phone-unreachable' });
  phones[1]!.answer = () => undefined;
  const silent = await ask(`${url}/phones/2/v1/feed`);
  expect(silent.status).toBe(504);
  expect(problemOf(silent.text)).toMatchObject({
    type: '/problems/phone-silent',
    detail: 'Phone 2 did not answer within 50 ms.',
  });
});

test('an answer that stops in the middle is broken off, not ended', async () => {
  const { url, phones } = await startFixture(1, { timeouts: { idleMs: 50 } });
  phones[0]!.answer = (_request, response) => void response.writeHead(200, { 'content-length': '9' }).write('abc');
  await expect(ask(`${url}/phones/1/v1/media/x`)).rejects.toThrow('aborted');
});

test('a connection that the phone closed meanwhile is not taken for a dead phone', async () => {
  const { url, phones } = await startFixture(1);
  let connections = 0;
  phones[0]!.answer = (request, response) => {
    connections++;
    // The second request on a connection finds it closed.
    if (connections === 2) return void request.socket.destroy();
    response.end('here');
  };
  expect(await ask(`${url}/phones/1/a`)).toMatchObject({ status: 200 });
  expect(await ask(`${url}/phones/1/b`)).toMatchObject({ status: 200, text: 'here' });
  expect(connections).toBe(3);
});

test.each([
  '/phones/3/',
  '/phones/0/',
  '/phones/x/',
  '/phones/-1/',
  '/phones/1e0/',
  '/phones/1%2F/',
  '/phones/9999999/',
])('%s is no phone', async (path) => {
  const { url } = await startFixture(1);
  const answer = await ask(`${url}${path}`);
  expect(answer.status).toBe(404);
  expect(problemOf(answer.text).type).toBe('/problems/no-such-phone');
});

test.each<SentHeaders>([{ 'content-length': 16_777_216 }, {}])(
  'a phone may refuse a body with %j before it has all of it, and whoever sends that is told',
  async (headers) => {
    const { url, phones } = await startFixture(1);
    const problem = { type: '/problems/payload-too-large' };
    phones[0]!.answer = (_request, response) => {
      response.statusCode = 413;
      response.end(JSON.stringify(problem));
    };
    const body = Buffer.alloc(16_777_216);
    expect(await sendAllThenRead(Number(new URL(url).port), '/phones/1/v1/media', headers, body)).toEqual(problem);
  },
);

test('a phone that is gone is a problem also for who sends it much', async () => {
  const { url, phones } = await startFixture(1);
  await phones[0]!.stop();
  const body = Buffer.alloc(16_777_216);
  const answer = await sendAllThenRead(Number(new URL(url).port), '/phones/1/v1/media', {}, body);
  expect(answer).toMatchObject({ type: '/problems/phone-unreachable' });
});
