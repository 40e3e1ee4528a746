/** Runs a chord router by itself, with the sibling API for a wall API beside it. */
import { EmbedderServiceDefinition } from '../../proto/gen/ringwall/embedder/v1/embedder.ts';
import { RelayServiceDefinition } from '../../proto/gen/ringwall/relay/v1/relay.ts';
import { EnvironmentReader } from '../shared/runtime/environment.ts';
import { grpcClient } from '../shared/runtime/grpc-client.ts';
import { GrpcServer } from '../shared/runtime/grpc-server.ts';
import { formatHostPort } from '../shared/runtime/host-port.ts';
import { type RunningProgram, runProgram, unlessStopped } from '../shared/runtime/lifecycle.ts';
import { createLogger, LOG_LEVELS, type Logger } from '../shared/runtime/logging.ts';
import { createRegistry } from '../shared/runtime/metrics.ts';
import { serveMetrics } from '../shared/runtime/metrics-server.ts';
import { askUntilUp } from '../shared/runtime/sibling.ts';
import { answersArguments, PROCESS_VARIABLES, type Variable } from '../shared/runtime/usage.ts';
import { CHORD_ROUTER_VARIABLES, readChordRouterSettings, startChordRouter } from './start.ts';

const VARIABLES: readonly Variable[] = [
  ...CHORD_ROUTER_VARIABLES,
  {
    name: 'RINGWALL_CHORD_LISTEN',
    meaning: 'host:port of the sibling API (ChordService, AdminService, health)',
    fallback: '127.0.0.1:7500',
  },
  {
    name: 'RINGWALL_CAN_ADDRESS',
    meaning: "host:port of the can-index beside it, which answers what other phones' indexes ask",
    fallback: 'none',
  },
  {
    name: 'RINGWALL_EMBEDDER_ADDRESS',
    meaning: 'host:port of the embedder beside it, whose model and projection all phones of the network must have',
    fallback: 'none: a network without embedders',
  },
  { name: 'RINGWALL_METRICS_LISTEN', meaning: 'host:port of GET /metrics', fallback: 'off' },
  ...PROCESS_VARIABLES,
];
/** What open calls of the sibling API get when it stops, in ms. */
const STOP_GRACE_MS = 500;

let logger: Logger | undefined;

async function start(stopping: AbortSignal): Promise<RunningProgram> {
  const environment = new EnvironmentReader(process.env);
  const settings = readChordRouterSettings(environment);
  const chordListen = environment.hostPort('RINGWALL_CHORD_LISTEN', '127.0.0.1:7500');
  const canAddress = environment.optionalHostPort('RINGWALL_CAN_ADDRESS');
  const embedderAddress = environment.optionalHostPort('RINGWALL_EMBEDDER_ADDRESS');
  const metricsListen = environment.optionalHostPort('RINGWALL_METRICS_LISTEN');
  const log = createLogger(environment.oneOf('RINGWALL_LOG_LEVEL', LOG_LEVELS, 'info'));
  environment.boolean('RINGWALL_EXIT_WITH_PARENT', false);
  environment.check();
  logger = log;
  const registry = createRegistry();
  await using starting = new AsyncDisposableStack();
  const parameters = embedderAddress && (await askForParameters(formatHostPort(embedderAddress), stopping));
  const router = await startChordRouter({ settings, logger: log, registry, parameters });
  starting.defer(() => router.stop());
  if (canAddress !== undefined) {
    const can = grpcClient(RelayServiceDefinition, formatHostPort(canAddress));
    starting.defer(() => can.close());
    router.serveRelayed('can-index', can.service);
  }
  const siblings = new GrpcServer({ crashed: (error, method) => log.error({ err: error, method }, 'a call crashed') });
  router.serveSiblings(siblings);
  const chord = formatHostPort(await siblings.listen(chordListen));
  starting.defer(() => siblings.stop(STOP_GRACE_MS));
  const metrics = metricsListen === undefined ? undefined : await serveMetrics(registry, metricsListen);
  if (metrics !== undefined) starting.defer(() => metrics.stop());
  await unlessStopped(router.joined, stopping);
  const peer = router.contact.address;
  log.info({ chord, peer, metrics: metrics?.address }, 'ready');
  const running = starting.move();
  return {
    ready: { id: router.contact.id, chord, peer },
    async stop() {
      await router.leave();
      await running.disposeAsync();
    },
  };
}

/** What the embedder beside this router has in common with those of the network; waits until it is up. */
async function askForParameters(address: string, stopping: AbortSignal): Promise<string> {
  const { service, close } = grpcClient(EmbedderServiceDefinition, address);
  try {
    const { networkParameters } = await askUntilUp((options) => service.getParameters({}, options), stopping);
    return networkParameters;
  } finally {
    close();
  }
}

if (!answersArguments('chord-router', "a phone's place on the ring and its records.", VARIABLES)) {
  await runProgram({ start, logger: () => logger });
}
