/** The command line of the testnet: `npm start`, `npm run testnet -- COMMAND`. */
import { Command } from 'commander';
import { addLoginCommand } from './commands/login.ts';
import { addNetworkCommands } from './commands/network.ts';
import { addPhoneCommands } from './commands/phone.ts';
import { addPopulationCommands } from './commands/population.ts';
import { addStartCommand } from './commands/start.ts';
import { addStatusCommand } from './commands/status.ts';
import { Interrupted } from './interruption.ts';
import { TestnetError } from './testnet-error.ts';

const EXIT_INTERRUPTED = 130;

const program = new Command('testnet')
  .description('Runs a ring of phones on this machine, and lets you do things to it from a second terminal.')
  .helpCommand(false);
addStartCommand(program);
addStatusCommand(program);
addPhoneCommands(program);
addNetworkCommands(program);
addPopulationCommands(program);
addLoginCommand(program);

// A terminal that is closed while phones are still ending must not stop that.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof Interrupted) {
    process.stderr.write(
      `${process.stdout.isTTY ? '\n' : ''}${error.message}: stopped before it was up, no phone is left\n`,
    );
    process.exitCode = EXIT_INTERRUPTED;
  } else if (error instanceof TestnetError) {
    process.stderr.write(`${process.stdout.isTTY ? '\n' : ''}error: ${error.message}\n`);
    process.exitCode = 1;
  } else {
    throw error;
  }
}
