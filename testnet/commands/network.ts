/** `cut`, `slow` and `heal`: what happens to the network between the phones. */
import type { Command } from 'commander';
import { sendCommand } from '../control/control-client.ts';
import {
  type LinkQuality,
  MAX_DELAY_MS,
  MAX_JITTER_MS,
  MAX_PACKET_LOSS,
  type Sides,
} from '../control/control-protocol.ts';
import { MAX_PHONES } from '../testnet-options.ts';
import { duration, durationRange, partUpTo, type SharedOptions, wholeNumber, withSharedOptions } from './options.ts';

const numberOfPhone = wholeNumber(1, MAX_PHONES);
const phoneNumbers = (text: string, before: number[] | undefined): number[] => [...(before ?? []), numberOfPhone(text)];

interface SlowOptions extends SharedOptions {
  readonly delay: readonly [least: number, most: number];
  readonly jitter: number;
  readonly loss: number;
  readonly packetLoss: number;
}

export function addNetworkCommands(program: Command): void {
  withSharedOptions(program.command('cut'))
    .description('cut phones off from all others, until `heal`; a new cut replaces the one before')
    .argument('<n...>', 'numbers of the phones on one side', phoneNumbers)
    .option('--one-way', 'they hear nobody on the other side, but are heard', false)
    .action(cut);
  withSharedOptions(program.command('slow'))
    .description('make all links of phones slow or lossy, until `heal`')
    .argument('<n...>', 'numbers of the phones', phoneNumbers)
    .option(
      '--delay <time>',
      'added one way to all they send and receive: 200ms, or 50ms..200ms drawn for each link',
      durationRange(MAX_DELAY_MS),
      [0, 0],
    )
    .option('--jitter <time>', 'mean of a random addition to each message', duration(MAX_JITTER_MS), 0)
    .option('--loss <part>', 'requests and replies that never arrive, each way: 2%', partUpTo(1), 0)
    .option(
      '--packet-loss <part>',
      'packets that are lost and sent again, which takes 200ms or more: 1%',
      partUpTo(MAX_PACKET_LOSS),
      0,
    )
    .action(slow);
  withSharedOptions(program.command('heal'))
    .description('end cuts and slow links: all phones hear each other again')
    .action(heal);
}

async function cut(phones: number[], { data, json, oneWay }: SharedOptions & { oneWay: boolean }): Promise<void> {
  const sides = await sendCommand<Sides>(data, { command: 'cut', phones, oneWay });
  const [inside, outside] = [sides.inside.join(', '), sides.outside.join(', ')];
  if (json) console.log(JSON.stringify(sides));
  else console.log(oneWay ? `${inside} hear nothing of ${outside}` : `${inside} and ${outside} do not hear each other`);
}

async function slow(phones: number[], { data, json, delay, jitter, loss, packetLoss }: SlowOptions): Promise<void> {
  const quality: LinkQuality = { delayMs: delay, jitterMs: jitter, loss, packetLoss };
  await sendCommand(data, { command: 'slow', phones, ...quality });
  if (json) return console.log(JSON.stringify({ phones, ...quality }));
  const [least, most] = delay;
  const late = least === most ? `${most} ms` : `${least} to ${most} ms`;
  const lost = `${100 * loss} % lost, ${100 * packetLoss} % of packets sent again`;
  console.log(`links of ${phones.join(', ')}: ${late} more each way, jitter ${jitter} ms, ${lost}`);
}

async function heal({ data, json }: SharedOptions): Promise<void> {
  await sendCommand(data, { command: 'heal' });
  console.log(json ? '{"healed":true}' : 'all phones hear each other again');
}
