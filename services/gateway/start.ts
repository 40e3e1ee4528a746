/** Starts a gateway to phones that are somewhere already, or will be. Why there is one: docs/decisions/one-door.md. */
import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Registry } from 'prom-client';
import { callerAddress } from '../shared/http/caller-address.ts';
import { instrument } from '../shared/runtime/metrics/metrics.ts';
import { AddressRanges } from '../shared/runtime/network/address-ranges.ts';
import { formatHostPort, type HostPort } from '../shared/runtime/network/host-port.ts';
import { listenError } from '../shared/runtime/network/listen-error.ts';
import type { Logger } from '../shared/runtime/program/logging.ts';
import { ContainerLab } from './adapters/container-lab.ts';
import { EventHub } from './adapters/event-hub.ts';
import { pumpEvents } from './adapters/event-pump.ts';
import { GATEWAY_METRICS } from './adapters/metrics.ts';
import { NetworkSurvey } from './adapters/network-survey.ts';
import { PhoneClient } from './adapters/phone-client.ts';
import { PhoneProxy, type ProxyTimeouts } from './adapters/phone-proxy.ts';
import { followSource } from './adapters/phone-source.ts';
import { PhoneWatch } from './adapters/phone-watch.ts';
import { parentChannel, SupervisorLab } from './adapters/supervisor-lab.ts';
import { createApp } from './app.ts';
import { type LabDriver, NO_LAB } from './core/lab.ts';
import { labThatTells } from './core/lab-word.ts';
import type { PhoneState } from './core/phone.ts';
import { PhoneBook } from './core/phone-book.ts';
import type { PhoneSource } from './environment.ts';
import { phoneText } from './routes/phones.ts';
import { pulseText } from './routes/pulse.ts';
import type { RouteContext } from './routes/route-context.ts';
import { ScenarioPlayer } from './scenario/player.ts';
import { readScenarios, SHIPPED_SCENARIOS } from './scenario/shipped.ts';

export interface GatewayOptions {
  /** Port 0 picks a free one. */
  readonly listen: HostPort;
  readonly source: PhoneSource;
  /** Hosts beside loopback and where it listens under which it may be called; `*` for any. */
  readonly hosts: readonly string[];
  /** Addresses, or ranges of them, of reverse proxies whose word on where a request came from is taken; none by default. */
  readonly proxies?: readonly string[];
  /** Folder of the built console; undefined: there is none. */
  readonly consoleFolder?: string | undefined;
  /** Folder of the scenario files that the churn lab plays; by default those of the repository. */
  readonly scenarioFolder?: string | undefined;
  /** What callers of the churn lab must show; undefined: there is no lab. */
  readonly adminToken?: string | undefined;
  /** Where the lab of phones in containers takes commands. */
  readonly containerLab?: HostPort | undefined;
  /** What the churn lab does; by default what the source of the phones allows. */
  readonly lab?: LabDriver;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly timeouts?: Partial<ProxyTimeouts>;
  /** Milliseconds since the epoch; the wall clock by default. */
  readonly now?: () => number;
  readonly checkAnswers?: boolean;
}

export interface RunningGateway {
  /** `http://host:port`, without a slash at the end. */
  readonly url: string;
  stop(): Promise<void>;
}

const STATES: readonly PhoneState[] = ['joining', 'alive', 'suspected', 'dead', 'left'];

/** Serves when it resolves, whether a phone is there yet or not. Throws a ConfigurationError when it cannot listen. */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { host, port } = options.listen;
  const gateway = await assembleGateway(options);
  try {
    await gateway.app.listen({ host, port }).catch((error: unknown) => {
      throw listenError(error, { host, port });
    });
    const address = gateway.app.server.address();
    if (address === null || typeof address === 'string') throw new Error('the gateway listens on no port');
    return { url: `http://${formatHostPort({ host, port: address.port })}`, stop: () => gateway.close() };
  } catch (error) {
    await gateway.close();
    throw error;
  }
}

/** The gateway's parts put together, looking after its phones, not listening yet. `close` frees all of them. */
export async function assembleGateway(options: GatewayOptions) {
  const { registry, timeouts, adminToken, checkAnswers } = options;
  const logger = options.logger.child({ service: 'gateway' });
  const now = options.now ?? Date.now;
  const book = new PhoneBook();
  const client = new PhoneClient();
  const proxies = new AddressRanges(options.proxies ?? []);
  const callerOf = (request: FastifyRequest): string => callerAddress(request, proxies);
  const proxy = new PhoneProxy(callerOf, timeouts);
  const hub = new EventHub(randomUUID().slice(0, 8));
  const instruments = instrument(registry, GATEWAY_METRICS, { listeners: () => hub.listeners });
  const countStates = (): void => {
    for (const state of STATES) {
      instruments.phones.set({ state }, book.phones.filter((phone) => phone.state === state).length);
    }
  };
  const onProbe = (outcome: string): void => instruments.probes.inc({ outcome });
  const watch = new PhoneWatch({ book, client, now, onProbe, onChange: countStates });
  const survey = new NetworkSurvey({ book, client, watch, now });
  const lab = labThatTells(options.lab ?? labOf(options), (n, became) => {
    if (became !== undefined) book.told(n, became, now());
    watch.hurry(book.find(n)?.api);
  });
  const player = new ScenarioPlayer({
    ...{ driver: lab, client, now, phones: () => book.phones, watched: () => watch.watched() },
    tell: (event) => hub.send('lab', event),
    onDefect: (error) => logger.error({ err: error }, 'a scenario of the churn lab broke off'),
  });
  const scenarios = await readScenarios(options.scenarioFolder ?? SHIPPED_SCENARIOS, {
    stage: lab.kind === 'containers' ? 'containers' : 'processes',
    onFault: (fault) => logger.warn({ fault }, 'a scenario file is left out'),
  });
  const stopping = new AbortController();
  const context: RouteContext = {
    ...{ lab, player, scenarios, labEnabled: adminToken !== undefined },
    ...{ book, watch, client, survey, hub, proxy, instruments, registry, logger, now },
    stopping: stopping.signal,
  };
  const { consoleFolder } = options;
  const hosts = [...options.hosts, options.listen.host];
  const app = await createApp({ context, hosts, callerOf, adminToken, consoleFolder, checkAnswers });
  const unfollow = followSource(
    options.source,
    (listings) => {
      book.list(listings, now());
      countStates();
    },
    logger,
  );
  watch.start();
  survey.start();
  const stopPumping = pumpEvents({ book, hub, watch, phoneText, pulseText: () => pulseText(context) });
  const close = async (): Promise<void> => {
    stopping.abort();
    unfollow();
    watch.stop();
    survey.stop();
    stopPumping();
    await app.close();
    proxy.close();
    client.close();
  };
  let closed: Promise<void> | undefined;
  return { app, context, close: (): Promise<void> => (closed ??= close()) };
}

function labOf({ source, containerLab, adminToken }: GatewayOptions): LabDriver {
  if (source.kind === 'supervisor') return new SupervisorLab(parentChannel());
  return containerLab === undefined || adminToken === undefined ? NO_LAB : new ContainerLab(containerLab, adminToken);
}
