/** One phone in a container: its start, the ways it can end or be held up, and what is known of it. */
import { GenericContainer, Wait } from 'testcontainers';
import { type PeerFaults, replaceFaults } from '../../services/chord-router/client/fault-client.ts';
import { eventually } from '../integration/eventually.ts';
import { request } from '../integration/wall-client.ts';
import { type Engine, SESSION_LABEL, thisSession, unlessGone } from './engine/engine.ts';

/** `killed`, `crashed`, `stopped`: gone without a word, by us or by itself, or after a graceful leave. The container is there still, with its data. */
export type ContainerState =
  | 'starting'
  | 'running'
  | 'paused'
  | 'stopping'
  | 'stopped'
  | 'killed'
  | 'crashed'
  | 'removed';

export interface PhoneContainerSettings {
  readonly n: number;
  readonly image: string;
  readonly network: string;
  /** Name under which all phones of the network are found. */
  readonly alias: string;
  readonly address: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly adminToken: string;
}

const API_PORT = 8080;
export const PEER_PORT = 7400;
const CHORD_PORT = 7500;
const READY_TIMEOUT_MS = 240_000;
/** A graceful leave takes 15 s at most; then the engine kills. */
const STOP_SECONDS = 20;
const ASK_TIMEOUT_MS = 15_000;
/** Exit code of a process that SIGKILL has ended. */
const KILLED = 137;

export class PhoneContainer {
  readonly n: number;
  /** Called when it ends without having been told to. */
  onCrash: (how: string) => void = () => undefined;
  readonly #settings: PhoneContainerSettings;
  readonly #engine: Engine;
  #state: ContainerState = 'stopped';
  #container: string | undefined;
  #id: string | undefined;
  #pid: number | undefined;
  #address: string;

  constructor(engine: Engine, settings: PhoneContainerSettings) {
    this.#engine = engine;
    this.#settings = settings;
    this.n = settings.n;
    this.#address = settings.address;
  }

  get state(): ContainerState {
    return this.#state;
  }

  /** IP address on the network of the phones, which this machine reaches; the same after a restart. */
  get address(): string {
    return this.#address;
  }

  /** Base URL of its REST API. */
  get api(): string {
    return `http://${this.#address}:${API_PORT}`;
  }

  /** ip:port of its peer API. */
  get peer(): string {
    return `${this.#address}:${PEER_PORT}`;
  }

  /** host:port of its sibling API. */
  get chord(): string {
    return `${this.#address}:${CHORD_PORT}`;
  }

  /** Its process, as this machine sees it; undefined while there is none. */
  get pid(): number | undefined {
    return this.#pid;
  }

  /** The node id, 32 hex digits; undefined until it was ready once. */
  get id(): string | undefined {
    return this.#id;
  }

  /** The id that the engine gave its container; undefined before it was started. */
  get container(): string | undefined {
    return this.#container;
  }

