/** Writing, reacting and being told of it, in a real browser: what is checked, what is asked, and all of it by keyboard. */
import { readFile } from 'node:fs/promises';
import type { Locator, Page, Route } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Testnet } from '../../testnet/testnet.ts';
import { buildPages } from '../../web/pages.ts';
import { type PostBody, requestUntilTold, WallClient } from '../integration/wall-client.ts';
import { type Browser, openBrowser } from './browser.ts';
import { tabTo } from './keyboard.ts';
import { choose, join, untilShown, visit } from './person.ts';
import { redPicture } from './red-picture.ts';

const MAX_PICTURE_BYTES = 8 * 1024 * 1024;

let net: Testnet;
let ada: Browser;
let bob: WallClient;
let composer: Locator;

beforeAll(async () => {
  const environment = { RINGWALL_PAGES: (await buildPages()).wall };
  net = await Testnet.start({ phones: 3, seed: 17, people: false, environment });
  [ada, bob] = await Promise.all([openBrowser(), WallClient.signUp(net.phone(2).api, 'Bob')]);
  await join(ada.page, net.phone(1).api, 'Ada', 'cooking');
  await visit(ada.page, 'Wall');
  composer = ada.page.getByRole('region', { name: 'Write a post' });
});

afterAll(async () => {
  await ada?.[Symbol.asyncDispose]();
  await net?.[Symbol.asyncDispose]();
});

test('pictures that the phone would refuse are refused before they are sent, with the reason', async () => {
  const files = composer.getByLabel('Picture files');
  const red = redPicture();
  const huge = { ...red, name: 'huge.png', buffer: Buffer.concat([red.buffer, Buffer.alloc(MAX_PICTURE_BYTES)]) };
  await files.setInputFiles([huge, { name: 'notes.png', mimeType: 'image/png', buffer: Buffer.from('only text') }]);
  await composer.getByText('huge.png has 8.1 MB; a picture may have 8. Make it smaller first.').waitFor();
  await composer.getByText('notes.png is no JPEG, PNG, WebP or GIF picture.').waitFor();
  expect(await composer.getByRole('listitem').count()).toBe(0);

  await files.setInputFiles(['one', 'two', 'three', 'four', 'five', 'six'].map((name) => ({ ...red, name })));
  await composer.getByText('A post has up to 4 pictures. Not added: five, six.').waitFor();
  expect(await composer.getByRole('listitem').count()).toBe(4);
  for (const picture of [4, 3, 2]) await composer.getByRole('button', { name: `Remove picture ${picture}` }).click();
});

test('a picture that only the phone finds too large is refused with the reason, and what was written stays', async () => {
  const { page } = ada;
  const red = redPicture();
  const huge = { ...red, name: 'huge.png', buffer: Buffer.concat([red.buffer, Buffer.alloc(2 * MAX_PICTURE_BYTES)]) };
  // As if the page did not know the bound.
  await page.evaluate("Object.defineProperty(File.prototype, 'size', { configurable: true, get: () => 1 })");
  await composer.getByRole('button', { name: 'Remove picture 1' }).click();
  await composer.getByLabel('Picture files').setInputFiles([huge]);
  await composer.getByLabel('What does picture 1 show?').fill('Far too much');
  await composer.getByLabel('Your post').fill('Look at this');
  await composer.getByRole('button', { name: 'Post', exact: true }).click();
  await composer.getByText(`The bound is ${MAX_PICTURE_BYTES} bytes. Make it smaller first.`).waitFor();
  expect(await composer.getByLabel('Your post').inputValue()).toBe('Look at this');
  expect(await page.getByText('This phone cannot be reached.').count()).toBe(0);
  await page.evaluate('delete File.prototype.size');
  await composer.getByLabel('Your post').fill('');
  await composer.getByRole('button', { name: 'Remove picture 1' }).click();
  await composer.getByLabel('Picture files').setInputFiles([{ ...red, name: 'red.png' }]);
});

test('a picture alone is a post, and its description is asked for', async () => {
  await composer.getByRole('button', { name: 'Post', exact: true }).click();
  await composer.getByText('A picture has no description yet').waitFor();
  await composer.getByRole('button', { name: 'Post without it' }).waitFor();
  await composer.getByLabel('What does picture 1 show?').fill('A red square');
  await composer.getByRole('button', { name: 'Post', exact: true }).click();
  await composer.getByText(/^Posted: /).waitFor();
  const post = ada.page.getByRole('article').filter({ has: ada.page.getByRole('img', { name: 'A red square' }) });
  await post.waitFor();
  expect(await post.locator('.text').count()).toBe(0);
  await expect.poll(wallOfAda).toMatchObject([{ text: '', media: [{ alt: 'A red square' }] }]);
});

