/** Going about a page without a mouse. */
import type { Locator, Page } from 'playwright-core';

/** More stops than any page has before what is looked for. */
const MOST_STOPS = 60;

/** Goes from stop to stop until the focus is there. */
export async function tabTo(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${String(target)} cannot be reached by ${key}`);
}
