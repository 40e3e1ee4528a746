/**
 * Somebody who has read nothing: `npm start`, the address it prints, joining, posts to their taste, and a network that they
 * break by click while their wall goes on.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCorpus } from '../../testnet/people/corpus.ts';
import { eventually } from '../integration/eventually.ts';
import { WallClient } from '../integration/wall-client.ts';
import { type Browser, LARGE, openBrowser } from './browser.ts';
import { choose, join, untilShown, visit, write } from './person.ts';

const ROOT = joinPath(import.meta.dirname, '../..');
const PHONES = 8;

let folder: string;
let terminal: ChildProcess;
let printed = '';
let person: Browser;
let lab: Browser;

beforeAll(async () => {
  folder = await mkdtemp(joinPath(tmpdir(), 'ringwall-newcomer-'));
  // All that a test adds is where it is kept.
  const command = ['start', '--', '--data', joinPath(folder, 'data')];
  terminal = spawn('npm', command, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [terminal.stdout!, terminal.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += stripVTControlCharacters(text);
    });
  }
  [person, lab] = await Promise.all([openBrowser(), openBrowser(LARGE)]);
  await eventually('it says where everything is', async () => {
    if (terminal.exitCode !== null) throw new Error(`it ended: ${printed}`);
    return printed.includes('Open in a browser:') && printed.includes('npm run testnet -- down');
  });
});

afterAll(async () => {
  await person?.[Symbol.asyncDispose]();
  await lab?.[Symbol.asyncDispose]();
  if (terminal !== undefined && terminal.exitCode === null) {
    const ended = once(terminal, 'close');
    terminal.kill('SIGINT');
    await ended;
  }
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

/** The address behind these words, as the terminal shows it. */
function addressOf(words: RegExp): string {
  return new RegExp(`${words.source}\\s+(http://\\S+)`).exec(printed)![1]!;
}

test('they join at the printed address, and find posts to their taste with the reason for each', async () => {
  const { page } = person;
  await join(page, addressOf(/the wall of phone 1/), 'Nova', 'astronomy');
  await choose(page, 'For you');
  const why = page.getByRole('button', { name: 'Near to what you care about: astronomy' });
  await untilShown(page, why);
  const posts = page.getByRole('article');
  // What is to their taste comes first; what is new and of anything may follow, and says so.
  for (const place of [0, 1, 2]) await posts.nth(place).filter({ has: why }).waitFor();
  const texts = (await readCorpus()).posts.flatMap(({ topic, text }) => (topic === 'astronomy' ? [text] : []));
  const isOfTheSky = (shown: string): boolean => texts.some((text) => shown.includes(text));
  const first = async (): Promise<readonly string[]> => (await posts.allTextContents()).slice(0, 5);
  await expect.poll(async () => (await first()).filter(isOfTheSky).length).toBeGreaterThanOrEqual(3);
  await why.first().click();
  const dialog = page.getByRole('dialog', { name: 'Why you see this' });
  await dialog.getByText('Likeness to this interest').waitFor();
  await page.keyboard.press('Escape');
});

test('they kill and freeze phones by click, and their wall goes on: theirs is read elsewhere, new ones reach them', async () => {
  const { page } = person;
  await lab.page.goto(addressOf(/the network/));
  await lab.page.getByText(`${PHONES} of ${PHONES} phones alive`).waitFor();
  const pick = async (n: number): Promise<void> => {
    await lab.page.getByLabel(`Pick phone ${n}`, { exact: true }).check();
  };
  await pick(3);
  await pick(6);
  await lab.page.getByRole('button', { name: 'Kill', exact: true }).click();
  await lab.page.getByText('Kill phone 3, 6: done.').waitFor();
  await lab.page.getByLabel('Pick phone 3', { exact: true }).uncheck();
  await lab.page.getByLabel('Pick phone 6', { exact: true }).uncheck();
  await pick(5);
  await lab.page.getByRole('button', { name: 'Freeze', exact: true }).click();
  await lab.page.getByText('Freeze phone 5: done.').waitFor();
  await lab.page.getByText(`${PHONES - 3} of ${PHONES} phones alive`).waitFor();

  await write(page, 'Nova was here, and three phones were not.');
  await choose(page, 'Newest');
  const api = new URL(addressOf(/the network/)).origin;
  const other = await WallClient.signUp(`${api}/phones/8`, 'Otis');
  await other.publish('Otis writes while phones are dead.');
  await untilShown(page, page.getByText('Otis writes while phones are dead.'));
  await lab.page.locator('.wall li').filter({ hasText: 'Nova was here' }).waitFor();

  await page.getByText('Nova was here, and three phones were not.').first().waitFor();
  await using reader = await openBrowser();
  await reader.page.goto(`${api}/phones/7/`);
  await choose(reader.page, 'Newest');
  await untilShown(reader.page, reader.page.getByText('Nova was here, and three phones were not.'));
});

test('nothing of it is forgotten when the network is mended', async () => {
  const { page } = lab;
  await page.getByRole('button', { name: 'Thaw', exact: true }).click();
  await page.getByText('Thaw phone 5: done.').waitFor();
  await page.getByLabel('Pick phone 5', { exact: true }).uncheck();
  for (const n of [3, 6]) await page.getByLabel(`Pick phone ${n}`, { exact: true }).check();
  await page.getByRole('button', { name: 'Start again' }).click();
  await page.getByText(`${PHONES} of ${PHONES} phones alive`).waitFor();
  await visit(person.page, 'You');
  await choose(person.page, 'Newest');
  await untilShown(person.page, person.page.getByText('Nova was here, and three phones were not.'));
  expect([...person.complaints, ...lab.complaints]).toEqual([]);
});
