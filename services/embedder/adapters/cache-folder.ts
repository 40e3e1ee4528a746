/** Where programs of this person keep what they can make anew at any time. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** The cache folder of Ringwall, by the custom of the operating system (on Linux the XDG base directories). */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const xdg = environment['XDG_CACHE_HOME'];
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, 'ringwall');
  if (process.platform === 'darwin') return join(homedir(), 'Library/Caches/ringwall');
  const local = environment['LOCALAPPDATA'];
  if (process.platform === 'win32' && local !== undefined) return join(local, 'ringwall');
  return join(homedir(), '.cache/ringwall');
}
