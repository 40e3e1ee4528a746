/** The console in a real browser, at the gateway of a testnet of real phones. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NetworkZones } from '../../services/gateway/client/contract.ts';
import { type RunningGateway, startGateway } from '../../services/gateway/start.ts';
import { Registry } from '../../services/shared/runtime/metrics/metrics.ts';
import { createLogger } from '../../services/shared/runtime/program/logging.ts';
import { performer } from '../../testnet/perform.ts';
import { GatewayProcess } from '../../testnet/phones/gateway-process.ts';
import { Testnet } from '../../testnet/testnet.ts';
import { planOf } from '../../web/console/can/zone-plan.ts';
import { buildPages } from '../../web/pages.ts';
import { overflow, violations } from './accessibility.ts';
import { type Browser, LARGE, NARROW, openBrowser, SMALL } from './browser.ts';
import { takePicture } from './picture.ts';

const PHONES = 8;

let net: Testnet;
let environment: Record<string, string>;
let gateway: GatewayProcess;
/** Knows where the phones are, and nothing else of them: nobody tells it what becomes of their processes. */
let outsider: RunningGateway;
let browser: Browser;
/** Paths that the page asked the gateway for. */
const asked: string[] = [];

beforeAll(async () => {
  const pages = await buildPages();
  environment = { RINGWALL_PAGES: pages.wall, RINGWALL_GATEWAY_CONSOLE: pages.console };
  net = await Testnet.start({ phones: PHONES, seed: 11, environment });
  gateway = await openDoor();
  outsider = await startGateway({
    listen: { host: '127.0.0.1', port: 0 },
    source: { kind: 'list', apis: net.phones.map(({ ports }) => `127.0.0.1:${ports.api}`) },
    ...{ hosts: [], consoleFolder: pages.console, logger: createLogger('silent'), registry: new Registry() },
  });
  browser = await openBrowser(LARGE);
  browser.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await browser.page.goto(`${gateway.url}/console`);
});

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await outsider?.stop();
  await gateway?.[Symbol.asyncDispose]();
  await net?.[Symbol.asyncDispose]();
});

async function openDoor(port?: number): Promise<GatewayProcess> {
  const perform = performer(net, () => undefined);
  return await GatewayProcess.start({ net, port, perform, environment, onCrash: () => undefined });
}

/** What the table says of phone n. */
function row(page: Page, n: number) {
  return page.getByRole('row').filter({ has: page.getByLabel(`Pick phone ${n}`, { exact: true }) });
}

test('every phone is on the ring, and every zone on the map', async () => {
  const { page } = browser;
  await page.getByText(`${PHONES} of ${PHONES} phones alive`).waitFor();
  await page.getByRole('img', { name: `The ring with ${PHONES} phones` }).waitFor();
  await page.getByRole('img', { name: new RegExp(`The space of meanings: zones of ${PHONES} phones`) }).waitFor();
  await page.getByRole('img', { name: new RegExp(`Round trips between ${PHONES} phones: median \\d`) }).waitFor();
  await page.getByRole('img', { name: `Phones: alive ${PHONES}, suspected 0, dead 0`, exact: true }).waitFor();
});

test('a lookup is played hop by hop, over the ring and over the map', async () => {
  const { page } = browser;
  expect(await hasColour(page, 'The ring with', '--path')).toBe(false);
  expect(await hasColour(page, 'The space of meanings', '--path')).toBe(false);
  const hop = page.getByText(/^phone \d: (?:closer|owner), [\d.]+ ms$/).first();
  for (const { n, id } of net.phones.slice(1)) {
    // A phone owns the key that is its id. Who asks may know so by itself: then nobody is on the way.
    await page.getByLabel('Key, or id of a post or person').fill(id!);
    await page.getByRole('button', { name: 'From phone 1', exact: true }).click();
    await page.getByText(new RegExp(`^Phone ${n} owns it, with \\d replicas: \\d phones asked in`)).waitFor();
    if ((await hop.count()) > 0) break;
  }
  await hop.waitFor();
  await page.getByRole('img', { name: /a lookup has come to the zones of phones \d/ }).waitFor();
  await expect.poll(() => hasColour(page, 'The ring with', '--path')).toBe(true);
  await expect.poll(() => hasColour(page, 'The space of meanings', '--path')).toBe(true);
});

/** Whether the uppermost layer of a drawing has the colour of a variable of the theme on it. */
async function hasColour(page: Page, name: string, variable: string): Promise<boolean> {
  return await page.evaluate<boolean>(`(() => {
    const probe = document.createElement('span');
    document.body.append(probe);
    probe.style.color = 'var(${variable})';
    const [red, green, blue] = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
    probe.remove();
    const canvas = [...document.querySelectorAll('[role=img][aria-label^="${name}"] canvas')].at(-1);
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    for (let i = 0; i < data.length; i += 4) {
      if (data[i] === red && data[i + 1] === green && data[i + 2] === blue && data[i + 3] === 255) return true;
    }
    return false;
  })()`);
}

test('a key is picked: a post on the map, or one of the wall', async () => {
  const { page } = browser;
  const field = page.getByLabel('Key, or id of a post or person');
  await page
    .getByRole('button', { name: /^Look up the post by / })
    .first()
    .click();
  const first = await field.inputValue();
  expect(first).toMatch(/^[0-9a-f-]{36}$/);
  await page.getByText(/^Phone \d owns it, with \d replicas/).waitFor();

  const map = page.getByRole('img', { name: 'The space of meanings' });
  await map.scrollIntoViewIfNeeded();
  const { width, height } = (await map.boundingBox())!;
  const zones = await page.evaluate<NetworkZones>(`fetch('${gateway.url}/v1/network/zones').then((a) => a.json())`);
  const { posts } = planOf(zones)!;
  const post = posts.find(({ id }) => id !== first)!;
  await map.click({ position: { x: post.x * width, y: post.y * height } });
  await expect.poll(() => field.inputValue()).not.toBe(first);
  expect(posts.map(({ id }) => id)).toContain(await field.inputValue());
});

