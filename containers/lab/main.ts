/**
 * The gateway's hand in the phones of a testnet in containers: kills, freezes, cuts off, restarts and adds them when it
 * is told to by who shows the admin token. It holds the socket of the container engine, which is as much as root on the
 * engine's machine, so it runs only where somebody chose to (docker-compose.lab.yml), publishes no port, and touches no
 * container but the phones of the project that it belongs to itself.
 */
import { hostname } from 'node:os';
import type { HostPort } from '../../services/shared/runtime/network/host-port.ts';
import {
  ConfigurationError,
  EnvironmentReader,
  type EnvironmentValues,
} from '../../services/shared/runtime/program/environment.ts';
import {
  PROCESS_VARIABLES,
  type ProcessSettings,
  readProcessSettings,
} from '../../services/shared/runtime/program/process-settings.ts';
import { runProgram } from '../../services/shared/runtime/program/program.ts';
import type { Variable } from '../../services/shared/runtime/program/usage.ts';
import { CommandServer } from '../../testnet/control/command-server.ts';
import { ComposedPhones } from './composed-phones.ts';
import { EngineApi } from './engine-api.ts';
import { labPerformer } from './perform.ts';

interface LabSettings extends ProcessSettings {
  readonly listen: HostPort;
  /** Path of the engine's socket. */
  readonly engine: string;
  readonly adminToken: string;
}

const LISTEN = '0.0.0.0:7600';
const ENGINE = '/var/run/docker.sock';
const VARIABLES: readonly Variable[] = [
  { name: 'RINGWALL_LAB_LISTEN', meaning: 'host:port where the gateway finds it', fallback: LISTEN },
  { name: 'RINGWALL_LAB_ENGINE', meaning: "the container engine's socket", fallback: ENGINE },
  { name: 'RINGWALL_ADMIN_TOKEN', meaning: 'the same as that of the gateway and the phones', fallback: 'required' },
  ...PROCESS_VARIABLES,
];

function readSettings(values: EnvironmentValues): LabSettings {
  const environment = new EnvironmentReader(values);
  if (environment.optional('RINGWALL_ADMIN_TOKEN') === undefined) environment.fault('RINGWALL_ADMIN_TOKEN must be set');
  const settings = {
    listen: environment.hostPort('RINGWALL_LAB_LISTEN', LISTEN),
    engine: environment.text('RINGWALL_LAB_ENGINE', ENGINE),
    adminToken: environment.secret('RINGWALL_ADMIN_TOKEN') ?? '',
    ...readProcessSettings(environment),
  };
  environment.check();
  return settings;
}

await runProgram({
  name: 'lab',
  purpose: 'what the churn lab does to phones in containers.',
  variables: VARIABLES,
  readSettings,
  async start({ listen, engine: socket, adminToken }) {
    const engine = new EngineApi(socket);
    // A container's name for itself is the beginning of its id.
    const project = await ComposedPhones.projectOf(engine, hostname()).catch((error: Error) => {
      const fault = `RINGWALL_LAB_ENGINE must be the socket of the engine that runs this container: ${error.message}`;
      throw new ConfigurationError([fault], { cause: error });
    });
    const perform = labPerformer(new ComposedPhones(engine, project, adminToken));
    const server = await CommandServer.start({ ...listen, token: adminToken, perform });
    return { ready: { project, port: server.port }, stop: async () => await server[Symbol.asyncDispose]() };
  },
});