test('a post is written, posted and reacted to by keyboard alone', async () => {
  const { page } = ada;
  await choose(page, 'Newest');
  await page.reload();
  await untilShown(page, page.getByRole('article'));
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await tabTo(page, composer.getByLabel('Your post'));
  await page.keyboard.type('Written without a mouse.');
  await tabTo(page, composer.getByRole('button', { name: 'Post', exact: true }));
  await page.keyboard.press('Enter');
  const post = page.getByRole('article').filter({ hasText: 'Written without a mouse.' });
  await post.waitFor();
  await tabTo(page, post.getByRole('button', { name: 'React' }));
  await page.keyboard.press('Enter');
  const like = post.getByRole('button', { name: 'like, 0' });
  await like.waitFor();
  await tabTo(page, like, 'Shift+Tab');
  await page.keyboard.press('Space');
  await post.getByRole('button', { name: 'like, 1', pressed: true }).waitFor();
});

/** Her posts, the newest first, as Bob's phone has them. */
async function wallOfAda(): Promise<readonly PostBody[]> {
  const wall = await bob.get<{ items: PostBody[] }>(`/v1/people/${await idOfAda()}/wall`);
  return wall.body.items;
}

async function idOfAda(): Promise<string> {
  return (await ada.page.locator('.self').getAttribute('href'))!.split('/').at(-1)!;
}

test('the feed shows how others reacted without asking for each post', async () => {
  const { page } = ada;
  await expect.poll(async () => (await wallOfAda()).length).toBe(2);
  for (const { id } of await wallOfAda()) await reactInAllWays(id);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.reload();
  const post = page.getByRole('article').filter({ hasText: 'Written without a mouse.' });
  await untilShown(page, post.getByRole('button', { name: 'like, 2', pressed: true }));
  await post.getByRole('button', { name: 'wow, 1', pressed: false }).waitFor();
  expect(asked.filter((url) => url.endsWith('/reactions'))).toEqual([]);
});

test('a feed that may lack something says so', async () => {
  const { page } = ada;
  const leaveInDoubt = async (route: Route): Promise<void> => {
    const response = await route.fetch();
    const feed = (await response.json()) as object;
    await route.fulfill({ response, json: { ...feed, complete: false } });
  };
  await page.route('**/v1/feed?*', leaveInDoubt, { times: 1 });
  await page.reload();
  const doubt = page.getByText('Some phones did not answer: posts may be missing here.');
  await doubt.waitFor();
  await page.getByRole('button', { name: 'Ask again' }).click();
  await doubt.waitFor({ state: 'detached' });
});

async function reactInAllWays(post: string): Promise<void> {
  for (const kind of ['like', 'love', 'laugh', 'wow', 'sad', 'angry']) await react(post, kind);
}

async function react(post: string, kind: string, who = bob): Promise<void> {
  const path = `/v1/posts/${post}/reactions/${kind}`;
  const { status } = await requestUntilTold(`${who.api}${path}`, { method: 'PUT', token: who.token });
  expect(status).toBe(200);
}

test('reactions to a post are one line, and what comes in does not move the lines that are being read', async () => {
  const { page } = ada;
  const token = await ada.page.evaluate<string>('JSON.parse(localStorage["ringwall / session"]).token');
  const write = async (text: string): Promise<string> => {
    const body = { text, audience: 'public' };
    return (await requestUntilTold<PostBody>(`${net.phone(1).api}/v1/posts`, { token, body })).body.id;
  };
  const posts = [];
  for (let n = 0; n < 22; n++) posts.push(await write(`Thought ${n}`));
  for (const post of posts) await react(post, 'like');
  await reactInAllWays(posts.at(-1)!);
  await visit(page, 'Activity');
  const lines = page.locator('.notifications li');
  // Beyond those lie the two posts that were reacted to before.
  await expect
    .poll(async () => {
      await lines.last().scrollIntoViewIfNeeded();
      return await lines.count();
    })
    .toBe(24);
  expect(await lines.first().textContent()).toMatch(/^Bob reacted to your post: (?:\w+, ){5}like.*Thought 21$/);
  const reading = lines.nth(20);
  await reading.scrollIntoViewIfNeeded();
  const before = (await reading.boundingBox())!.y;
  const sentence = await reading.textContent();
  const cem = await WallClient.signUp(net.phone(2).api, 'Cem');
  await react(posts[0]!, 'wow', cem);
  await page.getByRole('link', { name: 'Cem reacted to your post: wow' }).waitFor({ state: 'attached' });
  expect(await lines.count()).toBe(25);
  expect(await lines.nth(21).textContent()).toBe(sentence);
  expect(Math.abs((await lines.nth(21).boundingBox())!.y - before)).toBeLessThan(2);

  await visit(page, 'You');
  await visit(page, 'Activity');
  const both = page.getByRole('link', { name: 'Cem and Bob reacted to your post: wow, like' });
  // Bob's part of it is old: it joins the line when the list has been read that far.
  await expect
    .poll(async () => {
      await lines.last().scrollIntoViewIfNeeded();
      return await both.count();
    })
    .toBe(1);
  await both.click();
  await page.getByText('Thought 0', { exact: true }).waitFor();
});

