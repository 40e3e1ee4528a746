/** Runs one phone until it is told to stop. */
import { flushCompileCache } from 'node:module';
import { runProgram } from '../shared/runtime/lifecycle.ts';
import { createLogger, type Logger } from '../shared/runtime/logging.ts';
import { answersArguments } from '../shared/runtime/usage.ts';
import { PHONE_VARIABLES, readPhoneSettings } from './environment.ts';
import { startPhone } from './phone.ts';

let logger: Logger | undefined;

if (!answersArguments('phone-node', 'one phone of the ring, with its wall.', PHONE_VARIABLES)) {
  await runProgram({
    logger: () => logger,
    async start(stopping) {
      const settings = readPhoneSettings(process.env);
      logger = createLogger(settings.logLevel);
      const program = await startPhone(settings, logger, stopping);
      // With NODE_COMPILE_CACHE set, the next phone on this machine starts in half the time, even if this one is killed.
      flushCompileCache();
      return program;
    },
  });
}
