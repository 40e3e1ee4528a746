/**
 * Loaded before a phone (`node --import 'load-stripped.mjs?folder=…'`): its sources come from copies without types
 * (stripped-sources.ts). Where there is no copy, Node strips the file itself, which takes a WebAssembly module into the
 * process. Plain JavaScript, for it is here that TypeScript is kept out.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const here = new URL(import.meta.url);
const root = new URL('..', here).href;
const folder = here.searchParams.get('folder');

registerHooks({
  load(url, context, nextLoad) {
    const source = url.startsWith(root) && url.endsWith('.ts') ? strippedSource(url.slice(root.length)) : undefined;
    return source === undefined ? nextLoad(url, context) : { format: 'module', source, shortCircuit: true };
  },
});

function strippedSource(path) {
  try {
    return readFileSync(new URL(path, folder), 'utf8');
  } catch {
    return undefined;
  }
}
