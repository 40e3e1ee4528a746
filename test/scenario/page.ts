/** What came of several scenarios, as one Markdown page. The same runs in the simulator give the same page. */
import { availableParallelism, loadavg } from 'node:os';
import { FIGURES, type FigureName, measure } from '../../services/shared/scenario/figures.ts';
import { WHOLE_RUN } from '../../services/shared/scenario/measures.ts';
import { showDuration, showFigure } from '../../services/shared/scenario/show.ts';
import type { CardContents } from './card/card.ts';

/** Told of every scenario, whether it asserts something of them or not. */
const TOLD: readonly FigureName[] = [
  'reads-complete',
  'reads-served',
  'reads-stale',
  'writes-unsure',
  'records-acknowledged',
  'records-lost',
  'lookups-right',
  'lookup-hops-p50',
  'lookup-hops-p99',
  'lookup-ms-p50',
  'lookup-ms-p99',
  'join-ms-p50',
  'join-ms-p99',
  'bytes-per-phone-second',
];

const TITLES: Readonly<Record<string, string>> = {
  processes: '# Scenarios on real phones, each a process of one machine',
  containers: '# Scenarios on real phones, each in a container of one machine',
};

/** `command`: what writes this page anew. */
export function pageOf(runs: readonly CardContents[], command: string): string {
  const sections = [
    TITLES[runs[0]?.stage ?? ''] ?? '# Scenarios',
    'Who comes and goes, what people do, what befalls the network, and what must hold: the files of `scenarios/`, each ' +
      'played once with the seed it names. Every run ends with a card (plots over time, all figures) that is not kept ' +
      'here. What a figure means, and what a file may say, is in the [room of scenarios](../../test/scenario/README.md).',
    `\`${command}\` writes this page anew${runs.every(({ played }) => played.eventHash !== undefined) ? ', to the same byte' : ''}.`,
    ...(runs.every(({ played }) => played.eventHash !== undefined) ? [] : [machineHere()]),
    '## Side by side',
    sideBySide(runs),
    ...runs.flatMap((run) => sectionOf(run)),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** Real phones are as fast as what they run on lets them be. */
function machineHere(): string {
  const load = loadavg()[2]!.toFixed(1);
  return (
    `Real phones share the machine with all else that runs on it: ${availableParallelism()} cores, on which ` +
    `${load} programs at a time wanted to run, these phones among them, in the quarter of an hour before this page was ` +
    'written. Times are what that makes of them; who comes and goes when, and what people do, is drawn by the seed.'
  );
}

function sideBySide(runs: readonly CardContents[]): string {
  const rows = TOLD.map((name) => [
    `\`${name}\``,
    ...runs.map(({ played }) => {
      const value = measure(name, played.seen, WHOLE_RUN);
      return value === undefined ? '' : showFigure(name, value);
    }),
    FIGURES[name].about,
  ]);
  return tableOf(['figure', ...runs.map(({ scenario }) => scenario.name), ''], rows);
}

function sectionOf({ scenario, played, result, stage, file, configHash }: CardContents): readonly string[] {
  const { seen, eventHash, limits } = played;
  const { stops, crashes, moves } = seen.departures;
  const held = result.assertions.filter(({ holds }) => holds).length;
  return [
    `## ${scenario.name}`,
    scenario.about,
    `\`${file}\` on ${stage}, seed ${scenario.seed}: ${seen.operations.length.toLocaleString('en-US')} operations of ` +
      `${scenario.workload.people} people on ${scenario.population.phones} phones in ${showDuration(scenario.durationMs)}; ` +
      `${seen.joins.length + seen.failedJoins} comings, ${stops} goodbyes, ${crashes} crashes, ${moves} moves. ` +
      `Config ${configHash}${eventHash === undefined ? '' : `, events ${eventHash}`}. ` +
      `**${held} of ${result.assertions.length} assertions hold.**`,
    tableOf(
      ['asserted', 'measured', ''],
      result.assertions.map(({ assertion, measured, holds }) => [
        `\`${assertion.text}\``,
        showFigure(assertion.figure, measured),
        holds ? 'held' : '**failed**',
      ]),
    ),
    ...[...seen.defects, ...seen.faults, ...limits].map((sentence) => `- ${sentence}`),
  ];
}

function tableOf(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '/')).join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}
