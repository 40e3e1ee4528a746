/** One phone as a process of this machine: its start, the ways it can end or be held up, and what is known of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type PeerFaults, replaceFaults } from '../../services/chord-router/client/fault-client.ts';
import { TestnetError } from '../testnet-error.ts';
import { FreezeGuard } from './freeze-guard.ts';
import { PhoneLog } from './phone-log.ts';
import type { PhonePorts } from './ports.ts';

/** What a phone is doing. `killed`, `crashed`: gone without a word, by us or by itself. `stopped`: left gracefully. */
export type PhoneState = 'starting' | 'running' | 'frozen' | 'stopping' | 'stopped' | 'killed' | 'crashed';

export interface PhoneSettings {
  readonly n: number;
  readonly ports: PhonePorts;
  /** The phone's folder: its data, and its log. */
  readonly folder: string;
  /** The program that is a phone: services/phone-node/main.ts, or a stand-in for tests. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What its admin calls must show. */
  readonly adminToken: string;
  /** Longest start, in ms. Default: READY_TIMEOUT_MS. */
  readonly readyTimeoutMs?: number | undefined;
  /** Longest graceful end, in ms. Default: STOP_TIMEOUT_MS. */
  readonly stopTimeoutMs?: number | undefined;
}

/** What a phone says once it is a member of the ring; `chord`: where its sibling API is. */
interface ReadyMessage {
  readonly type: 'ready';
  readonly id: string;
  readonly chord?: string;
}

/** Keeps a phone small: research on many phones a machine chose these (a third less private memory). */
export const NODE_FLAGS: readonly string[] = [
  '--max-semi-space-size=1',
  '--optimize-for-size',
  '--v8-pool-size=1',
  '--disable-warning=ExperimentalWarning',
];
/** How its memory is allocated outside of JavaScript. */
export const ALLOCATOR = {
  MALLOC_ARENA_MAX: '1',
  // glibc's default, but fixed: else one freed picture teaches it to keep all buffers of that size for good.
  MALLOC_MMAP_THRESHOLD_: '131072',
} as const;
const READY_TIMEOUT_MS = 120_000;
/** A phone that has not left by then is killed: what it acknowledged is on disk, and on its neighbours'. */
const STOP_TIMEOUT_MS = 15_000;

export class PhoneProcess {
  readonly n: number;
  readonly ports: PhonePorts;
  readonly api: string;
  readonly peer: string;
  readonly log: PhoneLog;
  /** Called when the phone ends without having been told to. */
  onCrash: (how: string) => void = () => undefined;
  /** Called when its state has changed. */
  onChange: () => void = () => undefined;
  readonly #settings: PhoneSettings;
  #state: PhoneState = 'stopped';
  #id: string | undefined;
  #chord: string | undefined;
  #child: ChildProcess | undefined;
  #freezeGuard: FreezeGuard | undefined;

  constructor(settings: PhoneSettings) {
    this.#settings = settings;
    this.n = settings.n;
    this.ports = settings.ports;
    this.api = `http://127.0.0.1:${settings.ports.api}`;
    this.peer = `127.0.0.1:${settings.ports.peer}`;
    this.log = new PhoneLog(join(settings.folder, 'phone.log'));
  }

  get state(): PhoneState {
    return this.#state;
  }

  /** The node id, 32 hex digits; undefined until the phone was ready once. */
  get id(): string | undefined {
    return this.#id;
  }

  /** host:port of its sibling API; undefined until the phone was ready once. */
  get chord(): string | undefined {
    return this.#chord;
  }

