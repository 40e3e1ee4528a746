/** The pages of docs/experiments: one an experiment, and the index, which is read off the pages themselves. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bar, Experiment, Findings, Plot, Table } from './experiment.ts';
import { drawPlot } from './plot.ts';

export const PAGES = join(import.meta.dirname, '../../docs/experiments');
const INDEX = 'README.md';
const MET = '**met**';
const MISSED = '**missed**';
const BARS = '## Our bar';

export interface RunRecord {
  readonly seed: number;
  readonly seconds: number;
}

/** Writes the page and the plots of an experiment into a folder. */
export async function writePage(
  experiment: Experiment,
  findings: Findings,
  record: RunRecord,
  folder: string = PAGES,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { file, plot } of plotsOf(experiment, findings)) await writeFile(join(folder, file), drawPlot(plot));
  await writeFile(join(folder, `${experiment.name}.md`), pageOf(experiment, findings, record));
}

/** An experiment's page in Markdown. */
export function pageOf(experiment: Experiment, findings: Findings, { seed, seconds }: RunRecord): string {
  const sections = [
    `# ${experiment.title}`,
    experiment.source,
    ...findings.setUp,
    ...plotsOf(experiment, findings).map(({ file, plot }) => `![${plot.title}](${file})`),
    ...findings.tables.flatMap((table) => [`## ${table.title}`, markdownTable(table)]),
    ...(findings.bars.length > 0 ? [BARS, barsTable(findings.bars)] : []),
    ...(findings.notes.length > 0 ? ['## What it says', ...findings.notes] : []),
    '## Run it again',
    `\`npm run experiment -- ${experiment.name} --seed ${seed}\` took ${Math.ceil(seconds)} s on one core ` +
      `(Node ${process.versions.node}). The same seed gives the same figures.`,
  ];
  return `${sections.join('\n\n')}\n`;
}

function plotsOf(
  { name }: Experiment,
  { furtherPlots = [], plot }: Findings,
): { readonly file: string; readonly plot: Plot }[] {
  return [
    { file: `${name}.svg`, plot },
    ...furtherPlots.map((further) => ({ file: `${further.name}.svg`, plot: further })),
  ];
}

/** Writes the index of all pages in a folder, each bar with whether it is met. */
export async function writeIndex(experiments: readonly Experiment[], folder: string = PAGES): Promise<void> {
  const rows: string[][] = [];
  let seconds = 0;
  const present = await readdir(folder);
  for (const { name, title } of experiments) {
    if (!present.includes(`${name}.md`)) continue;
    const page = await readFile(join(folder, `${name}.md`), 'utf8');
    seconds += Number(/ took (\d+) s /.exec(page)?.[1] ?? 0);
    const bars = barRows(page);
    const link = `[${title}](${name}.md)`;
    if (bars.length === 0) rows.push([link, 'no bar: a baseline', '', '']);
    else for (const [asked, reached, verdict] of bars) rows.push([link, asked!, reached!, verdict!]);
  }
  const known = new Set([INDEX, ...experiments.map(({ name }) => `${name}.md`)]);
  const others = present.filter((file) => file.endsWith('.md') && !known.has(file)).sort();
  const links = await Promise.all(others.map(async (file) => `- [${await titleOf(join(folder, file))}](${file})`));
  const sections = [
    '# Experiments',
    "The tables of the papers this software stands on, with the papers' figures, a calibration (a throw-away " +
      'simulation of the same set-up, made before this software) and ours side by side. The protocol code that runs ' +
      'is the one that phones run: its tables, its lookups, its settings. `npm run experiment -- --list` names them, ' +
      '`npm run experiment -- NAME` runs one and writes its page anew, `npm run experiment -- all` runs all.',
    'A fresh clone makes all of it anew with `npm install && npm run experiment -- all`: the runs behind these pages took ' +
      `${(seconds / 3600).toFixed(1)} hours of one core together. \`npm run experiment -- all --slice --out FOLDER\` goes through ` +
      'all of them in minutes with small rings, to see that they work. One that fails is told at the end, with exit code 1, and does not keep ' +
      'the others from running.',
    markdownTable({ title: '', columns: ['experiment', 'asked', 'reached', ''], rows }),
    ...(links.length > 0 ? ['Also measured:', links.join('\n')] : []),
  ];
  await writeFile(join(folder, INDEX), `${sections.join('\n\n')}\n`);
}

async function titleOf(file: string): Promise<string> {
  return /^# (.*)$/m.exec(await readFile(file, 'utf8'))?.[1] ?? file;
}

export function barsTable(bars: readonly Bar[]): string {
  const rows = bars.map(({ asked, reached, met }) => [asked, reached, met ? MET : MISSED]);
  return markdownTable({ title: '', columns: ['asked', 'reached', ''], rows });
}

function barRows(page: string): string[][] {
  const section = page.split(`${BARS}\n`)[1]?.split('\n## ')[0] ?? '';
  const lines = section.split('\n').filter((line) => line.endsWith(`${MET} |`) || line.endsWith(`${MISSED} |`));
  return lines.map((line) =>
    line
      .slice(1, -1)
      .split(' | ')
      .map((cell) => cell.trim()),
  );
}

export function markdownTable({ columns, rows }: Table): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '/')).join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}
