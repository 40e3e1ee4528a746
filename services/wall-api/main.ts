/** A wall API in a process of its own, beside the chord router it works with. */
import { CanServiceDefinition } from '../../proto/gen/ringwall/can/v1/can.ts';
import { ChordServiceDefinition } from '../../proto/gen/ringwall/chord/v1/chord.ts';
import { EmbedderServiceDefinition } from '../../proto/gen/ringwall/embedder/v1/embedder.ts';
import { EnvironmentReader } from '../shared/runtime/environment.ts';
import { grpcClient } from '../shared/runtime/grpc-client.ts';
import { formatHostPort } from '../shared/runtime/host-port.ts';
import { type RunningProgram, runProgram } from '../shared/runtime/lifecycle.ts';
import { createLogger, LOG_LEVELS, type Logger } from '../shared/runtime/logging.ts';
import { createRegistry } from '../shared/runtime/metrics.ts';
import { askWhoThisIs } from '../shared/runtime/sibling.ts';
import { answersArguments, PROCESS_VARIABLES, type Variable } from '../shared/runtime/usage.ts';
import { readChordAddress } from './environment.ts';
import { readWallApiSettings, startWallApi, WALL_API_VARIABLES } from './start.ts';

const VARIABLES: readonly Variable[] = [
  { name: 'RINGWALL_DATA', meaning: "folder of the phone's state", fallback: 'required' },
  {
    name: 'RINGWALL_CHORD_ADDRESS',
    meaning: "host:port of the chord router's sibling API",
    fallback: 'required',
  },
  { name: 'RINGWALL_CAN_ADDRESS', meaning: 'host:port of the can-index', fallback: 'required' },
  { name: 'RINGWALL_EMBEDDER_ADDRESS', meaning: 'host:port of the embedder', fallback: 'required' },
  ...WALL_API_VARIABLES,
  ...PROCESS_VARIABLES,
];

let logger: Logger | undefined;

async function start(stopping: AbortSignal): Promise<RunningProgram> {
  const environment = new EnvironmentReader(process.env);
  const dataDir = environment.text('RINGWALL_DATA');
  const chordAddress = readChordAddress(environment);
  const canAddress = environment.hostPort('RINGWALL_CAN_ADDRESS');
  const embedderAddress = environment.hostPort('RINGWALL_EMBEDDER_ADDRESS');
  const settings = readWallApiSettings(environment);
  const log = createLogger(environment.oneOf('RINGWALL_LOG_LEVEL', LOG_LEVELS, 'info'));
  environment.boolean('RINGWALL_EXIT_WITH_PARENT', false);
  environment.check();
  logger = log;
  await using starting = new AsyncDisposableStack();
  const { service: chord, close } = grpcClient(ChordServiceDefinition, chordAddress);
  starting.defer(close);
  const can = grpcClient(CanServiceDefinition, formatHostPort(canAddress));
  starting.defer(() => can.close());
  const embedder = grpcClient(EmbedderServiceDefinition, formatHostPort(embedderAddress));
  starting.defer(() => embedder.close());
  const phone = await askWhoThisIs(chord, stopping);
  const siblings = { chord, can: can.service, embedder: embedder.service };
  const registry = createRegistry();
  const wall = await startWallApi({ ...settings, ...siblings, dataDir, phone, logger: log, registry });
  starting.defer(() => wall.stop());
  log.info({ api: wall.url }, 'ready');
  const running = starting.move();
  return { ready: { id: phone.id, api: wall.url }, stop: () => running.disposeAsync() };
}

if (!answersArguments('wall-api', "a phone's REST API, over its chord router.", VARIABLES)) {
  await runProgram({ start, logger: () => logger });
}
