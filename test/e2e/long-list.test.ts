/** A wall of five hundred posts: only what is in sight is laid out, and whoever goes back is where they were. */
import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Feed, FeedItem } from '../../services/wall-api/client/contract.ts';
import { Testnet } from '../../testnet/testnet.ts';
import { buildPages } from '../../web/pages.ts';
import { type Browser, openBrowser } from './browser.ts';
import { choose, join, untilShown, visit, write } from './person.ts';

const POSTS = 500;
/** More than fit on a window of 844 px, and what a browser lays out beyond its edges. */
const MOST_LAID_OUT = 60;

let net: Testnet;
let ada: Browser;
let asked = 0;

beforeAll(async () => {
  const environment = { RINGWALL_PAGES: (await buildPages()).wall };
  net = await Testnet.start({ phones: 1, seed: 29, people: false, environment });
  ada = await openBrowser();
  const { page } = ada;
  await join(page, net.phone(1).api, 'Ada', 'cooking');
  await write(page, 'The one that is told five hundred times.');
  await choose(page, 'Newest');
  await page.reload();
  await untilShown(page, page.getByRole('article'));
  await page.route('**/v1/feed?*', answerWithMany);
});

afterAll(async () => {
  await ada?.[Symbol.asyncDispose]();
  await net?.[Symbol.asyncDispose]();
});

/** Pages of a feed made of one real post, of different lengths, so that nobody has to write them all. */
async function answerWithMany(route: Route): Promise<void> {
  asked++;
  const query = new URL(route.request().url()).searchParams;
  const from = Number(query.get('cursor') ?? 0);
  const response = await route.fetch({
    url: route
      .request()
      .url()
      .replace(/cursor=[^&]*&?/, ''),
  });
  const feed = (await response.json()) as Feed;
  const [item] = feed.items;
  const until = Math.min(POSTS, from + Number(query.get('limit')));
  const items = Array.from({ length: until - from }, (_, i) => numbered(item!, from + i));
  await route.fulfill({ response, json: { ...feed, items, cursor: until < POSTS ? String(until) : null } });
}

/** The first is the real one, so that its conversation can be opened. */
function numbered(item: FeedItem, n: number): FeedItem {
  const id = n === 0 ? item.post.id : `00000000-0000-8000-8000-${n.toString(16).padStart(12, '0')}`;
  const text = `Number ${n}. ${'A word more. '.repeat((n * 7) % 31)}`;
  return { ...item, post: { ...item.post, id, text } };
}

/** Scrolls as one reads, until the whole list is there. */
async function readToEnd(page: Page): Promise<void> {
  const articles = page.getByRole('article');
  await expect
    .poll(async () => {
      await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
      return await articles.count();
    })
    .toBe(POSTS);
}

test('of five hundred posts those in sight alone are laid out', async () => {
  const { page } = ada;
  await page.reload();
  await readToEnd(page);
  await page.getByText('Number 499.').waitFor();
  const laidOut = (): Promise<number> =>
    page.evaluate<number>(
      `[...document.querySelectorAll('article')].filter((post) =>
        post.firstElementChild.checkVisibility({ contentVisibilityAuto: true })).length`,
    );
  await expect.poll(laidOut).toBeLessThan(MOST_LAID_OUT);
  expect(await laidOut()).toBeGreaterThan(0);
});

test('whoever goes back finds the list as it was, at the place where they were', async () => {
  const { page } = ada;
  const post = page.getByRole('article').filter({ hasText: 'Number 333.' });
  await post.scrollIntoViewIfNeeded();
  // Scrolled to, posts take the room they need, and move what follows them.
  const topOf = async (): Promise<number> => Math.round((await post.boundingBox())!.y);
  await expect.poll(async () => (await topOf()) === (await topOf())).toBe(true);
  const askedBefore = asked;
  const link = post.getByRole('link', { name: 'Ada' });
  await link.focus();
  const before = await topOf();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Ada', level: 1 }).waitFor();
  expect(await page.evaluate('scrollY')).toBe(0);

  await page.goBack();
  await post.waitFor();
  await expect.poll(async () => Math.abs((await topOf()) - before)).toBeLessThanOrEqual(2);
  expect(await page.getByRole('article').count()).toBe(POSTS);
  expect(await link.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
  expect(asked).toBe(askedBefore);
});

test('whoever comes by a link instead reads the list anew, from its beginning', async () => {
  const { page } = ada;
  await visit(page, 'Search');
  const askedBefore = asked;
  await visit(page, 'Wall');
  await page.getByText('Number 0.').waitFor();
  expect(asked).toBeGreaterThan(askedBefore);
  expect(await page.evaluate('scrollY')).toBe(0);
});

test('no page complained of anything', () => {
  expect(ada.complaints).toEqual([]);
});
