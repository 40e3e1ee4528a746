/** Takes the commands of a second terminal, on a loopback port that only who can read DATA/control.json may use. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { writeFileAtomically } from '../services/shared/runtime/atomic-file.ts';
import { CONTROL_FILE, type Command, type CommandLine, commandFault } from './control-protocol.ts';
import { TestnetError } from './testnet-error.ts';

const MAX_BODY_BYTES = 4096;

/** Does what a command says. `signal` is aborted when the asking end hangs up. */
export type Perform = (command: Command, report: (progress: string) => void, signal: AbortSignal) => Promise<unknown>;

export class ControlServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #file: string;

  private constructor(server: Server, file: string) {
    this.#server = server;
    this.#file = file;
  }

  static async start(dataDir: string, perform: Perform): Promise<ControlServer> {
    const token = randomBytes(24).toString('base64url');
    const server = createServer((request, response) => void answer(request, response, token, perform));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const file = join(dataDir, CONTROL_FILE);
    const { port } = server.address() as AddressInfo;
    await writeFileAtomically(file, JSON.stringify({ port, token }));
    return new ControlServer(server, file);
  }

  /** Answers that are under way are finished first. */
  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#file, { force: true });
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeIdleConnections();
    await closed;
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  token: string,
  perform: Perform,
): Promise<void> {
  const hungUp = new AbortController();
  response.on('close', () => hungUp.abort());
  const write = (line: CommandLine): void => void response.write(`${JSON.stringify(line)}\n`);
  response.setHeader('connection', 'close');
  try {
    if (!isAllowed(request, token)) {
      response.statusCode = 403;
      return write({ error: 'the token is not the one of this testnet' });
    }
    const command = await readCommand(request);
    response.setHeader('content-type', 'application/jsonl');
    write({ result: (await perform(command, (progress) => write({ progress }), hungUp.signal)) ?? null });
  } catch (error) {
    if (!response.headersSent) response.statusCode = error instanceof TestnetError ? 400 : 500;
    write({ error: error instanceof Error ? error.message : String(error) });
  } finally {
    response.end();
  }
}

/** A web page cannot send this header without being asked about it first, and does not know the token. */
function isAllowed(request: IncomingMessage, token: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

async function readCommand(request: IncomingMessage): Promise<Command> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > MAX_BODY_BYTES) throw new TestnetError('the command is too long');
  }
  const command = parse(text);
  const fault = commandFault(command);
  if (fault !== undefined) throw new TestnetError(fault);
  return command as Command;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TestnetError('the command is no JSON');
  }
}
