/** The wall in a real browser, on a testnet of real phones. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Testnet } from '../../testnet/testnet.ts';
import { buildPages } from '../../web/pages.ts';
import { type Browser, openBrowser } from './browser.ts';
import { choose, join, PASSPHRASE, untilShown, visit, write } from './person.ts';
import { redPicture } from './red-picture.ts';

const GREETING = 'Sourdough again: this loaf rose like the moon.';
const SECRET = 'Only for friends: the recipe is in the blue book.';

let net: Testnet;
let ada: Browser;
let bob: Browser;
let phraseOfAda: string;

beforeAll(async () => {
  const environment = { RINGWALL_PAGES: (await buildPages()).wall };
  net = await Testnet.start({ phones: 4, seed: 3, environment });
  [ada, bob] = await Promise.all([openBrowser(), openBrowser()]);
});

afterAll(async () => {
  await ada?.[Symbol.asyncDispose]();
  await bob?.[Symbol.asyncDispose]();
  await net?.[Symbol.asyncDispose]();
});

test('from joining to a first post, found on another phone by its meaning', async () => {
  phraseOfAda = await join(ada.page, net.phone(1).api, 'Ada', 'cooking');
  await write(ada.page, GREETING);
  await join(bob.page, net.phone(3).api, 'Bob', 'cooking');
  await visit(bob.page, 'Search');
  await bob.page.getByRole('searchbox').fill('baking bread');
  await bob.page.getByRole('search').getByRole('button', { name: 'Search' }).click();
  const found = bob.page.getByRole('article', { name: 'Post by Ada', exact: true });
  await untilShown(bob.page, found.getByText(GREETING));
});

test('a feed of strangers’ posts near to one topic says why each is there', async () => {
  await choose(bob.page, 'For you');
  const why = bob.page.getByRole('button', { name: /Near to what you care about: cooking/ }).first();
  await untilShown(bob.page, why);
  await why.click();
  const dialog = bob.page.getByRole('dialog', { name: 'Why you see this' });
  await dialog.getByText('Likeness to this interest').waitFor();
  await dialog.getByText('Phone that sent it').waitFor();
  await bob.page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
});

test('two become friends over two phones, and read what is for friends', async () => {
  await bob.page.goto(`${net.phone(3).api}/#/search?q=${encodeURIComponent(GREETING)}`);
  const author = bob.page.getByRole('link', { name: 'Ada', exact: true });
  await untilShown(bob.page, author);
  await author.first().click();
  await bob.page.getByRole('button', { name: 'Ask to be friends' }).click();
  await bob.page.getByRole('button', { name: 'Take the request back' }).waitFor();

  // Ada hears of it while her page is open.
  await ada.page.locator('.badge').waitFor();
  await visit(ada.page, 'Activity');
  const asks = ada.page.getByRole('link', { name: 'Bob asks to be your friend' });
  await untilShown(ada.page, asks);
  await asks.click();
  await ada.page.getByRole('button', { name: 'Accept as a friend' }).click();
  await ada.page.getByRole('button', { name: 'End the friendship' }).waitFor();
  await write(ada.page, SECRET, 'friends');

  await choose(bob.page, 'Friends');
  await untilShown(bob.page, bob.page.getByText(SECRET));
});

test('a picture is shown with its description, a reply and a reaction reach the author', async () => {
  await visit(ada.page, 'Wall');
  await ada.page.getByLabel('Picture files').setInputFiles({ ...redPicture(), name: 'red.png' });
  await ada.page.getByLabel(/What does picture 1 show/).fill('A red square');
  await write(ada.page, 'Look what I painted');
  const picture = ada.page.getByRole('img', { name: 'A red square' });
  await picture.waitFor();
  await expect
    .poll(() => picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth))
    .toBeGreaterThan(0);

  await bob.page.goto(`${net.phone(3).api}/#/person/${await idOf(ada)}`);
  const post = bob.page.getByRole('article').filter({ hasText: 'Look what I painted' });
  await untilShown(bob.page, post);
  await post.getByRole('button', { name: 'React' }).click();
  await post.getByRole('button', { name: /^love/ }).click();
  await post.getByRole('button', { name: 'love, 1' }).waitFor();
  await post.getByRole('link', { name: 'Replies' }).click();
  await bob.page.getByLabel('Your reply').fill('How very red');
  await bob.page.getByRole('button', { name: 'Reply', exact: true }).click();
  await bob.page.getByText(/^Posted: /).waitFor();

  await visit(ada.page, 'Activity');
  await untilShown(ada.page, ada.page.getByRole('link', { name: 'Bob reacted to your post: love' }));
  const answered = ada.page.getByRole('link', { name: 'Bob answered your post' });
  await untilShown(ada.page, answered);
  await answered.click();
  await untilShown(ada.page, ada.page.getByText('How very red'));
});

async function idOf({ page }: Browser): Promise<string> {
  return (await page.locator('.self').getAttribute('href'))!.split('/').at(-1)!;
}

/** Counts from now on how often something is set in motion. */
const COUNT_GLIDES = `{
  window.glides = 0;
  const { animate } = Element.prototype;
  Element.prototype.animate = function (...how) {
    window.glides++;
    return animate.apply(this, how);
  };
}`;

