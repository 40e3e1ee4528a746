/** Copies installed packages with all that they need at run time, and of native code only what fits this platform. */
import { cp, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Dependencies that only a package's install script has a use for. */
const INSTALL_ONLY: ReadonlySet<string> = new Set(['adm-zip', 'global-agent']);
/** Of these packages nothing but these files is read: the rest is a plugin that the bundle does without. */
const ONLY: Readonly<Record<string, RegExp>> = { '@fastify/swagger-ui': /^$|^package\.json$|^static(\/|$)/ };
/** Folders of native code by platform and architecture. */
const NATIVE = /^bin\/napi-v\d+\/(?<platform>[^/]+)(?:\/(?<arch>[^/]+))?/;

/** `from` and `to` are node_modules folders. Throws when a package, or one that it depends on, is not installed. */
export async function copyPackages(names: readonly string[], from: string, to: string): Promise<void> {
  const copied = new Set<string>();
  const waiting = [...names];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (copied.has(name)) continue;
    copied.add(name);
    const folder = join(from, name);
    await cp(folder, join(to, name), {
      recursive: true,
      filter: (path) => isWanted(name, relative(folder, path)),
    });
    waiting.push(...(await dependenciesOf(name, from)));
  }
}

/** `path` is below the package's folder. */
function isWanted(name: string, path: string): boolean {
  const only = ONLY[name];
  if (only !== undefined && !only.test(path)) return false;
  const { platform, arch } = NATIVE.exec(path)?.groups ?? {};
  return (
    (platform === undefined || platform === process.platform) &&
    (arch === undefined || arch === process.arch) &&
    !/\.(?:map|md|d\.[cm]?ts)$/.test(path)
  );
}

async function dependenciesOf(name: string, from: string): Promise<string[]> {
  if (ONLY[name] !== undefined) return [];
  const read = async (dependency: string): Promise<Manifest> =>
    JSON.parse(await readFile(join(from, dependency, 'package.json'), 'utf8')) as Manifest;
  const { dependencies = {}, optionalDependencies = {} } = await read(name);
  const optional = await Promise.all(
    Object.keys(optionalDependencies).map(async (dependency) => {
      // Those for other platforms were not installed.
      return await read(dependency).then(
        () => [dependency],
        () => [],
      );
    }),
  );
  return [...Object.keys(dependencies), ...optional.flat()].filter((dependency) => !INSTALL_ONLY.has(dependency));
}
