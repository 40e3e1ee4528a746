/** Where a Chromium is on this machine. */
import { existsSync } from 'node:fs';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser's program; undefined where there is none. `RINGWALL_CHROMIUM` names another one. */
export function findChromium(): string | undefined {
  return [process.env['RINGWALL_CHROMIUM'] ?? '', ...PLACES].find((path) => path !== '' && existsSync(path));
}
