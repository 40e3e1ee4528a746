/** A client that looks for no answer before it has sent all it wanted to, as browsers do. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

export type SentHeaders = Readonly<Record<string, string | number>>;

/** The head of a POST; without a content-length, of one whose body comes in chunks. */
export function headOf(path: string, headers: SentHeaders): string {
  const length = headers['content-length'] === undefined ? { 'transfer-encoding': 'chunked' } : {};
  const fields = Object.entries({ host: 'localhost', ...headers, ...length });
  return `POST ${path} HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

/** Sends everything and its end, then reads; gives the JSON of the answer. Throws when the connection was reset. */
export async function sendAllThenRead(
  port: number,
  path: string,
  headers: SentHeaders,
  body: Buffer,
): Promise<unknown> {
  const socket = connect(port, '127.0.0.1').pause();
  await once(socket, 'connect');
  socket.write(headOf(path, headers));
  const isChunked = headers['content-length'] === undefined;
  if (isChunked) socket.write(`${body.length.toString(16)}\r\n`);
  // The callback comes when the system has taken all of it.
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject).write(body, (error) => (error ? reject(error) : resolve()));
  });
  socket.end(isChunked ? '\r\n0\r\n\r\n' : '');
  const answer = await text(socket);
  return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')));
}