  /** Undefined while it has no process. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Resolves once the phone is a member of the ring and serves its API. Throws a TestnetError with the last lines of
   * its log when it ends before, or is not ready in time. No seeds: it starts a ring. `flags`: further ones of Node.
   */
  async start(seeds: readonly string[], flags: readonly string[] = []): Promise<void> {
    if (this.#child !== undefined) throw new TestnetError(`phone ${this.n} is ${this.#state} already`);
    this.#become('starting');
    try {
      await mkdir(this.#settings.folder, { recursive: true });
      const child = await this.#spawn(seeds, flags);
      ({ id: this.#id, chord: this.#chord } = await this.#readyMessage(child));
      this.#become('running');
    } catch (error) {
      if (this.#state === 'starting') this.#become('crashed');
      await this.#end((child) => child.kill('SIGKILL'), this.#state);
      throw error;
    }
  }

  /** Asks the phone to leave the ring, and waits until it is gone; kills it when it takes too long. */
  async stop(): Promise<void> {
    await this.#endInTime((child) => child.kill('SIGTERM'));
  }

  /** Ends the phone as if the machine went to sleep: it keeps its place and tells nobody. Kills it when it takes long. */
  async pause(): Promise<void> {
    await this.#endInTime((child) => child.send({ type: 'pause' }, () => undefined));
  }

  /** SIGKILL: gone in the middle of whatever it did. */
  async kill(): Promise<void> {
    await this.#end((child) => child.kill('SIGKILL'), 'killed');
  }

  /** SIGSTOP: alive, but silent. */
  freeze(): void {
    if (this.#state !== 'running')
      throw new TestnetError(`phone ${this.n} is ${this.#state}: only a running one freezes`);
    this.#freezeGuard = new FreezeGuard(this.#child!.pid!);
    this.#child!.kill('SIGSTOP');
    this.#become('frozen');
  }

  thaw(): void {
    if (this.#state !== 'frozen') throw new TestnetError(`phone ${this.n} is ${this.#state}: only a frozen one thaws`);
    this.#child!.kill('SIGCONT');
    this.#freezeGuard?.[Symbol.dispose]();
    this.#become('running');
  }

  /** Puts these faults in the place of all that its links are under. Nothing happens when it does not run. */
  async setFaults(faults: PeerFaults): Promise<void> {
    const child = this.#child;
    if (this.#state !== 'running' || this.#chord === undefined) return;
    try {
      await replaceFaults(this.#chord, this.#settings.adminToken, faults);
    } catch (error) {
      // It ended meanwhile: there is nobody whose links could be at fault.
      if (this.#child === child) throw error;
    }
  }

  async #spawn(seeds: readonly string[], flags: readonly string[]): Promise<ChildProcess> {
    const { program, folder, adminToken, environment } = this.#settings;
    const log = await this.log.openForPhone();
    try {
      if (this.#state !== 'starting') throw new TestnetError(`phone ${this.n} was ended at its start`);
      const child = spawn(process.execPath, [...NODE_FLAGS, ...flags, program], {
        // A session of its own: the terminal's Ctrl-C reaches the supervisor alone, which ends the phones in order.
        detached: true,
        stdio: ['ignore', log, log, 'ipc'],
        env: {
          ...process.env,
          ...ALLOCATOR,
          ...environment,
          RINGWALL_DATA: join(folder, 'data'),
          RINGWALL_API_LISTEN: `127.0.0.1:${this.ports.api}`,
          // The gateway is on this machine.
          RINGWALL_API_PROXIES: '127.0.0.1',
          RINGWALL_PEER_LISTEN: this.peer,
          RINGWALL_CHORD_LISTEN: '127.0.0.1:0',
          RINGWALL_ADMIN_TOKEN: adminToken,
          RINGWALL_SEEDS: seeds.join(','),
          RINGWALL_EXIT_WITH_PARENT: 'true',
        },
      });
      this.#child = child;
      child.once('exit', (code, signal) => this.#gone(child, signal ?? `exit code ${code}`));
      child.once('error', () => this.#gone(child, 'it could not be started'));
      return child;
    } finally {
      closeSync(log);
    }
  }

  async #readyMessage(child: ChildProcess): Promise<ReadyMessage> {
    const waiting = new AbortController();
    const { signal } = waiting;
    const deadline = setTimeout(() => waiting.abort(), this.#settings.readyTimeoutMs ?? READY_TIMEOUT_MS);
    const ready = once(child, 'message', { signal }).then(([message]) => message as Partial<ReadyMessage>);
    const ended = Promise.race([once(child, 'exit', { signal }), once(child, 'error', { signal })]).then(
      () => undefined,
    );
    try {
      const message = await Promise.race([ready, ended]);
      if (message?.type === 'ready' && typeof message.id === 'string') return message as ReadyMessage;
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      clearTimeout(deadline);
      waiting.abort();
      await Promise.allSettled([ready, ended]);
    }
    const how = child.exitCode === null && child.signalCode === null ? 'is not ready in time' : 'ended at its start';
    const lines = await this.log.tail(5);
    throw new TestnetError(`phone ${this.n} ${how}; its log (${this.log.path}) ends:\n  ${lines.join('\n  ')}`);
  }

  async #endInTime(tell: (child: ChildProcess) => void): Promise<void> {
    if (this.#state === 'frozen') this.thaw();
    const reaper = setTimeout(() => this.#child?.kill('SIGKILL'), this.#settings.stopTimeoutMs ?? STOP_TIMEOUT_MS);
    try {
      if (await this.#end(tell, 'stopping')) this.#become('stopped');
    } finally {
      clearTimeout(reaper);
    }
  }

  /** Tells the process to end and waits until it is gone; false when there is none. */
  async #end(tell: (child: ChildProcess) => void, state: PhoneState): Promise<boolean> {
    const child = this.#child;
    // A start that has not come as far as a process yet gives up when it sees its state changed.
    if (child !== undefined || this.#state === 'starting') this.#become(state);
    if (child === undefined) return false;
    const gone = once(child, 'exit');
    tell(child);
    await gone;
    return true;
  }

  #become(state: PhoneState): void {
    this.#state = state;
    this.onChange();
  }

  #gone(child: ChildProcess, how: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#freezeGuard?.[Symbol.dispose]();
    if (this.#state !== 'running' && this.#state !== 'frozen') return;
    this.#become('crashed');
    this.onCrash(how);
  }
}
