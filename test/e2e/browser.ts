/** A real Chromium with a person in front of it, each with a profile of their own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { findChromium } from './chromium.ts';

/** It calls nobody but the phones: browsers left alone ask their makers for this and that. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** How long a person waits for what should be there: far longer than it takes, for machines that are busy. */
export const PATIENCE_MS = 90_000;

/** The narrowest that pages are made for. */
export const NARROW = { width: 360, height: 740 } as const;
export const SMALL = { width: 390, height: 844 } as const;
export const LARGE = { width: 1280, height: 900 } as const;

export interface Browser extends AsyncDisposable {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What pages complained of: errors of scripts, and what the content policy refused. */
  readonly complaints: readonly string[];
}

export async function openBrowser(viewport: { width: number; height: number } = SMALL): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined)
    throw new Error('no Chromium: install the package chromium, or set RINGWALL_CHROMIUM');
  const profile = await mkdtemp(join(tmpdir(), 'ringwall-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    ...{ executablePath, viewport, args: QUIET, headless: true, locale: 'en-GB' },
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  const page = context.pages()[0] ?? (await context.newPage());
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !isExpected(message.text())) complaints.push(message.text());
  });
  return {
    page,
    context,
    complaints,
    async [Symbol.asyncDispose]() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** The browser reports answers such as 404 and connections that fail by itself; the page tells people about them. */
function isExpected(text: string): boolean {
  return text.startsWith('Failed to load resource');
}
