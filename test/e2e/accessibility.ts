/** Whether a page as it stands can be read and used by everybody. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** WCAG 2.2, levels A and AA, with what came before. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds wrong: rules with the elements that break them. */
export async function violations(page: Page): Promise<readonly string[]> {
  // Evaluated, not added as a script: the page's policy allows none.
  await page.evaluate(AXE);
  const results = await page.evaluate<AxeResults>(`{
    // Posts out of sight have the size that is expected of them: what overlaps there does not when one gets there.
    const posts = [...document.querySelectorAll('.post')];
    for (const post of posts) post.style.contentVisibility = 'visible';
    axe.run(document, { runOnly: ${JSON.stringify(RULES)} }).finally(() => {
      for (const post of posts) post.style.contentVisibility = '';
    });
  }`);
  // Rules that find nothing to look at prove nothing.
  expect(results.passes.length).toBeGreaterThan(15);
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

/** Pixels that lie beyond the right edge. */
export async function overflow(page: Page): Promise<number> {
  return await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
}
