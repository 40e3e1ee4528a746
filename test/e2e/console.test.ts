/** The console in a real browser, at the gateway of a testnet of real phones. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GatewayProcess } from '../../testnet/gateway-process.ts';
import { performer } from '../../testnet/perform.ts';
import { Testnet } from '../../testnet/testnet.ts';
import { buildPages } from '../../web/pages.ts';
import { overflow, violations } from './accessibility.ts';
import { type Browser, LARGE, openBrowser, SMALL } from './browser.ts';
import { untilShown } from './person.ts';
import { takePicture } from './picture.ts';

const PHONES = 5;

let net: Testnet;
let gateway: GatewayProcess;
let browser: Browser;

beforeAll(async () => {
  const pages = await buildPages();
  const environment = { RINGWALL_PAGES: pages.wall, RINGWALL_GATEWAY_CONSOLE: pages.console };
  net = await Testnet.start({ phones: PHONES, seed: 11, environment });
  const perform = performer(net, () => undefined);
  gateway = await GatewayProcess.start({ net, perform, environment, onCrash: () => undefined });
  browser = await openBrowser(LARGE);
  await browser.page.goto(`${gateway.url}/console`);
});

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await gateway?.[Symbol.asyncDispose]();
  await net?.[Symbol.asyncDispose]();
});

test('every phone is on the ring, and every zone on the map', async () => {
  const { page } = browser;
  await page.getByText(`${PHONES} of ${PHONES} phones alive`).waitFor();
  await page.getByRole('img', { name: `The ring with ${PHONES} phones` }).waitFor();
  await page.getByRole('img', { name: new RegExp(`The space of meanings: zones of ${PHONES} phones`) }).waitFor();
  await page.getByRole('img', { name: /Round trips between 5 phones: median \d/ }).waitFor();
  await page.getByRole('img', { name: /^Phones: alive 5, suspected 0, dead 0$/ }).waitFor();
});

test('a lookup is played hop by hop', async () => {
  const { page } = browser;
  await page.getByRole('button', { name: 'Any key' }).click();
  await page.getByText(/^Phone \d owns it, with \d replicas: \d phones asked in/).waitFor();
  await page.getByLabel('Key, or id of a post or person').fill('not a key');
  await page.getByRole('button', { name: /^From phone/ }).click();
  await page.getByText('A key has 32 hexadecimal digits').waitFor();
});

test('the console can be read and used by everybody, at both sizes and in both themes', async () => {
  const { page } = browser;
  await page.locator('.wall li').first().waitFor();
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    for (const size of [SMALL, LARGE]) {
      await page.setViewportSize(size);
      expect(await violations(page), `${theme}, ${size.width} px`).toEqual([]);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      if (theme === 'light') await takePicture(page, `console-${size.width}`);
    }
  }
});

test('the lab is closed to those without the token', async () => {
  const { page } = browser;
  await page.getByRole('checkbox', { name: 'Pick phone 2', exact: true }).check();
  await page.getByRole('button', { name: 'Kill', exact: true }).click();
  await page.getByRole('alert').getByText('token').waitFor();
  expect(net.phone(2).state).toBe('running');
});

test('a phone killed in the lab is seen dying while the wall goes on, and comes back', async () => {
  const { page } = browser;
  await page.goto(`${gateway.url}/console?again#token=${net.adminToken}`);
  await page.getByRole('checkbox', { name: 'Pick phone 2', exact: true }).check();
  await page.getByRole('button', { name: 'Kill', exact: true }).click();
  await page.getByText('Kill phone 2: done.').waitFor();
  expect(net.phone(2).state).toBe('killed');
  await page.getByText(`${PHONES - 1} of ${PHONES} phones alive`).waitFor();
  const row = page.getByRole('row').filter({ has: page.getByLabel('Pick phone 2', { exact: true }) });
  await row.getByText('dead').waitFor();
  await page.getByText(/^Read in \d+ ms, complete\.$/).waitFor();
  await page.getByRole('button', { name: 'Start again' }).click();
  await page.getByText(`${PHONES} of ${PHONES} phones alive`).waitFor();
});

test('the wall of a phone works through the gateway as it does at the phone', async () => {
  const { page } = browser;
  await page.goto(`${gateway.url}/phones/3/`);
  await untilShown(page, page.getByRole('article'));
  await page.goto(`${gateway.url}/phones/3/#/welcome`);
  await page.getByText('I have been here').waitFor();
});

test('no page complained of anything', () => {
  expect(browser.complaints).toEqual([]);
});
