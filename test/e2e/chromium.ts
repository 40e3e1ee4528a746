/** Where a Chromium is on this machine. */
import { existsSync } from 'node:fs';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser's program; undefined where there is none. `RINGWALL_CHROMIUM` names another one. */
export function findChromium(): string | undefined {
  return [process.env['RINGWALL_CHROMIUM'] ?? '', ...PLACES].find((path) => path !== '' && existsSync(path));
}

/** Why the suites in a real browser cannot run; undefined when they can. */
export function chromiumAbsence(): string | undefined {
  if (findChromium() !== undefined) return undefined;
  return 'there is no Chromium: install the package `chromium`, or set RINGWALL_CHROMIUM';
}
