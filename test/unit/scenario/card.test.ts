/** Run cards: one file that stands alone. */
import { expect, test } from 'vitest';
import { parseScenario } from '../../../services/shared/scenario/file/parse-scenario.ts';
import { resultOf } from '../../../services/shared/scenario/result.ts';
import { cardOf } from '../../scenario/card/card.ts';
import { pageOf } from '../../scenario/page.ts';
import { play } from '../../scenario/play.ts';
import { configHash } from '../../scenario/versions.ts';
import { type ToyDefect, ToyStage } from './toy-stage.ts';

const FILE = `name: toy
about: <b>No</b> markup of a file gets through, "quoted" or not.
seed: 1
duration: 60s
settle: 10s
population: {phones: 12, initial: 8, arrival: {from: 5s, gap: {exponential: 1s}}}
outages: [{at: 40s, crash: "1-2"}]
partitions: [{at: 20s, for: 10s, sides: [25%]}]
workload: {people: 6, every: {exponential: 50ms}, mix: {post: 2, read: 4, lookup: 2}}
assertions:
  - records-lost = 0
  - bytes-per-phone-second <= 900
`;

async function contentsOf(defect?: ToyDefect) {
  const parsed = parseScenario(FILE, { file: 'toy.yaml', stage: 'sim', readTrace: () => '' });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const { scenario } = parsed;
  const played = await play(scenario, (options) => new ToyStage(options, defect));
  return {
    ...{ scenario, played, stage: 'toy', file: 'toy.yaml', text: FILE, seconds: 1.5 },
    result: resultOf(scenario, played.seen),
    startedAt: new Date(0),
    versions: { ringwall: '1.2.3', node: '24.0.0', platform: 'x', revision: undefined },
    configHash: configHash(scenario, 'toy'),
    command: 'npm run scenario -- toy.yaml',
  };
}

test('a card stands alone: nothing is loaded, nothing runs, and no text of the file is markup', async () => {
  const card = cardOf(await contentsOf());
  expect(card).not.toMatch(/<script|<link|<img|<iframe|src=|href=|url\(|@import|https?:/);
  expect(card).not.toContain('<b>No</b>');
  expect(card).toContain('&lt;b&gt;No&lt;/b&gt; markup of a file gets through, &quot;quoted&quot; or not.');
  for (const part of [
    'prefers-color-scheme: dark',
    'npm run scenario -- toy.yaml',
    '1.2.3',
    'cut: 3 / 9',
    'crash: 2 phones',
  ])
    expect(card).toContain(part);
  expect(card).not.toMatch(/NaN|undefined|Infinity/);
});

test('what could not be measured is no success, and is said', async () => {
  const contents = await contentsOf();
  expect(contents.result.passed).toBe(false);
  expect(contents.result.assertions.map(({ holds }) => holds)).toEqual([true, false]);
  expect(cardOf(contents)).toMatch(/✗ failed<\/span><\/td>\s*<td class=""><code>bytes-per-phone-second/);
  expect(cardOf(contents)).toContain('not measured');
});

test('what the checker found is told in words', async () => {
  expect(cardOf(await contentsOf('drops'))).toMatch(/calls a read complete; older than acknowledged: /);
});

test('a page of several runs is the same for the same runs, whenever they ran', async () => {
  const contents = await contentsOf();
  const later = { ...contents, startedAt: new Date(1e12), seconds: 99 };
  expect(pageOf([contents, later], 'x')).toBe(pageOf([later, contents], 'x'));
  expect(pageOf([contents], 'x')).toContain('**1 of 2 assertions hold.**');
});