  /** Starts it, with the data it had if it is not new. Resolves once it is a member of the ring. */
  async start(): Promise<void> {
    this.#expect('stopped', 'killed', 'crashed');
    this.#state = 'starting';
    if (this.#container === undefined) await this.#create();
    else await this.#handle().start();
    try {
      await this.#untilReady();
    } catch (error) {
      if (this.#state === 'starting') await this.#end('killed');
      throw error;
    }
    this.#state = 'running';
    void this.#watch();
  }

  /** As `docker stop`: it leaves the ring and hands over what it keeps. Resolves with its exit code. */
  async stop(): Promise<number> {
    this.#expect('running');
    this.#state = 'stopping';
    await this.#handle().stop({ t: STOP_SECONDS });
    this.#state = 'stopped';
    this.#pid = undefined;
    return await this.exitCode();
  }

  /** SIGKILL: gone in the middle of whatever it did, its start too, which then fails. */
  async kill(): Promise<void> {
    this.#expect('starting', 'running', 'paused');
    if (this.#state === 'paused') await this.unpause();
    await this.#end('killed');
  }

  /** Gives it another address, under which it is another phone with the same data. */
  async move(address: string): Promise<void> {
    this.#expect('stopped', 'killed', 'crashed');
    this.#address = address;
    if (this.#container === undefined) return;
    const network = this.#engine.getNetwork(this.#settings.network);
    await network.disconnect({ Container: this.#container, Force: true });
    await network.connect({ Container: this.#container, EndpointConfig: endpoint(this.#settings.alias, address) });
  }

  /** All of its threads stand still; its connections stay, and nobody answers on them. */
  async pause(): Promise<void> {
    this.#expect('running');
    await this.#handle().pause();
    this.#state = 'paused';
  }

  async unpause(): Promise<void> {
    this.#expect('paused');
    await this.#handle().unpause();
    this.#state = 'running';
  }

  async remove(): Promise<void> {
    this.#state = 'removed';
    this.#pid = undefined;
    if (this.#container !== undefined) await this.#handle().remove({ force: true, v: true }).catch(unlessGone);
  }

  /** Puts these faults in the place of all that its links are under. */
  async setFaults(faults: PeerFaults, token = this.#settings.adminToken): Promise<void> {
    await replaceFaults(this.chord, token, faults);
  }

  /** The last lines it logged, JSON each. */
  async logs(lines = 20): Promise<string> {
    if (this.#container === undefined) return '';
    const output = await this.#handle().logs({ stdout: true, stderr: true, tail: lines, follow: false });
    return textOf(output);
  }

  async exitCode(): Promise<number> {
    return (await this.#handle().inspect()).State.ExitCode;
  }

  #handle() {
    return this.#engine.getContainer(this.#container!);
  }

  #expect(...states: readonly ContainerState[]): void {
    if (!states.includes(this.#state)) throw new Error(`phone ${this.n} is ${this.#state}, not ${states.join(' or ')}`);
  }

  async #create(): Promise<void> {
    const container = await new RestrictedContainer({ ...this.#settings, address: this.#address }).start();
    this.#container = container.getId();
    // It was ended before the engine had made it.
    if (this.#state === 'removed') await this.remove();
    else if (this.#state !== 'starting') await this.#end(this.#state);
  }

  async #end(state: ContainerState): Promise<void> {
    this.#state = state;
    this.#pid = undefined;
    if (this.#container === undefined) return;
    const ended = this.#handle().wait().catch(unlessGone);
    await this.#handle().kill().catch(unlessGone);
    await ended;
  }

  /** Notices when it ends by itself. */
  async #watch(): Promise<void> {
    const pid = this.#pid;
    const { StatusCode } = (await this.#handle()
      .wait()
      .catch(() => ({ StatusCode: undefined }))) as {
      StatusCode: number | undefined;
    };
    if (this.#pid !== pid || (this.#state !== 'running' && this.#state !== 'paused')) return;
    this.#state = 'crashed';
    this.#pid = undefined;
    this.onCrash(`exit code ${StatusCode}`);
  }

  async #untilReady(): Promise<void> {
    const start = await eventually(`phone ${this.n} is ready`, () => this.#startOutcome(), READY_TIMEOUT_MS).catch(
      async (error: unknown) => {
        throw new Error(`phone ${this.n} does not start; its log ends:\n${await this.logs()}`, { cause: error });
      },
    );
    if (this.#state !== 'starting') throw new Error(`phone ${this.n} was ended at its start`);
    if (start.id === undefined) {
      throw new Error(`phone ${this.n} ended with ${start.exitCode} at its start; its log ends:\n${await this.logs()}`);
    }
    this.#id = start.id;
  }

  /** Undefined while it is starting. */
  async #startOutcome(): Promise<{ readonly id?: string; readonly exitCode?: number } | undefined> {
    if (this.#state !== 'starting') return { exitCode: KILLED };
    const { State } = await this.#handle().inspect();
    this.#pid = State.Running ? State.Pid : undefined;
    if (!State.Running) return { exitCode: State.ExitCode };
    const ready = await request(`${this.api}/readyz`, { timeoutMs: ASK_TIMEOUT_MS });
    if (ready.status !== 200) return undefined;
    const self = await request<{ phone: { id: string } }>(`${this.api}/v1/network/self`, { timeoutMs: ASK_TIMEOUT_MS });
    return { id: self.body.phone.id };
  }
}

/** What a container wrote: pieces, each behind eight bytes that end with its length. */
function textOf(output: Buffer): string {
  const pieces: Buffer[] = [];
  for (let at = 0; at + 8 <= output.length; ) {
    const end = at + 8 + output.readUInt32BE(at + 4);
    pieces.push(output.subarray(at + 8, end));
    at = end;
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** As docker-compose.yml has it: no rights, and nothing to write to but its data. */
class RestrictedContainer extends GenericContainer {
  constructor({ image, network, alias, address, environment, adminToken }: PhoneContainerSettings) {
    super(image);
    this.withNetworkMode(network)
      .withEnvironment({
        ...environment,
        RINGWALL_SEEDS: `${alias}:${PEER_PORT}`,
        RINGWALL_CHORD_LISTEN: `0.0.0.0:${CHORD_PORT}`,
        RINGWALL_ADMIN_TOKEN: adminToken,
      })
      .withLabels({ [SESSION_LABEL]: thisSession() })
      .withDroppedCapabilities('ALL')
      .withSecurityOpt('no-new-privileges')
      .withTmpFs({ '/tmp': 'rw' })
      .withAutoRemove(false)
      // Starting and starting again are waited for in the same way, which is PhoneContainer's.
      .withWaitStrategy(Wait.forAll([]));
    this.hostConfig.ReadonlyRootfs = true;
    this.createOpts.NetworkingConfig = {
      EndpointsConfig: { [network]: endpoint(alias, address) },
    };
  }
}

function endpoint(alias: string, address: string) {
  return { Aliases: [alias], IPAMConfig: { IPv4Address: address } };
}
