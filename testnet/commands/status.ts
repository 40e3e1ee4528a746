/** `status`: how every phone is. */
import type { Command } from 'commander';
import { sendCommand } from '../control/control-client.ts';
import type { PhoneStatus } from '../control/control-protocol.ts';
import { table } from '../table.ts';
import { type SharedOptions, withSharedOptions } from './options.ts';

const HEAD = ['phone', 'id', 'state', 'pid', 'API', 'records', 'successor', 'memory MB', 'CPU s'];

export function addStatusCommand(program: Command): void {
  withSharedOptions(program.command('status'))
    .description('how every phone is: its process, records, successor, private memory and CPU time')
    .action(async ({ data, json }: SharedOptions) => {
      const phones = await sendCommand<PhoneStatus[]>(data, { command: 'status' });
      console.log(json ? JSON.stringify({ phones }) : table(HEAD, phones.map(rowOf)));
    });
}

function rowOf(phone: PhoneStatus): (string | number | null)[] {
  const { n, id, state, pid, api, records, successor, privateBytes, cpuSeconds } = phone;
  const megabytes = privateBytes === null ? null : Math.round(privateBytes / 1e6);
  return [n, id, state, pid, api, records, successor, megabytes, cpuSeconds];
}
