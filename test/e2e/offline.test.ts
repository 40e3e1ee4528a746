/** The page while phone, network or pieces of what it shows are gone, and when a newer page is there. */
import { cp, glob, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Testnet } from '../../testnet/testnet.ts';
import { buildPages } from '../../web/pages.ts';
import { requestUntilTold } from '../integration/wall-client.ts';
import { type Browser, openBrowser } from './browser.ts';
import { choose, join, untilShown, write } from './person.ts';
import { redPicture } from './red-picture.ts';

const POSTED = 'Written before the tunnel.';
const WAITING = 'Written inside the tunnel.';

let folder: string;
let pages: string;
let net: Testnet;
let ada: Browser;

beforeAll(async () => {
  folder = await mkdtemp(joinPath(tmpdir(), 'ringwall-offline-'));
  pages = joinPath(folder, 'pages');
  // A copy of the page, so that a newer one can take its place; only as it is, without smaller forms beside it.
  const built = (await buildPages()).wall;
  await cp(built, pages, { recursive: true, filter: (path) => !/\.(?:br|gz)$/.test(path) });
  net = await start();
  ada = await openBrowser();
  await join(ada.page, net.phone(1).api, 'Ada', 'cooking');
});

afterAll(async () => {
  await ada?.[Symbol.asyncDispose]();
  await net?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<Testnet> {
  const environment = { RINGWALL_PAGES: pages };
  return await Testnet.start({ phones: 3, seed: 23, people: false, dataDir: joinPath(folder, 'net'), environment });
}

test('offline the page opens, says so, keeps what is written, and posts it when the network is back', async () => {
  const { page, context } = ada;
  await write(page, POSTED);
  await choose(page, 'Newest');
  await page.reload();
  await untilShown(page, page.getByText(POSTED));
  await page.waitForFunction('navigator.serviceWorker.controller !== null');

  await context.setOffline(true);
  await page.reload();
  await page.getByText('You are offline.').waitFor();
  await page.getByText('This is what you read here last.').waitFor();
  await page.getByText(POSTED).waitFor();
  await page.getByLabel('Your post').fill(WAITING);
  await page.getByText('Kept on this device until').waitFor();
  await page.getByRole('button', { name: 'Post', exact: true }).click();
  const waiting = page.getByRole('list', { name: 'Waiting to be posted' });
  await waiting.getByText('It will be posted when the phone is back.').waitFor();
  await page.getByLabel('Your post').fill('A sentence that is not fin');

  await page.reload();
  await waiting.getByText(WAITING).waitFor();
  expect(await page.getByLabel('Your post').inputValue()).toBe('A sentence that is not fin');

  await context.setOffline(false);
  await page.getByText('You are offline.').waitFor({ state: 'detached' });
  await waiting.waitFor({ state: 'detached' });
  await page.getByRole('article').filter({ hasText: WAITING }).waitFor();
  await expect.poll(() => textsOnTheRing(page)).toEqual([WAITING, POSTED]);
  await page.getByLabel('Your post').fill('');
});

/** What Ada has posted, the newest first, as another phone has it. */
async function textsOnTheRing(page: Page): Promise<readonly string[]> {
  const id = (await page.locator('.self').getAttribute('href'))!.split('/').at(-1)!;
  const wall = await requestUntilTold<{ items: { text: string }[] }>(`${net.phone(2).api}/v1/people/${id}/wall`);
  return wall.body.items.map(({ text }) => text);
}

test('a post whose answer was lost on the way is there once', async () => {
  const { page } = ada;
  const answers: number[] = [];
  const lose = async (route: Route): Promise<void> => {
    answers.push((await route.fetch()).status());
    await route.abort();
  };
  await page.route('**/v1/posts', lose, { times: 1 });
  await page.getByLabel('Your post').fill('Did you get this?');
  await page.getByRole('button', { name: 'Post', exact: true }).click();
  await page.getByRole('article').filter({ hasText: 'Did you get this?' }).waitFor();
  await page.getByRole('list', { name: 'Waiting to be posted' }).waitFor({ state: 'detached' });
  await expect.poll(() => textsOnTheRing(page)).toEqual(['Did you get this?', WAITING, POSTED]);
  expect(answers).toEqual([201]);
});

test('a newer page is offered and taken, and nothing of the old one is kept', async () => {
  const { page } = ada;
  const before = await page.evaluate<string[]>('caches.keys()');
  expect(before).toHaveLength(1);
  const version = before[0]!.split(' ').at(-1)!;
  const program = joinPath(pages, 'service-worker.js');
  await writeFile(program, (await readFile(program, 'utf8')).replaceAll(version, 'newer'));

  await page.evaluate('navigator.serviceWorker.getRegistration().then((registration) => registration.update())');
  await page.getByText('A newer version of this page is here.').waitFor();
  await page.getByLabel('Your post').fill('Half a thought');
  await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Use it' }).click()]);
  await expect.poll(() => page.evaluate('caches.keys()')).toEqual([before[0]!.replace(version, 'newer')]);
  expect(await page.getByLabel('Your post').inputValue()).toBe('Half a thought');
  expect(await page.getByText('A newer version of this page is here.').count()).toBe(0);
});

test('of a picture whose pieces are lost the small version is shown, with the reason', async () => {
  const { page } = ada;
  await page.getByLabel('Picture files').setInputFiles({ ...redPicture(), name: 'red.png' });
  await page.getByLabel(/What does picture 1 show/).fill('A red square');
  await write(page, 'A picture to lose');
  const href = await page
    .getByRole('article')
    .filter({ hasText: 'A picture to lose' })
    .getByRole('link', { name: 'Replies' })
    .getAttribute('href');

  await net[Symbol.asyncDispose]();
  let lost = 0;
  for await (const file of glob(joinPath(folder, 'net/**/records.sqlite'))) lost += losePieces(file);
  expect(lost).toBe(3);
  net = await start();

  await using elsewhere = await openBrowser();
  const reader = elsewhere.page;
  await reader.goto(`${net.phone(2).api}/${href}`);
  await untilShown(reader, reader.getByText('Some pieces of this picture are on phones that do not answer'));
  const picture = reader.getByRole('img', { name: 'A red square' });
  expect(await picture.getAttribute('src')).toMatch(/\/thumbnail$/);
  await expect
    .poll(() => picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth))
    .toBe(8);
  expect(elsewhere.complaints).toEqual([]);
});

/** Takes all pieces of pictures out of a phone's records; says how many there were. */
function losePieces(file: string): number {
  using database = new DatabaseSync(file);
  return Number(database.prepare("DELETE FROM entries WHERE name = 'media-chunk'").run().changes);
}

test('no page complained of anything', () => {
  expect(ada.complaints).toEqual([]);
});
