/** An embedder in a process of its own: its model leaves the machine's memory with it. */
import { EmbedderServiceDefinition } from '../../proto/gen/ringwall/embedder/v1/embedder.ts';
import { EnvironmentReader } from '../shared/runtime/environment.ts';
import { GrpcServer } from '../shared/runtime/grpc-server.ts';
import { formatHostPort } from '../shared/runtime/host-port.ts';
import { type RunningProgram, runProgram, unlessStopped } from '../shared/runtime/lifecycle.ts';
import { createLogger, LOG_LEVELS, type Logger } from '../shared/runtime/logging.ts';
import { createRegistry } from '../shared/runtime/metrics.ts';
import { serveMetrics } from '../shared/runtime/metrics-server.ts';
import { answersArguments, PROCESS_VARIABLES, type Variable } from '../shared/runtime/usage.ts';
import { EMBEDDER_VARIABLES, readEmbedderSettings, startEmbedder } from './start.ts';

const VARIABLES: readonly Variable[] = [
  ...EMBEDDER_VARIABLES,
  {
    name: 'RINGWALL_EMBEDDER_LISTEN',
    meaning: 'host:port of EmbedderService (and health)',
    fallback: '127.0.0.1:7501',
  },
  { name: 'RINGWALL_METRICS_LISTEN', meaning: 'host:port of GET /metrics', fallback: 'off' },
  ...PROCESS_VARIABLES,
];
/** What open calls get when it stops, in ms. */
const STOP_GRACE_MS = 500;

let logger: Logger | undefined;

async function start(stopping: AbortSignal): Promise<RunningProgram> {
  const environment = new EnvironmentReader(process.env);
  const settings = readEmbedderSettings(environment);
  const listen = environment.hostPort('RINGWALL_EMBEDDER_LISTEN', '127.0.0.1:7501');
  const metricsListen = environment.optionalHostPort('RINGWALL_METRICS_LISTEN');
  const log = createLogger(environment.oneOf('RINGWALL_LOG_LEVEL', LOG_LEVELS, 'info'));
  environment.boolean('RINGWALL_EXIT_WITH_PARENT', false);
  environment.check();
  logger = log;
  const registry = createRegistry();
  await using starting = new AsyncDisposableStack();
  const embedder = await unlessStopped(startEmbedder({ settings, logger: log, registry }), stopping);
  starting.defer(() => embedder.stop());
  const server = new GrpcServer({ crashed: (error, method) => log.error({ err: error, method }, 'a call crashed') });
  server.add(EmbedderServiceDefinition, embedder.service);
  const address = formatHostPort(await server.listen(listen));
  starting.defer(() => server.stop(STOP_GRACE_MS));
  const metrics = metricsListen === undefined ? undefined : await serveMetrics(registry, metricsListen);
  if (metrics !== undefined) starting.defer(() => metrics.stop());
  log.info({ embedder: address, metrics: metrics?.address }, 'ready');
  const running = starting.move();
  const metricsAddress = metrics && formatHostPort(metrics.address);
  return { ready: { embedder: address, metrics: metricsAddress }, stop: () => running.disposeAsync() };
}

if (!answersArguments('embedder', 'what texts mean, for the services of a phone.', VARIABLES)) {
  await runProgram({ start, logger: () => logger });
}
