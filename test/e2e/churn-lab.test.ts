/** The console beside a network that breaks: lines on hover, charts, and everything of the churn lab by click. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Ring } from '../../services/wall-api/client/contract.ts';
import { performer } from '../../testnet/perform.ts';
import { GatewayProcess } from '../../testnet/phones/gateway-process.ts';
import { Testnet } from '../../testnet/testnet.ts';
import { circleIn, pointAt, turnOf } from '../../web/console/ring/ring-geometry.ts';
import { buildPages } from '../../web/pages.ts';
import { DrawnNetwork } from '../bench/console/drawn-network.ts';
import { startFakeGateway } from '../bench/console/fake-gateway.ts';
import { WallClient } from '../integration/wall-client.ts';
import { type Browser, LARGE, openBrowser } from './browser.ts';

const PHONES = 6;
/** So few that two phones can take a post with them. */
const REPLICATION = 2;
const POSTS = 10;
const BLINK = `
name: blink
about: Two phones are gone for a moment.
seed: 1
duration: 6s
settle: 1min
population: { phones: 6 }
outages: [{ at: 1s, crash: "1-2", return-after: 2s }]
workload: { people: 6, every: { exponential: 200ms }, mix: { read: 1, lookup: 1, post: 1 } }
assertions: [joins-done = 100%, lookups-right >= 1%, ring-whole-after <= 1min, writes-acknowledged >= 90%]
`;
const ENDLESS = `
name: endless
about: One phone is gone for an hour.
seed: 1
duration: 1h
population: { phones: 6 }
outages: [{ at: 100ms, crash: "1" }]
assertions: [joins-done = 100%]
`;

let net: Testnet;
let consoleFolder: string;
let scenarios: string;
let gateway: GatewayProcess;
let browser: Browser;

beforeAll(async () => {
  const pages = await buildPages();
  consoleFolder = pages.console;
  scenarios = await mkdtemp(join(tmpdir(), 'ringwall-scenarios-'));
  await writeFile(join(scenarios, 'blink.yaml'), BLINK);
  await writeFile(join(scenarios, 'endless.yaml'), ENDLESS);
  const environment = { RINGWALL_GATEWAY_CONSOLE: consoleFolder, RINGWALL_GATEWAY_SCENARIOS: scenarios };
  net = await Testnet.start({ phones: PHONES, replication: REPLICATION, seed: 7, people: false });
  const ada = await WallClient.signUp(net.phone(1).api, 'Ada');
  for (let i = 1; i <= POSTS; i++) await ada.publish(`Post number ${i} of ${POSTS}`);
  const perform = performer(net, () => undefined);
  gateway = await GatewayProcess.start({ net, perform, environment, onCrash: () => undefined });
  browser = await openBrowser(LARGE);
  await browser.page.goto(`${gateway.url}/console#token=${net.adminToken}`);
  await areAlive(browser.page, PHONES);
});

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await gateway?.[Symbol.asyncDispose]();
  await net?.[Symbol.asyncDispose]();
  if (scenarios !== undefined) await rm(scenarios, { recursive: true });
});

async function areAlive(page: Page, alive: number, of = alive): Promise<void> {
  await page.getByText(`${alive} of ${of} phones alive`).waitFor();
}

function stateOf(page: Page, n: number, state: string) {
  const row = page.getByRole('row').filter({ has: page.getByLabel(`Pick phone ${n}`, { exact: true }) });
  return row.getByText(state, { exact: true });
}

/** Picks these phones, and no others, by the table. */
async function pick(page: Page, phones: readonly number[]): Promise<void> {
  for (const { n } of net.phones) {
    await page.getByLabel(`Pick phone ${n}`, { exact: true }).setChecked(phones.includes(n));
  }
  await page.getByText(`Picked: phone ${phones.join(', ')}.`).waitFor();
}

async function click(page: Page, button: string): Promise<void> {
  await page.getByRole('button', { name: button, exact: true }).click();
}

