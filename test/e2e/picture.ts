/** Pictures of pages for the documentation. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** Where they go: `npm run screenshots` sets it. */
const PICTURES = process.env['RINGWALL_SCREENSHOTS'];

/** Takes a picture of what is on the screen, if pictures are wanted at all. */
export async function takePicture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  await mkdir(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}
