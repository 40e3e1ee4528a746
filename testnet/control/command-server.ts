/** Takes commands over HTTP from who shows a token, and answers each with lines of JSON (control-protocol.ts). */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BearerToken } from '../../services/shared/runtime/bearer-token.ts';
import { TestnetError } from '../testnet-error.ts';
import { type Command, type CommandLine, commandFault } from './control-protocol.ts';

/** A command names 2,000 phones at most. */
const MAX_BODY_BYTES = 16_384;

/** Does what a command says. `signal` is aborted when the asking end hangs up. */
export type Perform = (command: Command, report: (progress: string) => void, signal: AbortSignal) => Promise<unknown>;

export interface CommandServerOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly token: string;
  readonly perform: Perform;
}

export class CommandServer implements AsyncDisposable {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start({ host, port, token, perform }: CommandServerOptions): Promise<CommandServer> {
    const bearer = new BearerToken(token);
    const server = createServer((request, response) => void answer(request, response, bearer, perform));
    server.listen(port, host);
    await once(server, 'listening');
    return new CommandServer(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Answers that are under way are finished first. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeIdleConnections();
    await closed;
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  token: BearerToken,
  perform: Perform,
): Promise<void> {
  const hungUp = new AbortController();
  response.on('close', () => hungUp.abort());
  const write = (line: CommandLine): void => void response.write(`${JSON.stringify(line)}\n`);
  response.setHeader('connection', 'close');
  try {
    // A web page cannot send this header without being asked about it first, and does not know the token.
    if (!token.isShownBy(request.headers.authorization)) {
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
