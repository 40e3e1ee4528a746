/** A service of a phone in a process of its own, beside those that it works with. */

import { grpcClient } from '../grpc/grpc-client.ts';
import { GrpcServer } from '../grpc/grpc-server.ts';
import type { Service, ServiceDefinition } from '../grpc/rpc.ts';
import { createRegistry, type Registry } from '../metrics/metrics.ts';
import { serveMetrics } from '../metrics/metrics-server.ts';
import { formatHostPort, type HostPort } from '../network/host-port.ts';
import { EnvironmentReader } from './environment.ts';
import type { Logger } from './logging.ts';
import { PROCESS_VARIABLES, type ProcessSettings, readProcessSettings } from './process-settings.ts';
import { type Program, runProgram } from './program.ts';
import type { Variable } from './usage.ts';

export interface StandaloneService<Settings extends object> {
  readonly name: string;
  /** What it is, in half a sentence, for `--help`. */
  readonly purpose: string;
  /** All that `readSettings` reads. */
  readonly variables: readonly Variable[];
  /** Faults are told by `environment.check()`. */
  readSettings(environment: EnvironmentReader): Settings;
  start(settings: Settings, surroundings: Surroundings): Promise<StartedService>;
}

export interface StartedService {
  /** What a parent process is told once it serves. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** Says goodbye to the other phones, before everything is closed. */
  leave?(): Promise<void>;
}

/** What open calls get when a service stops, in ms. */
const STOP_GRACE_MS = 500;

/** What a service has around it in its process; all of it is closed again when the service stops, the last opened first. */
export class Surroundings {
  readonly registry: Registry = createRegistry();
  readonly logger: Logger;
  /** Aborted when the process is told to end before the service is up. */
  readonly stopping: AbortSignal;
  readonly #opened: AsyncDisposableStack;

  constructor(logger: Logger, stopping: AbortSignal, opened: AsyncDisposableStack) {
    this.logger = logger;
    this.stopping = stopping;
    this.#opened = opened;
  }

  /** Has something of the service closed with the rest. */
  defer(close: () => void | Promise<void>): void {
    this.#opened.defer(close);
  }

  /** A sibling service at host:port, which need not be up yet. */
  connect<Definition extends ServiceDefinition>(definition: Definition, address: HostPort): Service<Definition> {
    const { service, close } = grpcClient(definition, formatHostPort(address));
    this.defer(close);
    return service;
  }

  /** Serves what `add` adds, and health; gives host:port, with the port that was picked where 0 was asked for. */
  async serve(listen: HostPort, add: (server: GrpcServer) => void): Promise<string> {
    const server = new GrpcServer({
      crashed: (error, method) => this.logger.error({ err: error, method }, 'a call crashed'),
    });
    add(server);
    const address = formatHostPort(await server.listen(listen));
    this.defer(() => server.stop(STOP_GRACE_MS));
    return address;
  }

  /** Serves GET /metrics, where somebody wants it; gives host:port. */
  async serveMetrics(listen: HostPort | undefined): Promise<string | undefined> {
    if (listen === undefined) return undefined;
    const server = await serveMetrics(this.registry, listen);
    this.defer(() => server.stop());
    return formatHostPort(server.address);
  }
}

/** Runs a service until it is told to end, or answers `--help`. Call it once a process, from main.ts. */
export async function runService<Settings extends object>(service: StandaloneService<Settings>): Promise<void> {
  await runProgram(asProgram(service));
}

function asProgram<Settings extends object>(service: StandaloneService<Settings>): Program<Settings & ProcessSettings> {
  return {
    name: service.name,
    purpose: service.purpose,
    variables: [...service.variables, ...PROCESS_VARIABLES],
    readSettings(values) {
      const environment = new EnvironmentReader(values);
      const settings = { ...service.readSettings(environment), ...readProcessSettings(environment) };
      environment.check();
      return settings;
    },
    async start(settings, logger, stopping) {
      await using opened = new AsyncDisposableStack();
      const started = await service.start(settings, new Surroundings(logger, stopping, opened));
      const running = opened.move();
      return {
        ready: started.ready,
        async stop() {
          await started.leave?.();
          await running.disposeAsync();
        },
      };
    },
  };
}
