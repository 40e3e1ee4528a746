/**
 * Imports a module of this repository, and all it imports of it, anew with one mutation applied. Beside the modules
 * that are loaded already: a query in the URL tells the two apart, and a resolve hook hands it down.
 */
import { type LoadHookContext, registerHooks } from 'node:module';
import { MUTATIONS, type Mutation } from './mutations.ts';

const ROOT = new URL('../../../', import.meta.url).href;
const PARAMETER = 'mutation';
let isHooked = false;

/** `path`: in the repository, as `test/sim/records/campaign.ts`. Throws if what the mutation changes is not there, just once. */
export async function importMutated<Module>(path: string, mutation: Mutation | undefined): Promise<Module> {
  if (!isHooked) hook();
  isHooked = true;
  const url = new URL(path, ROOT);
  url.searchParams.set(PARAMETER, mutation === undefined ? 'none' : String(MUTATIONS.indexOf(mutation)));
  return (await import(url.href)) as Module;
}

/** The file with the mutation in it. */
export function mutated(text: string, { file, find, name, replace }: Mutation): string {
  const parts = text.split(find);
  if (parts.length !== 2) {
    throw new Error(
      `"${name}" does not fit any more: ${file} has its text ${parts.length - 1} times. Change mutations.ts`,
    );
  }
  return parts.join(replace);
}

function hook(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      const which = context.parentURL === undefined ? null : mutationOf(context.parentURL);
      if (which === null || !isOurs(resolved.url)) return resolved;
      const url = new URL(resolved.url);
      url.searchParams.set(PARAMETER, which);
      return { ...resolved, url: url.href };
    },
    load(url, context: LoadHookContext, next) {
      const loaded = next(url, context);
      const mutation = isOurs(url) ? MUTATIONS[Number(mutationOf(url) ?? 'none')] : undefined;
      if (mutation === undefined || !url.startsWith(`${ROOT}${mutation.file}?`)) return loaded;
      return { ...loaded, source: mutated(String(loaded.source), mutation) };
    },
  });
}

function mutationOf(url: string): string | null {
  return url.startsWith('file:') ? new URL(url).searchParams.get(PARAMETER) : null;
}

function isOurs(url: string): boolean {
  return url.startsWith(ROOT) && !url.includes('/node_modules/');
}
