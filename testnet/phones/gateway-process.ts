/** The gateway of a testnet as a process: it is told of the phones, and does to them what its churn lab asks for. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import type { LabReply, LabRequest, PhonesMessage } from '../../services/gateway/client/supervisor-protocol.ts';
import type { Perform } from '../control/command-server.ts';
import { strippedSourceFlags } from '../stripped-sources.ts';
import type { Testnet } from '../testnet.ts';
import { TestnetError } from '../testnet-error.ts';
import { PhoneLog } from './phone-log.ts';
import { NODE_FLAGS } from './phone-process.ts';
import { findGatewayPort } from './ports.ts';

export interface GatewayProcessOptions {
  readonly net: Testnet;
  /** The port it must have; a TestnetError when it is taken. Default: the one below the phones', or a free one. */
  readonly port?: number | undefined;
  readonly perform: Perform;
  /** What the preparation gave phones, and the gateway, too. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Called when it ends without having been told to. */
  readonly onCrash: (how: string) => void;
  readonly signal?: AbortSignal | undefined;
}

const PROGRAM = join(import.meta.dirname, '../../services/gateway/main.ts');
const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;

export class GatewayProcess implements AsyncDisposable {
  readonly url: string;
  readonly log: PhoneLog;
  readonly #child: ChildProcess;
  readonly #net: Testnet;

  private constructor(
    child: ChildProcess,
    url: string,
    log: PhoneLog,
    { net, perform, onCrash }: GatewayProcessOptions,
  ) {
    this.#child = child;
    this.url = url;
    this.log = log;
    this.#net = net;
    net.onChange = () => this.#tellPhones();
    child.on('message', (message) => void this.#answer(message as LabRequest, perform));
    child.once('exit', (code, signal) => {
      net.onChange = () => undefined;
      onCrash(signal ?? `exit code ${code}`);
    });
    this.#tellPhones();
  }

  /** Resolves once it serves. Throws a TestnetError when it does not. */
  static async start(options: GatewayProcessOptions): Promise<GatewayProcess> {
    const { net, port } = options;
    const log = new PhoneLog(join(net.dataDir, 'gateway.log'));
    const child = await spawnGateway(options, port ?? (await findGatewayPort(net.basePort)), log);
    const url = await urlOf(child, options.signal);
    if (url === undefined) {
      child.kill('SIGKILL');
      options.signal?.throwIfAborted();
      const lines = await log.tail(5);
      throw new TestnetError(`the gateway could not be started; its log (${log.path}) ends:\n  ${lines.join('\n  ')}`);
    }
    return new GatewayProcess(child, url, log, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    this.#net.onChange = () => undefined;
    child.removeAllListeners('exit');
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    const reaper = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    child.kill('SIGTERM');
    await gone;
    clearTimeout(reaper);
  }

  #tellPhones(): void {
    const phones = this.#net.phones.map(({ n, ports, state }) => ({ n, api: `127.0.0.1:${ports.api}`, state }));
    this.#send({ type: 'phones', phones });
  }

  async #answer({ type, id, command }: LabRequest, perform: Perform): Promise<void> {
    if (type !== 'lab') return;
    try {
      const result = await perform(command, () => undefined, AbortSignal.timeout(READY_TIMEOUT_MS));
      this.#send({ type: 'lab-done', id, result: result ?? null });
    } catch (error) {
      this.#send({ type: 'lab-refused', id, error: error instanceof Error ? error.message : String(error) });
    }
  }

  #send(message: PhonesMessage | LabReply): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }
}

async function spawnGateway(
  { net, environment }: GatewayProcessOptions,
  port: number,
  log: PhoneLog,
): Promise<ChildProcess> {
  const flags = await strippedSourceFlags();
  const output = await log.openForPhone();
  try {
    return spawn(process.execPath, [...NODE_FLAGS, ...flags, PROGRAM], {
      detached: true,
      stdio: ['ignore', output, output, 'ipc'],
      env: {
        ...process.env,
        ...environment,
        RINGWALL_GATEWAY_LISTEN: `127.0.0.1:${port}`,
        RINGWALL_GATEWAY_PHONES: '',
        RINGWALL_GATEWAY_PHONES_DNS: '',
        RINGWALL_GATEWAY_SUPERVISED: 'true',
        RINGWALL_ADMIN_TOKEN: net.adminToken,
        RINGWALL_EXIT_WITH_PARENT: 'true',
      },
    });
  } finally {
    closeSync(output);
  }
}

/** Undefined when it ended, or was not up in time. */
async function urlOf(child: ChildProcess, signal: AbortSignal | undefined): Promise<string | undefined> {
  const timeout = AbortSignal.timeout(READY_TIMEOUT_MS);
  const waiting = { signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]) };
  const ready = once(child, 'message', waiting).then(([message]) => (message as { url?: string }).url);
  const ended = once(child, 'exit', waiting).then(() => undefined);
  return await Promise.race([ready, ended]).catch(() => undefined);
}