test('steering an interest reorders the wall before one’s eyes', async () => {
  const { page } = bob;
  await visit(page, 'Interests');
  await page.getByRole('button', { name: 'astronomy', exact: true }).click();
  const steer = async (topic: string, how: string): Promise<void> => {
    const steps = page.getByRole('group', { name: `How much of: ${topic}` });
    await steps.getByRole('button', { name: how }).click();
    await steps.getByRole('button', { name: how, pressed: true }).waitFor();
  };
  const posts = page.locator('.reordering li');
  await steer('astronomy', 'As it is');
  await steer('cooking', 'Most');
  await expect.poll(() => posts.first().textContent()).toContain('about: cooking');
  const before = await posts.allTextContents();
  await page.evaluate(COUNT_GLIDES);

  await steer('astronomy', 'Most');
  await steer('cooking', 'As it is');
  await expect.poll(() => posts.first().textContent()).toContain('about: astronomy');
  const moved = (await posts.allTextContents()).filter(
    (text, place) => before.includes(text) && before[place] !== text,
  );
  expect(moved).not.toEqual([]);
  const glides = await page.evaluate<number>('window.glides');
  expect(glides).toBeGreaterThan(0);

  // Who wants no motion gets the new order at once.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await steer('cooking', 'Off');
  await expect.poll(async () => (await posts.allTextContents()).join()).not.toContain('about: cooking');
  expect(await page.evaluate('window.glides')).toBe(glides);
  await page.emulateMedia({ reducedMotion: null });
});

test('a post is edited, its earlier version stays readable, and it is deleted for good', async () => {
  await write(ada.page, 'A post with a tpyo');
  const post = ada.page.getByRole('article').filter({ hasText: 'A post with a t' });
  await post.getByRole('button', { name: 'More about this post' }).click();
  await ada.page.getByRole('button', { name: 'Edit' }).click();
  await ada.page.getByLabel('Text of the post').fill('A post with a typo, mended');
  await ada.page.getByRole('button', { name: 'Save' }).click();
  await post.getByText('A post with a typo, mended').waitFor();
  await post.getByRole('button', { name: 'More about this post' }).click();
  await ada.page.getByRole('button', { name: 'Earlier versions' }).click();
  await ada.page.getByRole('dialog').getByText('A post with a tpyo').waitFor();
  await ada.page.getByRole('button', { name: 'Close' }).click();
  await post.getByRole('button', { name: 'More about this post' }).click();
  await ada.page.getByRole('button', { name: 'Delete' }).click();
  await ada.page.getByRole('button', { name: 'Delete for good' }).click();
  await post.waitFor({ state: 'detached' });
});

test('while the phone is gone the page opens, says so and keeps what is written; then it goes on', async () => {
  await choose(ada.page, 'Newest');
  await untilShown(ada.page, ada.page.getByRole('article'));
  await ada.page.evaluate('navigator.serviceWorker.ready');
  await ada.page.reload();
  await ada.page.getByRole('article').first().waitFor();
  await net.kill(1);
  await ada.page.reload();
  await ada.page.getByText('This phone cannot be reached.', { exact: false }).first().waitFor();
  await ada.page.getByText('This is what you read here last.').waitFor();
  await ada.page.getByRole('article').first().waitFor();
  await ada.page.getByLabel('Your post').fill('Written while it was away');
  await ada.page.getByText('Kept on this device until').waitFor();

  await net.restart(1);
  await ada.page.reload();
  // The phone started anew, so its sessions are over; the passphrase is enough.
  await ada.page.getByRole('link', { name: 'Join' }).click();
  await ada.page.getByLabel('Your passphrase').fill(PASSPHRASE);
  await ada.page.getByRole('button', { name: 'Log in', exact: true }).last().click();
  await ada.page.getByLabel('Your post').waitFor();
  await expect.poll(() => ada.page.getByLabel('Your post').inputValue()).toBe('Written while it was away');
});

test('the recovery phrase brings a person back on another phone', async () => {
  await using elsewhere = await openBrowser();
  const { page } = elsewhere;
  await page.goto(`${net.phone(4).api}/#/welcome`);
  await page.getByRole('button', { name: 'I have been here' }).click();
  await page.getByLabel('Your recovery phrase').fill(phraseOfAda);
  await page.getByLabel('A passphrase for this phone').fill('another passphrase');
  await page.getByRole('button', { name: 'Come back' }).click();
  await page.locator('.self').getByText('Ada').waitFor();
  await page.locator('.self').click();
  await untilShown(page, page.getByText(GREETING));
  expect(elsewhere.complaints).toEqual([]);
});

test('no page complained of anything', () => {
  expect([...ada.complaints, ...bob.complaints]).toEqual([]);
});
