/** Runs one gateway until it is told to stop. */
import { createRegistry } from '../shared/runtime/metrics/metrics.ts';
import { runProgram } from '../shared/runtime/program/program.ts';
import { GATEWAY_VARIABLES, readGatewaySettings } from './environment.ts';
import { startGateway } from './start.ts';

await runProgram({
  name: 'gateway',
  purpose: 'the one public door of a testnet.',
  variables: GATEWAY_VARIABLES,
  readSettings: readGatewaySettings,
  async start(settings, logger) {
    const gateway = await startGateway({ ...settings, logger, registry: createRegistry() });
    return { ready: { url: gateway.url }, stop: () => gateway.stop() };
  },
});
