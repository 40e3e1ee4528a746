/** `kill`, `stop`, `freeze`, `thaw`, `restart`, `move`: what can happen to one phone. */
import type { Command } from 'commander';
import { sendCommand } from '../control/control-client.ts';
import type { PhoneCommand } from '../control/control-protocol.ts';
import { type SharedOptions, wholeNumber, withSharedOptions } from './options.ts';

const DESCRIPTIONS: Readonly<Record<PhoneCommand, string>> = {
  kill: 'kill -9 a phone',
  stop: 'let a phone leave the ring gracefully',
  freeze: 'hold a phone up (SIGSTOP): alive, but silent',
  thaw: 'let a frozen phone go on (SIGCONT)',
  restart: 'start a phone again with its id and its data; one that runs is stopped first',
  move: 'start a phone with its data at another address; one that runs loses its network first',
};
const HIGHEST_NUMBER = 1_000_000;

export function addPhoneCommands(program: Command): void {
  for (const [name, description] of Object.entries(DESCRIPTIONS)) {
    const command = name as PhoneCommand;
    withSharedOptions(program.command(name))
      .description(description)
      .argument('<n>', 'number of the phone', wholeNumber(1, HIGHEST_NUMBER))
      .action(async (n: number, { data, json }: SharedOptions) => {
        const result = await sendCommand<{ n: number; state: string }>(data, { command, n });
        console.log(json ? JSON.stringify(result) : `phone ${result.n} is ${result.state}`);
      });
  }
}