test('all posts of whoever is blocked at one of them go at once', async () => {
  const { page } = ada;
  await bob.publish('First of two');
  await bob.publish('Second of two');
  await choose(page, 'Newest');
  const first = page.getByRole('article').filter({ hasText: 'First of two' });
  const second = page.getByRole('article').filter({ hasText: 'Second of two' });
  await untilShown(page, second);
  await first.waitFor();
  await first.getByRole('button', { name: 'More about this post' }).click();
  await page.getByRole('button', { name: 'Block Bob' }).click();
  await first.waitFor({ state: 'detached' });
  await second.waitFor({ state: 'detached' });
  await page.getByRole('article').filter({ hasText: 'Thought 21' }).waitFor();

  await visit(page, 'People');
  await page.getByRole('button', { name: 'Lift the block' }).click();
  await page.getByText('Blocked').waitFor({ state: 'detached' });
  await choose(page, 'Newest');
  await untilShown(page, second);
});

test('whom one has blocked is known before anything is offered, and their posts are gone until it is lifted', async () => {
  const { page } = ada;
  await bob.publish('Bob says hello to everybody');
  await page.goto(`${net.phone(1).api}/#/person/${bob.person}`);
  await page.getByRole('button', { name: 'Block', exact: true }).click();
  await page.getByRole('button', { name: 'Lift the block' }).waitFor();

  await visit(page, 'People');
  const blocks = await holdBack(page, '**/v1/blocks');
  const offered = await watchOffers(page);
  const friends = page.waitForResponse('**/v1/friends');
  await page.goto(`${net.phone(1).api}/#/person/${bob.person}`);
  await page.getByText('Asking the phones how things stand with them').waitFor();
  // One of two answers is there, and has been drawn: what it alone says is not enough to offer anything.
  await friends;
  await page.evaluate(TWO_FRAMES);
  await page.getByText('Asking the phones how things stand with them').waitFor();
  blocks.release();
  await page.getByRole('button', { name: 'Lift the block' }).waitFor();
  await page.unroute('**/v1/blocks');
  expect(await offered()).toEqual(['Lift the block']);

  await choose(page, 'Newest');
  await untilShown(page, page.getByRole('article'));
  expect(await page.getByText('Bob says hello').count()).toBe(0);
  await visit(page, 'People');
  await page.getByRole('button', { name: 'Lift the block' }).click();
  await page.getByText('Blocked').waitFor({ state: 'detached' });
  await choose(page, 'Newest');
  await untilShown(page, page.getByText('Bob says hello'));
});

/** Two frames: what was known before has been drawn. */
const TWO_FRAMES = 'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))';

/** Keeps answers back until they are released. */
async function holdBack(page: Page, url: string): Promise<{ readonly release: () => void }> {
  const { promise, resolve } = Promise.withResolvers<void>();
  await page.route(url, async (route) => {
    await promise;
    await route.continue();
  });
  return { release: resolve };
}

/** Follows which buttons about a person are shown from now on, if only for a moment; gives their words so far. */
async function watchOffers(page: Page): Promise<() => Promise<readonly string[]>> {
  await page.evaluate(`{
    const seen = (window.seenOffers = new Set());
    const look = () => {
      for (const button of document.querySelectorAll('main > .row button')) seen.add(button.textContent);
    };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
  }`);
  return () => page.evaluate<string[]>('[...window.seenOffers]');
}

test('everything one has can be taken away in one file', async () => {
  const { page } = ada;
  await visit(page, 'You');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download a copy' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('ringwall-export.ndjson');
  const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
  const records = lines.map((line) => JSON.parse(line) as { type: string; content?: { text?: string } | null });
  expect(records.map(({ content }) => content?.text)).toContain('Written without a mouse.');
  expect(records.at(-1)).toMatchObject({ type: 'end', complete: true });
});

test('no page complained of anything', () => {
  expect(ada.complaints).toEqual([]);
});
