/** The run card: one HTML file that says what was asked, what came of it, and how to run it again. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFileAtomically } from '../../../services/shared/runtime/atomic-file.ts';
import { FIGURE_NAMES, FIGURES, measure } from '../../../services/shared/scenario/figures.ts';
import { WHOLE_RUN } from '../../../services/shared/scenario/measures.ts';
import type { Result } from '../../../services/shared/scenario/result.ts';
import type { Scenario } from '../../../services/shared/scenario/scenario.ts';
import { showDuration, showFigure } from '../../../services/shared/scenario/show.ts';
import { drawPopulation } from '../../../services/shared/scenario/timeline.ts';
import type { Played } from '../play.ts';
import type { Versions } from '../versions.ts';
import { backdropOf, drawEventStrip } from './event-strip.ts';
import { escaped } from './html.ts';
import { plotsOf } from './plots.ts';
import { STYLE } from './style.ts';
import { drawTimePlot } from './time-plot.ts';

export interface CardContents {
  readonly scenario: Scenario;
  readonly played: Played;
  readonly result: Result;
  readonly stage: string;
  /** The scenario file: its name and what is in it. */
  readonly file: string;
  readonly text: string;
  readonly startedAt: Date;
  /** Of wall time. */
  readonly seconds: number;
  readonly versions: Versions;
  readonly configHash: string;
  readonly command: string;
}

/** Writes the card whole or not at all; makes its folder. */
export async function writeCard(file: string, contents: CardContents): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFileAtomically(file, cardOf(contents));
}

export function cardOf(contents: CardContents): string {
  const { scenario, played, stage, result } = contents;
  const verdict = result.passed ? 'passed' : 'failed';
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(scenario.name)} on ${escaped(stage)}: ${verdict}</title>`,
    `<style>${STYLE}</style></head>`,
    `<body class="${verdict}"><main>`,
    headerOf(contents),
    assertionsOf(contents),
    faultsOf(contents),
    stripOf(contents),
    '<h2>The run in time</h2>',
    `<div class="plots">${plotsOf(played.seen)
      .map((plot) => drawTimePlot(plot, backdropOf(played.seen)))
      .join('\n')}</div>`,
    figuresOf(contents),
    againOf(contents),
    '</main></body></html>',
    '',
  ].join('\n');
}

function headerOf({ scenario, played, result, stage, seconds }: CardContents): string {
  const { seen } = played;
  const held = result.assertions.filter(({ holds }) => holds).length;
  const summary = result.passed ? 'Passed' : 'Failed';
  const facts: readonly (readonly [string, string])[] = [
    ['stage', stage],
    ['seed', String(scenario.seed)],
    ['phones', scenario.population.phones.toLocaleString('en-US')],
    ['people', scenario.workload.people.toLocaleString('en-US')],
    ['operations', seen.operations.length.toLocaleString('en-US')],
    ['records acknowledged', seen.readBack.acknowledged.toLocaleString('en-US')],
    ['comings and goings', String(seen.joins.length + seen.failedJoins + goings(played))],
    ['played', showDuration(seen.endedMs)],
    ['took', showDuration(1_000 * seconds)],
  ];
  return [
    '<header><div class="title">',
    `<h1>${escaped(scenario.name)}</h1>`,
    `<span class="verdict">${summary}: ${held} of ${result.assertions.length} assertions hold</span></div>`,
    `<p class="about">${escaped(scenario.about)}</p>`,
    `<dl class="facts">${facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${escaped(value)}</dd></div>`).join('')}</dl>`,
    '</header>',
  ].join('\n');
}

function goings({ seen: { departures } }: Played): number {
  return departures.stops + departures.crashes + departures.moves;
}

function assertionsOf({ result }: CardContents): string {
  const rows = result.assertions.map(({ assertion, measured, holds }) => [
    `<span class="${holds ? 'held' : 'missed'}">${holds ? '✓ held' : '✗ failed'}</span>`,
    `<code>${escaped(assertion.text)}</code>`,
    escaped(showFigure(assertion.figure, measured)),
    escaped(FIGURES[assertion.figure].about),
  ]);
  return `<h2>What must hold</h2>${tableOf(['', 'asserted', 'measured', ''], rows)}`;
}

/** What the checkers have to say in words, and what this stage could not play. */
function faultsOf({ played: { seen, limits } }: CardContents): string {
  const held =
    seen.heldBack > 0 ? [`${seen.heldBack} operations were not begun: too many were under way already.`] : [];
  const sentences = [...seen.defects.map((what) => `Ended by itself: ${what}`), ...seen.faults, ...limits, ...held];
  if (sentences.length === 0) return '';
  const items = sentences.map((sentence) => `<li>${escaped(sentence)}</li>`).join('');
  return `<h2>To be said</h2><div class="panel"><ul class="list">${items}</ul></div>`;
}

function stripOf({ scenario, played: { seen } }: CardContents): string {
  const strip = drawEventStrip(seen, drawPopulation(scenario));
  return strip === '' ? '' : `<h2>What happened when</h2><div class="panel">${strip}</div>`;
}

function figuresOf({ played: { seen } }: CardContents): string {
  const rows = FIGURE_NAMES.map((name) => [
    `<code>${name}</code>`,
    '',
    escaped(showFigure(name, measure(name, seen, WHOLE_RUN))),
    escaped(FIGURES[name].about),
  ]);
  return `<h2>All figures, over the whole run</h2>${tableOf(['figure', '', 'measured', ''], rows)}`;
}

function againOf({ file, text, command, versions, configHash, played, startedAt }: CardContents): string {
  const facts: readonly (readonly [string, string])[] = [
    ['config hash', configHash],
    ['event hash', played.eventHash ?? 'none: no two runs of this stage are equal'],
    ['ringwall', versions.ringwall],
    ['revision', versions.revision ?? 'not known'],
    ['node', versions.node],
    ['platform', versions.platform],
    ['begun', startedAt.toISOString()],
  ];
  const rows = facts.map(
    ([name, value]) => `<tr><td class="note">${name}</td><td class="mono">${escaped(value)}</td></tr>`,
  );
  return [
    '<h2>Run it again</h2>',
    `<pre class="again">${escaped(command)}</pre>`,
    `<h2>What ran</h2><div class="panel"><table>${rows.join('')}</table></div>`,
    `<h2>${escaped(file)}</h2><div class="panel"><pre>${escaped(text)}</pre></div>`,
  ].join('\n');
}

function tableOf(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const classes = ['', '', 'value', 'note'];
  const head = columns.map((column) => `<th>${column}</th>`).join('');
  const body = rows.map(
    (cells) => `<tr>${cells.map((cell, i) => `<td class="${classes[i]}">${cell}</td>`).join('')}</tr>`,
  );
  return `<div class="panel"><table><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}
