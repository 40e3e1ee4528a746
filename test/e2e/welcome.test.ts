/** Joining in two steps, by keyboard alone: a name and a passphrase, and a recovery phrase that has to be known. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Testnet } from '../../testnet/testnet.ts';
import { buildPages } from '../../web/pages.ts';
import { type Browser, openBrowser } from './browser.ts';
import { tabTo } from './keyboard.ts';
import { PASSPHRASE } from './person.ts';

let net: Testnet;
let ada: Browser;

beforeAll(async () => {
  const environment = { RINGWALL_PAGES: (await buildPages()).wall };
  net = await Testnet.start({ phones: 1, seed: 31, people: false, environment });
  ada = await openBrowser();
});

afterAll(async () => {
  await ada?.[Symbol.asyncDispose]();
  await net?.[Symbol.asyncDispose]();
});

test('a person joins without a mouse, and not before they know their phrase', async () => {
  const { page } = ada;
  const { keyboard } = page;
  await page.goto(net.phone(1).api);
  await tabTo(page, page.getByRole('link', { name: 'Join' }));
  await keyboard.press('Enter');
  await tabTo(page, page.getByLabel('Your name'));
  await keyboard.type('Ada');
  await tabTo(page, page.getByLabel('A passphrase'));
  await keyboard.type(PASSPHRASE);
  await keyboard.press('Enter');

  const shown = page.locator('.phrase li');
  await shown.first().waitFor();
  const phrase = await shown.allTextContents();
  expect(phrase).toHaveLength(12);
  await tabTo(page, page.getByRole('button', { name: 'I have written them down' }));
  await keyboard.press('Enter');

  const wordAt = (place: number) => page.getByLabel(`Word ${place}`, { exact: true });
  await tabTo(page, wordAt(3));
  await keyboard.type('wrong');
  await tabTo(page, wordAt(8));
  await keyboard.type(phrase[7]!);
  await keyboard.press('Enter');
  await page.getByRole('alert').getByText('Word 3 is another one. Look at the phrase again.').waitFor();
  expect(await page.getByRole('heading', { name: 'Interests' }).count()).toBe(0);

  await tabTo(page, page.getByRole('button', { name: 'Show the phrase again' }));
  await keyboard.press('Enter');
  await shown.first().waitFor();
  await tabTo(page, page.getByRole('button', { name: 'I have written them down' }));
  await keyboard.press('Enter');
  await tabTo(page, wordAt(3));
  await keyboard.press('ControlOrMeta+A');
  await keyboard.type(phrase[2]!);
  await keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Interests' }).waitFor();
  const topic = page.getByRole('button', { name: 'cooking', exact: true });
  await topic.waitFor();
  await tabTo(page, topic);
  await keyboard.press('Space');
  await page.getByRole('button', { name: 'cooking', exact: true, pressed: true }).waitFor();
});

test('no page complained of anything', () => {
  expect(ada.complaints).toEqual([]);
});
