/** `join`, `churn` and `down`: what happens to the population as a whole. */
import type { Command } from 'commander';
import { sendCommand } from '../control/control-client.ts';
import { type ChurnSummary, MAX_RATE } from '../control/control-protocol.ts';
import { Interruption } from '../interruption.ts';
import { waitUntilFree } from '../lock.ts';
import { Progress } from '../progress.ts';
import { MAX_PHONES } from '../testnet-options.ts';
import { positiveNumber, type SharedOptions, wholeNumber, withSharedOptions } from './options.ts';

const DEFAULT_RATE = 6;
const LONGEST_CHURN_SECONDS = 7 * 24 * 3600;
const MAX_SEED = 2 ** 32 - 1;

export function addPopulationCommands(program: Command): void {
  withSharedOptions(program.command('join'))
    .description('add phones')
    .argument('[count]', 'how many', wholeNumber(1, MAX_PHONES), 1)
    .action(join);
  withSharedOptions(program.command('churn'))
    .description('let phones fail (kill -9) and join at random times; at the end those that were there run again')
    .option('--rate <n>', 'phones that fail a minute; as many join', positiveNumber(MAX_RATE), DEFAULT_RATE)
    .option('--for <seconds>', 'how long (default: until Ctrl-C)', positiveNumber(LONGEST_CHURN_SECONDS))
    .option('--seed <n>', "chooses who and when (default: the testnet's)", wholeNumber(0, MAX_SEED))
    .action(churn);
  withSharedOptions(program.command('down')).description('end the testnet; its data stays').action(down);
}

async function join(count: number, { data, json }: SharedOptions): Promise<void> {
  const phones = await sendCommand<{ n: number; api: string }[]>(data, { command: 'join', count });
  console.log(json ? JSON.stringify({ phones }) : phones.map(({ n, api }) => `phone ${n} joined: ${api}`).join('\n'));
}

async function churn(options: SharedOptions & { rate: number; for?: number; seed?: number }): Promise<void> {
  const { data, json, rate, for: forSeconds, seed } = options;
  const progress = new Progress(process.stdout);
  const onProgress = json ? undefined : (step: string) => progress.line(step);
  using interruption = new Interruption(process);
  try {
    const command = { command: 'churn', rate, forSeconds, seed } as const;
    const summary = await sendCommand<ChurnSummary>(data, command, onProgress, interruption.signal);
    const { failed, joined, seconds } = summary;
    console.log(json ? JSON.stringify(summary) : `${failed} phones failed and ${joined} joined in ${seconds} s`);
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    console.log(json ? '{"interrupted":true}' : 'no more churn: the testnet restores the phones that were there');
  }
}

async function down({ data, json }: SharedOptions): Promise<void> {
  await sendCommand(data, { command: 'down' });
  await waitUntilFree(data);
  console.log(json ? '{"down":true}' : 'the testnet is down; `npm start` continues where it stopped');
}