/** Whether a drawing, where it is looked at, has the colour of a variable of the theme: on its layer of this number. */
async function hasColourAt(
  page: Page,
  { drawing, layer, x, y }: { drawing: string; layer: number; x: number; y: number },
  variable: string,
): Promise<boolean> {
  return await page.evaluate<boolean>(`(() => {
    const probe = document.createElement('span');
    document.body.append(probe);
    probe.style.color = 'var(${variable})';
    const wanted = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
    probe.remove();
    const canvas = document.querySelectorAll('[role=img][aria-label^="${drawing}"] canvas')[${layer}];
    const scale = canvas.width / canvas.clientWidth;
    const [x, y] = [${x} * scale, ${y} * scale];
    const { data } = canvas.getContext('2d').getImageData(x - 3, y - 3, 7, 7);
    for (let i = 0; i < data.length; i += 4) {
      // Thin lines are faint: there their colour is told less exactly.
      const off = data[i + 3] > 128 ? 12 : 30;
      if (data[i + 3] > 16 && wanted.every((value, k) => Math.abs(data[i + k] - value) < off)) return true;
    }
    return false;
  })()`);
}

test('who is pointed at on the ring shows its lines to the others, until one points elsewhere', async () => {
  const { page } = browser;
  const drawing = page.getByRole('img', { name: 'The ring with' });
  await drawing.scrollIntoViewIfNeeded();
  const box = (await drawing.boundingBox())!;
  const circle = circleIn(box);
  const placeOf = (id: string) => pointAt(circle, turnOf(id));
  const { id } = net.phone(2);
  const others = net.phones.flatMap((phone) => (phone.n === 2 ? [] : [phone.id!]));
  /** A quarter of the way to another phone. */
  const near = (other: string) => {
    const [from, to] = [placeOf(id!), placeOf(other)];
    return { drawing: 'The ring with', layer: 1, x: from.x + (to.x - from.x) / 4, y: from.y + (to.y - from.y) / 4 };
  };
  for (const other of others) expect(await hasColourAt(page, near(other), '--accent')).toBe(false);

  const at = placeOf(id!);
  await page.mouse.move(box.x + at.x + 2, box.y + at.y);
  for (const other of others) await expect.poll(() => hasColourAt(page, near(other), '--accent')).toBe(true);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await expect.poll(() => hasColourAt(page, near(others[0]!), '--accent')).toBe(false);

  await page.mouse.move(0, 0);
});

test('successors are drawn in one colour and fingers in another', async () => {
  const drawn = new DrawnNetwork(40, 3);
  await using fake = await startFakeGateway(drawn, consoleFolder);
  await using elsewhere = await openBrowser(LARGE);
  const { page } = elsewhere;
  let told: Ring | undefined;
  await page.route('**/phones/1/v1/network/ring', async (route) => {
    const response = await route.fetch();
    told = (await response.json()) as Ring;
    await route.fulfill({ response });
  });
  await page.goto(`${fake.url}/console/`);
  await page.getByText('of 40 phones alive').first().waitFor();
  const drawing = page.getByRole('img', { name: 'The ring with' });
  await drawing.scrollIntoViewIfNeeded();
  const box = (await drawing.boundingBox())!;
  const placeOf = (id: string) => pointAt(circleIn(box), turnOf(id));
  const from = placeOf(drawn.phones[0]!.id!);
  await page.mouse.move(box.x + from.x + 1, box.y + from.y);
  await expect.poll(() => told).toBeDefined();
  const { successors, fingers } = told!;
  /** A quarter of the way, if it leads far from where lines to successors are. */
  const onTheWay = fingers.flatMap(({ id }) => {
    const to = placeOf(id);
    const [x, y] = [from.x + (to.x - from.x) / 4, from.y + (to.y - from.y) / 4];
    const apart = successors.map((other) => distanceToLine({ x, y }, from, placeOf(other.id)));
    return Math.min(...apart) > 12 && Math.hypot(x - from.x, y - from.y) > 30 ? [{ x, y }] : [];
  });
  expect(onTheWay.length).toBeGreaterThan(3);
  for (const at of onTheWay) {
    const spot = { drawing: 'The ring with', layer: 1, ...at };
    await expect.poll(() => hasColourAt(page, spot, '--soft')).toBe(true);
    expect(await hasColourAt(page, spot, '--accent')).toBe(false);
  }
  const last = placeOf(successors.at(-1)!.id);
  const middle = { x: (from.x + last.x) / 2, y: (from.y + last.y) / 2 };
  expect(await hasColourAt(page, { drawing: 'The ring with', layer: 1, ...middle }, '--accent')).toBe(true);
});

