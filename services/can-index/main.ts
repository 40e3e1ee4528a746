/** An index of meanings in a process of its own, beside the chord router and the embedder it works with. */
import { CanServiceDefinition } from '../../proto/gen/ringwall/can/v1/can.ts';
import { ChordServiceDefinition } from '../../proto/gen/ringwall/chord/v1/chord.ts';
import { EmbedderServiceDefinition } from '../../proto/gen/ringwall/embedder/v1/embedder.ts';
import { RelayServiceDefinition } from '../../proto/gen/ringwall/relay/v1/relay.ts';
import { EnvironmentReader } from '../shared/runtime/environment.ts';
import { grpcClient } from '../shared/runtime/grpc-client.ts';
import { GrpcServer } from '../shared/runtime/grpc-server.ts';
import { formatHostPort } from '../shared/runtime/host-port.ts';
import { type RunningProgram, runProgram } from '../shared/runtime/lifecycle.ts';
import { createLogger, LOG_LEVELS, type Logger } from '../shared/runtime/logging.ts';
import { createRegistry } from '../shared/runtime/metrics.ts';
import { serveMetrics } from '../shared/runtime/metrics-server.ts';
import { askUntilUp, askWhoThisIs } from '../shared/runtime/sibling.ts';
import { answersArguments, PROCESS_VARIABLES, type Variable } from '../shared/runtime/usage.ts';
import { readCanIndexSettings, startCanIndex } from './start.ts';

const VARIABLES: readonly Variable[] = [
  {
    name: 'RINGWALL_SEEDS',
    meaning: 'comma-separated host:port of peer APIs to join through; empty: whoever the chord router knows',
    fallback: 'empty',
  },
  { name: 'RINGWALL_CHORD_ADDRESS', meaning: "host:port of the chord router's sibling API", fallback: 'required' },
  { name: 'RINGWALL_EMBEDDER_ADDRESS', meaning: 'host:port of the embedder', fallback: 'required' },
  {
    name: 'RINGWALL_CAN_LISTEN',
    meaning: 'host:port of CanService and RelayService (and health)',
    fallback: '127.0.0.1:7502',
  },
  { name: 'RINGWALL_METRICS_LISTEN', meaning: 'host:port of GET /metrics', fallback: 'off' },
  ...PROCESS_VARIABLES,
];
/** What open calls get when it stops, in ms. */
const STOP_GRACE_MS = 500;

let logger: Logger | undefined;

async function start(stopping: AbortSignal): Promise<RunningProgram> {
  const environment = new EnvironmentReader(process.env);
  const settings = readCanIndexSettings(environment);
  const chordAddress = environment.hostPort('RINGWALL_CHORD_ADDRESS');
  const embedderAddress = environment.hostPort('RINGWALL_EMBEDDER_ADDRESS');
  const listen = environment.hostPort('RINGWALL_CAN_LISTEN', '127.0.0.1:7502');
  const metricsListen = environment.optionalHostPort('RINGWALL_METRICS_LISTEN');
  const log = createLogger(environment.oneOf('RINGWALL_LOG_LEVEL', LOG_LEVELS, 'info'));
  environment.boolean('RINGWALL_EXIT_WITH_PARENT', false);
  environment.check();
  logger = log;
  const registry = createRegistry();
  await using starting = new AsyncDisposableStack();
  const chord = grpcClient(ChordServiceDefinition, formatHostPort(chordAddress));
  starting.defer(() => chord.close());
  const embedder = grpcClient(EmbedderServiceDefinition, formatHostPort(embedderAddress));
  starting.defer(() => embedder.close());
  const phone = await askWhoThisIs(chord.service, stopping);
  await askUntilUp((options) => embedder.service.getParameters({}, options), stopping);
  const siblings = { chord: chord.service, embedder: embedder.service };
  const can = await startCanIndex({ settings, ...siblings, phone, logger: log, registry });
  starting.defer(() => can.stop());
  const server = new GrpcServer({ crashed: (error, method) => log.error({ err: error, method }, 'a call crashed') });
  server.add(CanServiceDefinition, can.service);
  server.add(RelayServiceDefinition, can.relay);
  const address = formatHostPort(await server.listen(listen));
  starting.defer(() => server.stop(STOP_GRACE_MS));
  const metrics = metricsListen === undefined ? undefined : await serveMetrics(registry, metricsListen);
  if (metrics !== undefined) starting.defer(() => metrics.stop());
  await can.join();
  log.info({ can: address, metrics: metrics?.address }, 'ready');
  const running = starting.move();
  return {
    ready: { can: address },
    async stop() {
      await can.leave();
      await running.disposeAsync();
    },
  };
}

if (!answersArguments('can-index', "a phone's zone of the space of meanings and the posts in it.", VARIABLES)) {
  await runProgram({ start, logger: () => logger });
}
