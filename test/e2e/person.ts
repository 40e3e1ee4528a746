/** What a person does with the wall's page, in the words they read there. */
import type { Locator, Page } from 'playwright-core';
import { PATIENCE_MS } from './browser.ts';

export const PASSPHRASE = 'correct horse battery staple';

/** Joins on the phone at `url`, with a topic of choice; gives the recovery phrase that was shown. */
export async function join(page: Page, url: string, name: string, topic: string): Promise<string> {
  await page.goto(url);
  await page.getByRole('link', { name: 'Join' }).click();
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('A passphrase').fill(PASSPHRASE);
  await page.locator('form').getByRole('button', { name: 'Join' }).click();
  const words = page.locator('.phrase li');
  await words.first().waitFor();
  const phrase = await words.allTextContents();
  await page.getByRole('button', { name: 'I have written them down' }).click();
  for (const place of [3, 8]) await page.getByLabel(`Word ${place}`, { exact: true }).fill(phrase[place - 1]!);
  await page.getByRole('button', { name: 'Enter' }).click();
  await page.getByRole('button', { name: topic, exact: true }).click();
  await page.locator('.interests > li').first().waitFor();
  return phrase.join(' ');
}

/** How long a page that was read is looked at before it is read anew, at first. */
const GLANCE_MS = 5_000;

/**
 * Waits until something is shown, reading the page anew now and then: it shows what phones could tell when it asked them,
 * and asks no more by itself.
 */
export async function untilShown(page: Page, wanted: Locator): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (let glanceMs = GLANCE_MS; ; glanceMs *= 2) {
    const leftMs = Math.max(1, deadline - performance.now());
    const isShown = await wanted
      .first()
      .waitFor({ timeout: Math.min(glanceMs, leftMs) })
      .then(() => true)
      .catch((error: Error) => {
        if (glanceMs >= leftMs) throw error;
        return false;
      });
    if (isShown) return;
    await page.reload();
  }
}

/** Goes to a page by the bar of places. */
export async function visit(page: Page, place: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: place }).click();
}

/** Writes a post on the wall, and waits until the phones have it. */
export async function write(page: Page, text: string, audience: 'public' | 'friends' = 'public'): Promise<void> {
  await visit(page, 'Wall');
  await page.getByLabel('Your post').fill(text);
  await page.getByLabel('Who may read it').selectOption(audience);
  await page.locator('.composer').getByRole('button', { name: 'Post', exact: true }).click();
  await page.getByText(/^Posted: /).waitFor();
}

export async function choose(page: Page, strategy: string): Promise<void> {
  await visit(page, 'Wall');
  await page.getByRole('group', { name: 'Which posts' }).getByRole('button', { name: strategy }).click();
}
