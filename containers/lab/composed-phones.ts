/**
 * The phones of one project of compose, as containers that things can be done to. Nothing but the containers of that
 * project's service `phone` can be named here, whatever else the engine runs.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type PeerFaults, replaceFaults } from '../../services/chord-router/client/fault-client.ts';
import { TestnetError } from '../../testnet/testnet-error.ts';
import type { EngineApi, InspectedContainer, ListedContainer } from './engine-api.ts';

export interface ComposedPhone {
  /** The number that compose gave its container. */
  readonly n: number;
  readonly container: string;
  readonly state: string;
  /** Its address on the phones' network; empty while it does not run. */
  readonly host: string;
  /** ip:port of its peer API; empty while it does not run. */
  readonly peer: string;
  /** Puts these faults in the place of all that its links are under; nothing where nobody could take them. */
  setFaults(faults: PeerFaults): Promise<void>;
}

const SERVICE = 'phone';
const NUMBER_LABEL = 'com.docker.compose.container-number';
const PROJECT_LABEL = 'com.docker.compose.project';
const PEER_PORT = 7400;
const API_PORT = 8080;
const CHORD_PORT = 7500;
const READY_TIMEOUT_MS = 60_000;
const ASK_TIMEOUT_MS = 5_000;
const POLL_MS = 250;
const MOST_PHONES = 1000;

export class ComposedPhones {
  readonly #engine: EngineApi;
  readonly #project: string;
  readonly #adminToken: string;

  constructor(engine: EngineApi, project: string, adminToken: string) {
    this.#engine = engine;
    this.#project = project;
    this.#adminToken = adminToken;
  }

  /** The project that a container belongs to. Throws a TestnetError when there is none. */
  static async projectOf(engine: EngineApi, container: string): Promise<string> {
    const { Config } = await engine.inspect(container);
    const project = Config.Labels[PROJECT_LABEL];
    if (project === undefined) throw new TestnetError(`container ${container} was not started by compose`);
    return project;
  }

  /** In the order of their numbers, whatever their state. */
  async list(): Promise<readonly ComposedPhone[]> {
    const labels = [`${PROJECT_LABEL}=${this.#project}`, `com.docker.compose.service=${SERVICE}`];
    const containers = await this.#engine.list([...labels, 'com.docker.compose.oneoff=False']);
    return containers.map((container) => this.#phoneOf(container)).sort((a, b) => a.n - b.n);
  }

  /** Throws a TestnetError when there is no phone n. */
  async phone(n: number): Promise<ComposedPhone> {
    const phone = (await this.list()).find((listed) => listed.n === n);
    if (phone === undefined) throw new TestnetError(`there is no container of phone ${n}`);
    return phone;
  }

  /** SIGKILL, also to one that is frozen. */
  async kill(n: number): Promise<void> {
    const phone = await this.#expect(n, 'running', 'paused');
    if (phone.state === 'paused') await this.#engine.act(phone.container, 'unpause');
    await this.#engine.act(phone.container, 'kill');
  }

  /** It leaves the ring and hands over what it keeps. */
  async stop(n: number): Promise<void> {
    await this.#engine.act((await this.#expect(n, 'running')).container, 'stop');
  }

  async freeze(n: number): Promise<void> {
    await this.#engine.act((await this.#expect(n, 'running')).container, 'pause');
  }

  async thaw(n: number): Promise<void> {
    await this.#engine.act((await this.#expect(n, 'paused')).container, 'unpause');
  }

  /** Starts it again with its data; one that runs leaves first. Resolves once it is a member of the ring. */
  async restart(n: number): Promise<void> {
    const { container, state } = await this.phone(n);
    if (state === 'paused') await this.#engine.act(container, 'unpause');
    if (state === 'paused' || state === 'running') await this.#engine.act(container, 'stop');
    await this.#engine.act(container, 'start');
    await this.#untilReady(n);
  }

  /** One more container like the others, as `--scale` would add. Resolves with its number once it is a member. */
  async add(): Promise<number> {
    const phones = await this.list();
    const [model] = phones;
    if (model === undefined) throw new TestnetError('there is no phone whose container a new one could be like');
    if (phones.length >= MOST_PHONES) throw new TestnetError(`a network has ${MOST_PHONES} phones at most`);
    const n = Math.max(...phones.map((phone) => phone.n)) + 1;
    const name = `${this.#project}-${SERVICE}-${n}`;
    const container = await this.#engine.create(name, likeness(await this.#engine.inspect(model.container), name, n));
    await this.#engine.act(container, 'start');
    await this.#untilReady(n);
    return n;
  }

  async #expect(n: number, ...states: readonly string[]): Promise<ComposedPhone> {
    const phone = await this.phone(n);
    if (!states.includes(phone.state))
      throw new TestnetError(`phone ${n} is ${phone.state}, not ${states.join(' or ')}`);
    return phone;
  }

  async #untilReady(n: number): Promise<void> {
    const deadline = performance.now() + READY_TIMEOUT_MS;
    for (;;) {
      const { container, host, state } = await this.phone(n);
      if (state !== 'running') {
        const { ExitCode } = (await this.#engine.inspect(container)).State;
        throw new TestnetError(`phone ${n} ended with ${ExitCode} at its start: see its log`);
      }
      if (await isReady(host)) return;
      if (performance.now() > deadline) throw new TestnetError(`phone ${n} runs, but is no member of the ring yet`);
      await pause(POLL_MS);
    }
  }

  #phoneOf({ Id, State, Labels, NetworkSettings }: ListedContainer): ComposedPhone {
    const host = Object.values(NetworkSettings.Networks)[0]?.IPAddress ?? '';
    const token = this.#adminToken;
    return {
      n: Number(Labels[NUMBER_LABEL]),
      container: Id,
      state: State,
      host,
      peer: host === '' ? '' : `${host}:${PEER_PORT}`,
      setFaults: async (faults) => {
        if (State === 'running') await replaceFaults(`${host}:${CHORD_PORT}`, token, faults);
      },
    };
  }
}

/** How a container like this one is made: the same image, settings and restrictions, with data of its own. */
function likeness({ Config, HostConfig }: InspectedContainer, name: string, n: number): object {
  const { Hostname: _hostname, Labels, ...config } = Config;
  const mounts = (HostConfig['Mounts'] as readonly { Type: string; Target: string }[] | undefined) ?? [];
  return {
    ...config,
    Labels: { ...Labels, [NUMBER_LABEL]: String(n) },
    HostConfig: {
      ...HostConfig,
      // An anonymous volume is bound by its name here: the engine makes another one.
      Binds: null,
      Mounts: mounts.map(({ Type, Target }) => ({ Type, Target })),
    },
    NetworkingConfig: { EndpointsConfig: { [HostConfig.NetworkMode]: { Aliases: [SERVICE, name] } } },
  };
}

async function isReady(host: string): Promise<boolean> {
  try {
    return (await fetch(`http://${host}:${API_PORT}/readyz`, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) })).ok;
  } catch {
    return false;
  }
}
