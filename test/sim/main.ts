/** `npm run sim`: runs seeds under drawn faults, replays a failure, measures the simulator. */
import { Command, InvalidArgumentError } from 'commander';
import { tellOfControls } from './controls/controls.ts';
import { MUTATIONS } from './controls/mutations.ts';
import { type CampaignReport, runCampaign } from './records/campaign.ts';
import { tellOfChurn } from './ring/churn-report.ts';
import { tellOfSchedules } from './ring/schedule-report.ts';
import { measureSpeed, SPEED_HEADER, speedRow } from './speed.ts';

const MAX_SEED = 2 ** 32 - 1;
const MAX_SEEDS = 1_000_000;
/** Seeds that a breakage is given to show itself in. */
const DEFAULT_CONTROL_SEEDS = 30;
/** Faults told of with a failure. */
const LAST_DEEDS = 12;

const within =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most) {
      throw new InvalidArgumentError(`a whole number from ${least} to ${most}`);
    }
    return value;
  };

function seedRange(text: string): readonly number[] {
  const match = /^(\d+)\.\.(\d+)$/.exec(text);
  const [from, to] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || from > to || to > MAX_SEED || to - from >= MAX_SEEDS) {
    throw new InvalidArgumentError('a range such as 1..200');
  }
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

interface Options {
  readonly seed?: number;
  readonly seeds?: readonly number[];
  readonly phones: number;
  readonly minutes: number;
  readonly speed?: true;
  readonly churn?: true;
  readonly schedules?: number;
  readonly messages?: number;
  readonly controls?: string | true;
}

const program = new Command('sim')
  .description('Simulates a ring of phones under faults that the seed draws, and checks that it keeps its promises.')
  .option('--seed <s>', 'run this seed and tell all about it', within(0, MAX_SEED))
  .option('--seeds <from..to>', 'run these seeds and tell which failed', seedRange)
  .option('--phones <n>', 'phones in the beginning', within(1, 100_000), 16)
  .option('--minutes <m>', 'virtual minutes under faults', within(1, 10_000), 3)
  .option('--churn', "let phones without records join and fail within Zave's assumptions instead")
  .option(
    '--schedules <n>',
    'play small scenes instead, with every choice of up to n late or lost messages',
    within(0, 8),
  )
  .option('--messages <m>', 'of those, only the first m messages of a scene may be late or lost', within(1, 10_000))
  .option('--controls [name]', 'break the code on purpose instead, those breakages with this in their names')
  .option('--speed', 'measure the simulator instead')
  .addHelpText('after', '\nExit code: 0 when all was well, 1 when a seed failed, and the usage error code 64.')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 64));

program.parse();
const options = program.opts<Options>();

if (options.speed) speed();
else if (options.controls !== undefined) await controls(options.controls === true ? '' : options.controls);
else if (options.schedules !== undefined) schedules(options.schedules);
else if (options.churn) churn(options.seeds ?? [options.seed ?? 1]);
else if (options.seeds !== undefined) many(options.seeds);
else one(options.seed ?? 1);

function speed(): void {
  console.log(SPEED_HEADER);
  for (const row of measureSpeed()) console.log(speedRow(row));
}

async function controls(name: string): Promise<void> {
  const subjects = MUTATIONS.filter((mutation) => mutation.name.includes(name));
  const seeds = options.seeds?.length ?? DEFAULT_CONTROL_SEEDS;
  if (!(await tellOfControls(name === '' ? [undefined, ...subjects] : subjects, seeds))) process.exitCode = 1;
}

function schedules(most: number): void {
  if (!tellOfSchedules(most, options.messages)) process.exitCode = 1;
}

function churn(seeds: readonly number[]): void {
  if (!tellOfChurn(seeds, options)) process.exitCode = 1;
}

function one(seed: number): void {
  const { phones, minutes } = options;
  const report = runCampaign({ seed, phones, minutes, onProgress: (step) => console.error(`· ${step}`) });
  const { network, faults, ...pace } = report.swarm;
  console.log(`faults:   ${faults.join(', ')}`);
  console.log(`network:  ${JSON.stringify(network)}`);
  console.log(`pace:     ${JSON.stringify(pace)}`);
  for (const deed of report.deeds) console.log(`  ${deed}`);
  console.log(summary(report));
  if (report.faults.length > 0) fail(report);
}

function many(seeds: readonly number[]): void {
  const failed: number[] = [];
  for (const [done, seed] of seeds.entries()) {
    const report = runCampaign({ seed, phones: options.phones, minutes: options.minutes });
    if (report.faults.length > 0) {
      failed.push(seed);
      fail(report);
    }
    if (process.stderr.isTTY) process.stderr.write(`\r· ${done + 1} of ${seeds.length}, ${failed.length} failed`);
    else console.error(`· ${summary(report)}`);
  }
  if (process.stderr.isTTY) process.stderr.write('\n');
  const which = failed.length === 0 ? '' : `: ${failed.join(' ')}`;
  console.log(`${seeds.length} seeds, ${failed.length} failed${which}`);
}

function summary(report: CampaignReport): string {
  const healed = report.healedMs === undefined ? 'not healed' : `healed in ${(report.healedMs / 1000).toFixed(0)} s`;
  return (
    `seed ${report.seed}: ${report.deeds.length} faults, ${report.delivered} messages, ${report.acknowledged} records, ` +
    `${judgedOf(report)} of ${judgedOf(report) + report.watched.unjudged} ring changes judged, ` +
    `${report.completeReads} of ${report.reads} reads complete, ${report.toldReads} older and said so, ` +
    `of ${report.writes} writes ${report.unsureWrites} unsure and ${report.unavailableWrites} unavailable, ${healed}, log ${report.hash.toString(16).padStart(8, '0')}`
  );
}

function judgedOf({ watched }: CampaignReport): number {
  return watched.judged + watched.judgedSmall;
}

function fail(report: CampaignReport): void {
  process.exitCode = 1;
  const { phones, minutes } = options;
  console.log(`\nseed ${report.seed} FAILED`);
  for (const fault of report.faults) console.log(`  ${fault}`);
  console.log('last faults:');
  for (const deed of report.deeds.slice(-LAST_DEEDS)) console.log(`  ${deed}`);
  console.log('last messages:');
  for (const line of report.trace) console.log(`  ${line}`);
  console.log(`replay: npm run sim -- --seed ${report.seed} --phones ${phones} --minutes ${minutes}\n`);
}