test('a lookup that cannot be made is told in plain words, with what to do', async () => {
  const { page } = browser;
  await page.getByLabel('Key, or id of a post or person').fill('not a key');
  await page.getByRole('button', { name: /^From phone/ }).click();
  await page.getByText('A key has 32 hexadecimal digits').waitFor();
  const problem = { type: '/problems/phone-silent', title: 'The phone does not answer', detail: 'Phone 1 is silent.' };
  await page.route('**/v1/network/lookup/**', (route) =>
    route.fulfill({ status: 504, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
  );
  await page.getByRole('button', { name: 'Any key' }).click();
  await page
    .getByRole('alert')
    .getByText('Phone 1 is silent. It may be frozen or cut off: ask another phone')
    .waitFor();
  await page.unroute('**/v1/network/lookup/**');
  await page.getByRole('button', { name: 'Any key' }).click();
  await page.getByRole('alert').waitFor({ state: 'detached' });
});

test('the console can be read and used by everybody, at all sizes and in both themes', async () => {
  const { page } = browser;
  await page.locator('.wall li').first().waitFor();
  await page.getByText(/of \d+ that are kept/).waitFor();
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    for (const size of [NARROW, SMALL, LARGE]) {
      await page.setViewportSize(size);
      expect(await violations(page), `${theme}, ${size.width} px`).toEqual([]);
      expect(await overflow(page), `${theme}, ${size.width} px`).toBeLessThanOrEqual(0);
      if (theme !== 'light' || size === NARROW) continue;
      await page.evaluate('scrollTo(0, 0)');
      await takePicture(page, `console-${size.width}`);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
});

test('the lab is closed to those without the token', async () => {
  const { page } = browser;
  await page.getByRole('checkbox', { name: 'Pick phone 2', exact: true }).check();
  await page.getByRole('button', { name: 'Kill', exact: true }).click();
  await page.getByRole('alert').getByText('token').waitFor();
  expect(net.phone(2).state).toBe('running');
});

test('a phone killed in the lab is seen dead while the wall goes on, and comes back', async () => {
  const { page } = browser;
  await page.goto(`${gateway.url}/console?again#token=${net.adminToken}`);
  await page.getByRole('checkbox', { name: 'Pick phone 2', exact: true }).check();
  await page.getByRole('button', { name: 'Kill', exact: true }).click();
  await page.getByText('Kill phone 2: done.').waitFor();
  expect(net.phone(2).state).toBe('killed');
  await page.getByText(`${PHONES - 1} of ${PHONES} phones alive`).waitFor();
  await row(page, 2).getByText('dead').waitFor();
  await page.getByRole('list', { name: 'Done of late' }).getByText('kill phone 2').waitFor();
  await page.getByText(/^Read in \d+ ms, complete\.$/).waitFor();
  for (const size of [SMALL, LARGE]) {
    await page.setViewportSize(size);
    await page.getByRole('heading', { name: 'Churn lab' }).evaluate((heading) => heading.scrollIntoView());
    await takePicture(page, `console-lab-${size.width}`);
  }
  await page.getByRole('button', { name: 'Start again' }).click();
  await page.getByText(`${PHONES} of ${PHONES} phones alive`).waitFor();
});

test('a phone that dies where nobody tells is seen dying, too, and so is its return', async () => {
  await using elsewhere = await openBrowser(LARGE);
  const { page } = elsewhere;
  await page.goto(`${outsider.url}/console`);
  await page.getByText(`${PHONES} of ${PHONES} phones alive`).waitFor();
  await page.getByText('It is off here: the gateway was given no admin token.').waitFor();
  await net.kill(4);
  await row(page, 4).getByText('dead').waitFor();
  await net.restart(4);
  await row(page, 4).getByText('alive').waitFor();
  expect(elsewhere.complaints).toEqual([]);
});

test('when the gateway is gone the console says so, and goes on with what is so when it is back', async () => {
  const { page } = browser;
  await gateway[Symbol.asyncDispose]();
  await page.getByRole('alert').getByText('The gateway does not answer: what you see is old.').waitFor();
  await net.kill(5);
  gateway = await openDoor(Number(new URL(gateway.url).port));
  await page.getByText('The gateway does not answer').waitFor({ state: 'detached' });
  await row(page, 5).getByText('dead').waitFor();
  await net.restart(5);
  await row(page, 5).getByText('alive').waitFor();
});

test('what changes comes by itself: lists and pulses are not asked for again and again', () => {
  const timesOf = (path: string): number => asked.filter((each) => each === path).length;
  expect(timesOf('/v1/events')).toBeGreaterThanOrEqual(2);
  expect(timesOf('/v1/network/zones')).toBeGreaterThanOrEqual(2);
  expect([timesOf('/v1/phones'), timesOf('/v1/network/pulse'), timesOf('/v1/network/ring')]).toEqual([0, 0, 0]);
  // With each opening of the stream, and when a scenario begins or ends.
  expect(timesOf('/v1/lab')).toBeLessThanOrEqual(timesOf('/v1/events'));
});

test('the wall of a phone works through the gateway as it does at the phone', async () => {
  const { page } = browser;
  await page.goto(`${gateway.url}/phones/3/`);
  await page.getByRole('article').first().waitFor();
  await page.goto(`${gateway.url}/phones/3/#/welcome`);
  await page.getByText('I have been here').waitFor();
});

test('no page complained of anything', () => {
  expect(browser.complaints).toEqual([]);
});
