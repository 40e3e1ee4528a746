/** Every page of the wall: readable by everybody (axe), at both sizes and in both themes, and light to load. */
import { readdir, stat } from 'node:fs/promises';
import { join as joinPath } from 'node:path';
import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Testnet } from '../../testnet/testnet.ts';
import { buildPages } from '../../web/pages.ts';
import { requestUntilTold, WallClient } from '../integration/wall-client.ts';
import { overflow, violations } from './accessibility.ts';
import { type Browser, LARGE, NARROW, openBrowser, SMALL } from './browser.ts';
import { join, untilShown, write } from './person.ts';
import { takePicture } from './picture.ts';
import { redPicture } from './red-picture.ts';

const MAX_FIRST_LOAD_BYTES = 150_000;

/** Each with what is there once it has been read. */
const PAGES = [
  { name: 'welcome', hash: '#/welcome', ready: 'text=I have been here' },
  { name: 'wall', hash: '#/feed', ready: 'article' },
  { name: 'search', hash: '#/search?q=stars%20in%20the%20night%20sky', ready: 'article' },
  { name: 'people', hash: '#/people', ready: 'text=They write about what you care about' },
  { name: 'activity', hash: '#/notifications', ready: 'text=Bob answered your post' },
  { name: 'interests', hash: '#/interests', ready: '.reordering li' },
  { name: 'you', hash: '#/you', ready: 'text=Records it keeps' },
  { name: 'conversation', hash: '', ready: 'text=The same from here' },
  { name: 'person', hash: '', ready: 'article' },
] as const;

let net: Testnet;
let folder: string;
let browser: Browser;
let hashes: Readonly<Record<string, string>>;

beforeAll(async () => {
  folder = (await buildPages()).wall;
  net = await Testnet.start({ phones: 3, seed: 5, environment: { RINGWALL_PAGES: folder } });
  browser = await openBrowser();
  const { page } = browser;
  await join(page, net.phone(1).api, 'Grace', 'astronomy');
  await write(page, 'Saw the rings of Saturn tonight, small and sharp.');
  const post = page.getByRole('article').filter({ hasText: 'rings of Saturn' }).first();
  const conversation = await post.getByRole('link', { name: 'Replies' }).getAttribute('href');
  hashes = { conversation: conversation!, person: (await page.locator('.self').getAttribute('href'))! };
  await answer(idIn(hashes['conversation']!), idIn(hashes['person']!));
});

function idIn(hash: string): string {
  return hash.split('/').at(-1)!;
}

/** What pages show of others: an answer, a reaction, and somebody who asks to be friends. */
async function answer(post: string, author: string): Promise<void> {
  const bob = await WallClient.signUp(net.phone(2).api, 'Bob');
  await bob.publish('The same from here: the gap in them held still for a breath.', { inReplyTo: post });
  for (const path of [`posts/${post}/reactions/wow`, `friends/${author}`]) {
    const { status } = await requestUntilTold(`${bob.api}/v1/${path}`, { method: 'PUT', token: bob.token });
    expect(status, path).toBe(200);
  }
}

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await net?.[Symbol.asyncDispose]();
});

test.each(PAGES)('$name can be read and used by everybody', async ({ name, hash, ready }) => {
  const { page } = browser;
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    for (const size of [SMALL, LARGE]) {
      await page.setViewportSize(size);
      await page.goto(`${net.phone(1).api}/${hashes[name] ?? hash}`);
      await untilShown(page, page.locator(ready));
      await page
        .locator('.busy')
        .waitFor({ state: 'detached' })
        .catch(() => undefined);
      expect(await violations(page), `${name}, ${theme}, ${size.width} px`).toEqual([]);
      expect(await overflow(page), `${name} at ${size.width} px is wider than the screen`).toBeLessThanOrEqual(0);
      if (theme === 'light') await takePicture(page, `${name}-${size.width}`);
    }
  }
  await page.setViewportSize(NARROW);
  expect(await overflow(page), `${name} at ${NARROW.width} px is wider than the screen`).toBeLessThanOrEqual(0);
});

