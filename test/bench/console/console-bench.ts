/** How smooth the console is with hundreds of phones: frames of the real page in a real browser. */
import type { Page } from 'playwright-core';
import { buildPages } from '../../../web/pages.ts';
import { LARGE, openBrowser } from '../../e2e/browser.ts';
import { percentile } from '../percentile.ts';
import { DrawnNetwork } from './drawn-network.ts';
import { startFakeGateway } from './fake-gateway.ts';
import { type FrameFigures, watchFrames } from './frames.ts';

export interface ConsoleBenchOptions {
  readonly phones: number;
  readonly seconds: number;
  /** A console that was built elsewhere, to be compared with. */
  readonly folder?: string | undefined;
  readonly onProgress: (step: string) => void;
}

export interface ConsoleRow {
  readonly use: string;
  readonly frames: FrameFigures;
}

const SEED = 7;
/** A hand takes so long round the ring, ms. */
const ROUND_MS = 4_000;

export async function benchConsole(options: ConsoleBenchOptions): Promise<readonly ConsoleRow[]> {
  const folder = options.folder ?? (await buildPages()).console;
  await using gateway = await startFakeGateway(new DrawnNetwork(options.phones, SEED), folder);
  await using browser = await openBrowser(LARGE);
  const { page } = browser;
  await page.goto(`${gateway.url}/console/`);
  await page.getByText(/of \d+ phones alive/).waitFor();
  await page.getByText(/fill 100\.0 % of the space/).waitFor();
  const forMs = options.seconds * 1_000;
  const rows: ConsoleRow[] = [];
  const measure = async (use: string, act: () => Promise<void>): Promise<void> => {
    options.onProgress(use);
    rows.push({ use, frames: await watchFrames(page, act) });
  };
  await measure('nobody touches it', () => page.waitForTimeout(forMs));
  await measure('the pointer goes round the ring', () => circle(page, 'The ring with', forMs));
  await page.getByRole('button', { name: 'Any key' }).click();
  await measure('the same, and a lookup is shown', () => circle(page, 'The ring with', forMs));
  await measure('the pointer crosses the map', () => circle(page, 'The space of meanings', forMs));
  return rows;
}

/** Moves the pointer round and round a drawing, as fast as the page takes it. */
async function circle(page: Page, name: string, forMs: number): Promise<void> {
  const drawing = page.getByRole('img', { name });
  await drawing.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await drawing.boundingBox())!;
  const radius = Math.min(width, height) / 2 - 26;
  const began = performance.now();
  for (let passed = 0; passed < forMs; passed = performance.now() - began) {
    const angle = (2 * Math.PI * passed) / ROUND_MS;
    await page.mouse.move(x + width / 2 + radius * Math.cos(angle), y + height / 2 + radius * Math.sin(angle));
  }
}

export function consoleMarkdown(rows: readonly ConsoleRow[]): string {
  return [
    '| meanwhile | frames a second | interval p50 ms | p95 ms | p99 ms | main thread, CPU ms a frame: p50 | p95 | p99 | of it scripts: p95 | raster beside it, mean |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...rows.map(({ use, frames }) => {
      const { intervalsMs, mainMs, scriptMs, rasterMsPerFrame } = frames;
      const cells = [
        (frames.frames / frames.seconds).toFixed(1),
        ...[0.5, 0.95, 0.99].map((part) => percentile(intervalsMs, part).toFixed(1)),
        ...[0.5, 0.95, 0.99].map((part) => percentile(mainMs, part).toFixed(2)),
        percentile(scriptMs, 0.95).toFixed(2),
        rasterMsPerFrame.toFixed(2),
      ];
      return `| ${use} | ${cells.join(' | ')} |`;
    }),
  ].join('\n');
}
