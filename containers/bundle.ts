/**
 * Bundles the programs of the image and gathers what they need beside their code:
 *
 *     node containers/bundle.ts OUT
 *
 * OUT then holds the programs under the names they have here (`services/phone-node/main.js`), the files they read, and
 * the packages with native code. Node starts one bundled file in less time and memory than the few hundred files it is
 * made of.
 */
import { cp, glob, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { build, type Plugin } from 'vite';
import { copyPackages } from './packages.ts';

const ROOT = join(import.meta.dirname, '..');

/** What can be started in the image; each keeps its path. */
const PROGRAMS = [
  'services/phone-node/main.ts',
  'services/chord-router/main.ts',
  'services/can-index/main.ts',
  'services/embedder/main.ts',
  'services/wall-api/main.ts',
  'services/gateway/main.ts',
  'services/wall-api/adapters/image-worker.ts',
  'containers/lab/main.ts',
  'containers/people.ts',
  'containers/tune.ts',
  'containers/warm-cache.ts',
];

/** Packages that cannot be bundled: native code, and files that are served as they are. */
const PACKAGES = ['onnxruntime-node', 'sharp', '@fastify/swagger-ui'];

/** Files that programs read beside their code. */
const FILES = ['services/*/projections/*.json', 'testnet/corpus/*.json'];

const out = process.argv[2];
if (out === undefined) {
  process.stderr.write('Usage: node containers/bundle.ts OUT\n');
  process.exit(64);
}
await build({
  root: ROOT,
  configFile: false,
  logLevel: 'warn',
  plugins: [keepFolders(), plainBuiltins()],
  ssr: { noExternal: true, external: PACKAGES },
  build: {
    ssr: true,
    outDir: out,
    emptyOutDir: true,
    target: 'node24',
    minify: true,
    sourcemap: false,
    rolldownOptions: {
      input: Object.fromEntries(PROGRAMS.map((program) => [program.replace(/\.ts$/, ''), join(ROOT, program)])),
      output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
});
for await (const file of glob(FILES, { cwd: ROOT })) {
  await mkdir(dirname(join(out, file)), { recursive: true });
  await cp(join(ROOT, file), join(out, file));
}
// Else Node would read each program twice, to find out that it is a module.
await writeFile(join(out, 'package.json'), '{ "private": true, "type": "module" }\n');
await copyPackages(PACKAGES, join(ROOT, 'node_modules'), join(out, 'node_modules'));

/**
 * Code that was moved into a chunk still finds the files beside its source: `import.meta.dirname` stays the folder it
 * had, below the bundle's own.
 */
function keepFolders(): Plugin {
  const BUNDLE = '__RINGWALL_BUNDLE__';
  return {
    name: 'keep-folders',
    transform(code, id) {
      if (!id.startsWith(ROOT) || id.includes('/node_modules/')) return;
      const folder = relative(ROOT, dirname(id));
      return code.replaceAll('import.meta.dirname', `(${BUNDLE} + ${JSON.stringify(`/${folder}`)})`);
    },
    renderChunk(code, chunk) {
      const up = '/..'.repeat(chunk.fileName.split('/').length - 1);
      return code.replaceAll(BUNDLE, `import.meta.dirname + ${JSON.stringify(up)}`);
    },
  };
}

/**
 * Takes Node's own modules as they are. `import`ed, each has all its exports read once for a facade, and to read those of
 * `node:http` loads the whole of Node's `fetch` and `WebSocket`: a seventh of the CPU time that a phone takes to start.
 */
function plainBuiltins(): Plugin {
  return {
    name: 'plain-builtins',
    renderChunk: (code) =>
      code.replaceAll(
        /^import ?\{([^}]*)\} ?from ?["'](node:[\w/]+)["'];?/gm,
        (_import, names: string, from: string) => {
          const taken = names.replaceAll(/(\w+) as (\w+)/g, '$1: $2');
          return `const {${taken}} = process.getBuiltinModule(${JSON.stringify(from)});`;
        },
      ),
  };
}