/** Pages that list what phones hold. */
const LISTS = ['wall', 'search', 'people', 'activity', 'interests', 'conversation', 'person'];

test.each(PAGES.filter(({ name }) => LISTS.includes(name)))(
  '$name says when something may be missing, and asks again',
  async ({ name, hash, ready }) => {
    const { page } = browser;
    const leaveInDoubt = async (route: Route): Promise<void> => {
      const response = await route.fetch();
      if (!response.headers()['content-type']?.startsWith('application/json')) return await route.fulfill({ response });
      const answer = (await response.json()) as object;
      await route.fulfill({ response, json: 'complete' in answer ? { ...answer, complete: false } : answer });
    };
    const asked = /\/v1\/(?!events)/;
    await page.goto('about:blank');
    await page.route(asked, leaveInDoubt);
    await page.goto(`${net.phone(1).api}/${hashes[name] ?? hash}`);
    await page.locator(ready).first().waitFor();
    const doubt = page.locator('.notice.partial');
    await doubt.first().waitFor();
    expect(await doubt.first().textContent()).toMatch(/missing|could not be read/);
    await page.unrouteAll({ behavior: 'wait' });
    while ((await doubt.count()) > 0) {
      await doubt.first().getByRole('button', { name: 'Ask again' }).click();
      await doubt.first().waitFor({ state: 'detached' });
    }
  },
);

test('what opens over the wall can be read and used by everybody', async () => {
  const { page } = browser;
  await page.setViewportSize(NARROW);
  await page.goto(`${net.phone(1).api}/#/feed`);
  await untilShown(page, page.locator('article'));
  const holds = async (what: string): Promise<void> => {
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      expect(await violations(page), `${what}, ${theme}`).toEqual([]);
    }
    expect(await overflow(page), `${what} is wider than the screen`).toBeLessThanOrEqual(0);
  };
  const post = page.locator('article', { has: page.locator('.why') }).first();
  await post.locator('.why').click();
  await page.getByRole('dialog', { name: 'Why you see this' }).waitFor();
  await holds('why a post is here');
  await page.keyboard.press('Escape');
  await post.getByRole('button', { name: 'More about this post' }).click();
  await page.getByRole('dialog', { name: 'This post' }).waitFor();
  await holds('what can be done to a post');
  await page.keyboard.press('Escape');
  await post.getByRole('button', { name: 'React' }).click();
  await page.getByLabel('Picture files').setInputFiles({ ...redPicture(), name: 'red.png' });
  await page.locator('.composer').getByRole('button', { name: 'Post', exact: true }).click();
  await page.getByText('A picture has no description yet').waitFor();
  await holds('reactions, and a picture without a description');
});

test('the wall can be installed', async () => {
  const { page, context } = browser;
  await page.waitForFunction('navigator.serviceWorker.controller !== null');
  const session = await context.newCDPSession(page);
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  expect(installabilityErrors).toEqual([]);
  await session.detach();
});

test('the first load is small', async () => {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.br'));
  expect(names.some((name) => name.startsWith('assets'))).toBe(true);
  const sizes = await Promise.all(names.map(async (name) => (await stat(joinPath(folder, name))).size));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MAX_FIRST_LOAD_BYTES);
});

test('everything can be reached by keyboard, and the first stop skips to the posts', async () => {
  const { page } = browser;
  await page.goto(`${net.phone(1).api}/#/feed`);
  await page.reload();
  await page.locator('article').first().waitFor();
  await page.keyboard.press('Tab');
  expect(await focused(page)).toBe('To the posts');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  expect(await focused(page)).toBe('For you');
  await page.keyboard.press('Tab');
  expect(await focused(page)).toBe('Friends');
});

async function focused(page: Page): Promise<string> {
  return await page.evaluate<string>('document.activeElement.textContent.trim()');
}
