/** Runs one gateway until it is told to stop. */
import { flushCompileCache } from 'node:module';
import { type RunningProgram, runProgram } from '../shared/runtime/lifecycle.ts';
import { createLogger, type Logger } from '../shared/runtime/logging.ts';
import { createRegistry } from '../shared/runtime/metrics.ts';
import { answersArguments } from '../shared/runtime/usage.ts';
import { GATEWAY_VARIABLES, readGatewaySettings } from './environment.ts';
import { startGateway } from './start.ts';

let logger: Logger | undefined;

async function start(): Promise<RunningProgram> {
  const settings = readGatewaySettings(process.env);
  logger = createLogger(settings.logLevel);
  const gateway = await startGateway({ ...settings, logger, registry: createRegistry() });
  flushCompileCache();
  logger.info({ url: gateway.url }, 'ready');
  return { ready: { url: gateway.url }, stop: () => gateway.stop() };
}

if (!answersArguments('gateway', 'the one public door of a testnet.', GATEWAY_VARIABLES)) {
  await runProgram({ start, logger: () => logger });
}
