/** `cut` and `heal`: the network of the testnet falls in two and becomes whole again. */
import type { Command } from 'commander';
import { sendCommand } from '../control-client.ts';
import type { Sides } from '../control-protocol.ts';
import { MAX_PHONES } from '../testnet-options.ts';
import { type SharedOptions, wholeNumber, withSharedOptions } from './options.ts';

const numberOfPhone = wholeNumber(1, MAX_PHONES);

export function addPartitionCommands(program: Command): void {
  withSharedOptions(program.command('cut'))
    .description('cut phones off from all others, until `heal`; a new cut replaces the one before')
    .argument('<n...>', 'numbers of the phones on one side', (text: string, before: number[] | undefined) => [
      ...(before ?? []),
      numberOfPhone(text),
    ])
    .action(cut);
  withSharedOptions(program.command('heal')).description('let all phones hear each other again').action(heal);
}

async function cut(phones: number[], { data, json }: SharedOptions): Promise<void> {
  const sides = await sendCommand<Sides>(data, { command: 'cut', phones });
  const { inside, outside } = sides;
  console.log(json ? JSON.stringify(sides) : `${inside.join(', ')} and ${outside.join(', ')} do not hear each other`);
}

async function heal({ data, json }: SharedOptions): Promise<void> {
  await sendCommand(data, { command: 'heal' });
  console.log(json ? '{"healed":true}' : 'all phones hear each other again');
}
