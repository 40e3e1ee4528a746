/** A wall API in a process of its own, beside the chord router it works with. */
import { setTimeout as delay } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { ChordServiceDefinition } from '../../proto/gen/ringwall/chord/v1/chord.ts';
import type { Contact } from '../shared/core/contact.ts';
import { parseId } from '../shared/core/id.ts';
import { EnvironmentReader } from '../shared/runtime/environment.ts';
import { type GrpcClient, grpcClient } from '../shared/runtime/grpc-client.ts';
import { type RunningProgram, runProgram } from '../shared/runtime/lifecycle.ts';
import { createLogger, LOG_LEVELS, type Logger } from '../shared/runtime/logging.ts';
import { createRegistry } from '../shared/runtime/metrics.ts';
import { RpcError } from '../shared/runtime/rpc.ts';
import { readChordAddress, readWallApiSettings } from './environment.ts';
import { startWallApi } from './start.ts';

const STOP_DEADLINE_MS = 10_000;
const RETRY_MS = 250;
const STATUS_TIMEOUT_MS = 2_000;

let logger: Logger | undefined;

async function start(stopping: AbortSignal): Promise<RunningProgram> {
  const environment = new EnvironmentReader(process.env);
  const dataDir = environment.text('RINGWALL_DATA');
  const level = environment.oneOf('RINGWALL_LOG_LEVEL', LOG_LEVELS, 'info');
  const chordAddress = readChordAddress(environment);
  const { listen, settings } = readWallApiSettings(environment);
  environment.check();
  logger = createLogger(level);
  const chord = grpcClient(ChordServiceDefinition, chordAddress);
  try {
    const phone = await askWhoThisIs(chord, stopping);
    const parts = { chord: chord.service, dataDir, listen, phone, logger, registry: createRegistry(), settings };
    const wall = await startWallApi(parts);
    const stop = async (): Promise<void> => {
      await wall.stop();
      chord.close();
    };
    return { ready: { id: phone.id, api: wall.url }, stop };
  } catch (error) {
    chord.close();
    throw error;
  }
}

/** Which phone the router is; waits until it answers. */
async function askWhoThisIs(chord: GrpcClient<typeof ChordServiceDefinition>, stopping: AbortSignal): Promise<Contact> {
  for (;;) {
    stopping.throwIfAborted();
    try {
      const { self } = await chord.service.getStatus({}, { timeoutMs: STATUS_TIMEOUT_MS, signal: stopping });
      const id = parseId(self?.id ?? '');
      if (id === undefined) throw new Error('the chord router does not say which phone it is');
      return { id, address: self!.address };
    } catch (error) {
      const mayCome = error instanceof RpcError && [status.UNAVAILABLE, status.DEADLINE_EXCEEDED].includes(error.code);
      if (!mayCome) throw error;
    }
    await delay(RETRY_MS, undefined, { signal: stopping });
  }
}

await runProgram({
  start,
  logger: () => logger,
  exitWithParent: true,
  stopDeadlineMs: STOP_DEADLINE_MS,
});