interface Place {
  readonly x: number;
  readonly y: number;
}

function distanceToLine(at: Place, from: Place, to: Place): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const along = ((at.x - from.x) * dx + (at.y - from.y) * dy) / (dx * dx + dy * dy);
  const part = Math.min(1, Math.max(0, along));
  return Math.hypot(at.x - from.x - part * dx, at.y - from.y - part * dy);
}

test('lookups, churn, copies missing and recall are drawn over time', async () => {
  await using fake = await startFakeGateway(new DrawnNetwork(40, 3), consoleFolder);
  await using elsewhere = await openBrowser(LARGE);
  const { page } = elsewhere;
  await page.goto(`${fake.url}/console/`);
  await page.getByText('In the last minute 30 came, 30 died and 0 left.').waitFor();
  for (const [title, variables] of [
    ['Phones', ['--alive', '--dead']],
    ['Churn', ['--dead', '--left']],
    ['Lookups a second', ['--accent', '--dead']],
    ['Time of a lookup', ['--accent']],
    ['Copies missing', ['--path']],
    ['Recall of searches', ['--joining']],
  ] as const) {
    await page.getByRole('img', { name: new RegExp(`^${title}.*: [a-z]+ [\\d.]+`) }).waitFor();
    for (const variable of variables) {
      await expect
        .poll(() => drawnWidth(page, title, variable), { message: `${title} ${variable}` })
        .toBeGreaterThan(50);
    }
  }
  expect(elsewhere.complaints).toEqual([]);
});

/** Columns of a chart, in pixels, that have something in the colour of a variable of the theme. */
async function drawnWidth(page: Page, title: string, variable: string): Promise<number> {
  return await page.evaluate<number>(`(() => {
    const chart = document.querySelector('.chart[aria-label^="${title}"]');
    const probe = document.createElement('span');
    chart.append(probe);
    probe.style.color = 'var(${variable})';
    const wanted = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
    probe.remove();
    const canvas = chart.querySelector('canvas');
    const { data, width } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const columns = new Set();
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] > 200 && wanted.every((value, k) => Math.abs(data[i + k] - value) < 12)) columns.add((i / 4) % width);
    }
    return columns.size;
  })()`);
}

test('figures of real phones come into the charts', async () => {
  const { page } = browser;
  await click(page, 'Any key');
  await page.getByRole('img', { name: /^Lookups a second: all (?!0,)[\d.]+, failed/ }).waitFor();
  await page.getByRole('img', { name: /^Copies missing: copies \d+$/ }).waitFor();
});

test('what dies takes posts from a wall, which is seen beside the lab while it is so, and they come back', async () => {
  const { page } = browser;
  const shown = page.locator('.wall li');
  await expect.poll(() => shown.count()).toBe(POSTS);
  expect(await page.locator('.wall li.missing').count()).toBe(0);
  const { victims, text } = await whoseDeathHurts(page);
  await pick(page, victims);
  await click(page, 'Kill');
  await areAlive(page, PHONES - REPLICATION, PHONES);
  const lost = page.locator('.wall li.missing').filter({ hasText: text });
  // Whether they are gone is not known at once: that is told, too.
  await page.getByText(/^Reading for \d+ s: phones that should answer do not\.|not there now/).waitFor();
  await lost.waitFor();
  await page.getByText(/[1-9]\d* posts? (?:is|are) not there now/).waitFor();
  await click(page, 'Start again');
  await areAlive(page, PHONES);
  await lost.waitFor({ state: 'detached' });
  await page.getByText(/^Read in \d+ ms, complete\.$/).waitFor();
});

/** Phones that hold a post that is shown, with nobody else: its owner and who is next to it, but not the phone that is read at. */
async function whoseDeathHurts(page: Page): Promise<{ readonly victims: readonly number[]; readonly text: string }> {
  const feed = await page.evaluate<{ items: { post: { id: string; text: string } }[] }>(
    `fetch('${gateway.url}/phones/1/v1/feed?strategy=recent&limit=12').then((answer) => answer.json())`,
  );
  const order = [...net.phones].sort((a, b) => (a.id! < b.id! ? -1 : 1));
  for (const { post } of feed.items) {
    const owner = Math.max(
      0,
      order.findIndex(({ id }) => id! >= post.id.replaceAll('-', '')),
    );
    const holders = [0, 1].map((next) => order[(owner + next) % order.length]!.n);
    if (!holders.includes(1)) return { victims: holders.sort((a, b) => a - b), text: post.text };
  }
  throw new Error('phone 1 holds all of them');
}

test('a phone is frozen and thawed by click', async () => {
  const { page } = browser;
  await pick(page, [3]);
  await click(page, 'Freeze');
  await page.getByText('Freeze phone 3: done.').waitFor();
  await stateOf(page, 3, 'suspected')
    .or(stateOf(page, 3, 'dead'))
    .waitFor();
  await areAlive(page, PHONES - 1, PHONES);
  await click(page, 'Thaw');
  await stateOf(page, 3, 'alive').waitFor();
});

test('phones are cut off from all others by click, and the network is healed', async () => {
  const { page } = browser;
  await pick(page, [2, 5]);
  await click(page, 'Cut off');
  await page.getByText('Cut off phone 2, 5: done.').waitFor();
  const hear = (a: number, b: number): boolean => net.faults.hearEachOther(net.phone(a), net.phone(b));
  expect([hear(2, 5), hear(1, 4), hear(2, 1), hear(4, 5)]).toEqual([true, true, false, false]);
  // Each side makes a ring of its own.
  await page.getByText(/Rings: (?:1\.[1-9]|[2-6])/).waitFor();
  await click(page, 'Heal');
  await page.getByText('Heal all links: done.').waitFor();
  expect([hear(2, 1), hear(4, 5)]).toEqual([true, true]);
  await page.getByText(/Rings: 1\.0/).waitFor();
});

test('a whole scenario is played by click: how far it is, and what came of what must hold', async () => {
  const { page } = browser;
  await page.getByLabel('Scenario').selectOption('blink');
  await page.getByText('Two phones are gone for a moment. 4 things must hold').waitFor();
  await click(page, 'Play blink');
  await page.getByRole('progressbar', { name: 'Progress of blink' }).waitFor();
  await page.getByText(/blink: \d of 6 s/).waitFor();
  await areAlive(page, PHONES - 2, PHONES);
  await page.getByText(/^blink is over: 3 of 4 things hold, 1 cannot be known from here\.$/).waitFor();
  const verdict = page.getByRole('list', { name: 'What must hold in blink' });
  await verdict.getByText('holds joins-done = 100%').waitFor();
  await verdict.getByText('not known writes-acknowledged >= 90%').waitFor();
  await areAlive(page, PHONES);
});

test('a scenario is ended by click, and what it broke is mended', async () => {
  const { page } = browser;
  await page.getByLabel('Scenario').selectOption('endless');
  await click(page, 'Play endless');
  await areAlive(page, PHONES - 1, PHONES);
  await click(page, 'End it, and mend everything');
  await page.getByText('endless was ended before its time.').waitFor();
  await areAlive(page, PHONES);
});

test('phones join by click', async () => {
  const { page } = browser;
  await click(page, 'Two join');
  await areAlive(page, PHONES + 2);
  await page.getByRole('img', { name: `The ring with ${PHONES + 2} phones` }).waitFor();
});

test('no page complained of anything', () => {
  expect(browser.complaints).toEqual([]);
});
