/** The rules of the house: docs/architecture.md and AGENTS.md, as far as a program can hold them. */
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importFault, isPure } from './rooms.ts';
import { codeOf, exists, importsOf, projectFiles, textOf } from './source.ts';

const MAX_LINES = 300;
const IMPURE =
  /\b(Date|process|performance|setTimeout|setInterval|setImmediate|queueMicrotask|console|Buffer|globalThis)\b(?!\s*[:?])|\bMath\.random\b|\bawait fetch\b/;
const UNFINISHED = new RegExp(`\\b(${['TO', 'FIX'].map((word, i) => word + ['DO', 'ME'][i]).join('|')})\\b`);
const CATCH_ALL_NAME = /(^|[/.-])(utils?|helpers?|common|misc)([/.-]|$)/;
const KEBAB_NAME = /^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.config)?\.(ts|tsx|mjs)$/;
const NOT_RUN = /\b(?:test|it|describe)\.(?:skip|only|todo|fails|skipIf)\b|\bx(?:it|describe|test)\(/;
const SLEEP = /await new Promise\b[^;]*=>\s*(?:void\s+)?setTimeout\(/;
const LINK = /\[[^\]]*\]\(([^)\s]+)\)/g;

const sources = ['.ts', '.tsx', '.mjs'].flatMap((extension) => projectFiles(extension));
const tests = sources.filter((file) => file.endsWith('.test.ts'));
const documents = projectFiles('.md');

/** Those of the files for which `fault` has something to say, with what it says. */
function faults(files: readonly string[], fault: (file: string, text: string) => string | undefined | false): string[] {
  return files.flatMap((file) => {
    const found = fault(file, textOf(file));
    return found === undefined || found === false ? [] : `${file}: ${found}`;
  });
}

describe('the house', () => {
  test('is looked at as a whole', () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(tests.length).toBeGreaterThan(10);
    expect(documents.length).toBeGreaterThan(10);
  });

  test('rooms import only what they may', () => {
    const found = sources.flatMap((file) =>
      importsOf(file, textOf(file)).flatMap((imported) => {
        const fault = importFault(file, imported);
        return fault === undefined ? [] : `${file}: ${fault}`;
      }),
    );
    expect(found).toEqual([]);
  });

  test('cores have no clock, no dice, no process', () => {
    expect(faults(sources.filter(isPure), (_, text) => IMPURE.exec(codeOf(text))?.[0])).toEqual([]);
  });

  test('a file holds one thing', () => {
    const long = (_: string, text: string): string | false => {
      const lines = text.split('\n').length - 1;
      return lines > MAX_LINES && `${lines} lines, at most ${MAX_LINES}`;
    };
    expect(
      faults(
        sources.filter((file) => !tests.includes(file)),
        long,
      ),
    ).toEqual([]);
  });

  test('names are nouns of the field in kebab case', () => {
    const wrong = sources.filter((file) => CATCH_ALL_NAME.test(file) || !KEBAB_NAME.test(file.split('/').at(-1)!));
    expect(wrong).toEqual([]);
  });

  test('nothing is left unfinished', () => {
    expect(faults([...sources, ...documents], (_, text) => UNFINISHED.exec(text)?.[0])).toEqual([]);
  });

  test('every test runs, and none sleeps to wait for something', () => {
    expect(faults(tests, (_, text) => NOT_RUN.exec(codeOf(text))?.[0])).toEqual([]);
    expect(faults(tests, (_, text) => SLEEP.exec(codeOf(text))?.[0])).toEqual([]);
    expect(
      faults(tests, (file, text) => importsOf(file, text).find((name) => name === 'node:timers/promises')),
    ).toEqual([]);
  });

  test('every room says what it owns', () => {
    const rooms = new Set(sources.map(roomFolder).filter((folder) => folder !== undefined));
    expect([...rooms].filter((folder) => !exists(join(folder, 'README.md')))).toEqual([]);
  });

  test('links between the documents lead somewhere', () => {
    const broken = documents.flatMap((file) =>
      [...textOf(file).matchAll(LINK)].flatMap((match) => {
        const target = match[1]!.split('#')[0]!;
        if (target === '' || /^[a-z]+:/.test(target)) return [];
        return exists(normalize(join(dirname(file), target))) ? [] : `${file}: ${target}`;
      }),
    );
    expect(broken).toEqual([]);
  });

  test('the index of decisions names every one of them', () => {
    const index = textOf('docs/decisions/README.md');
    const pages = documents.filter((file) => dirname(file) === 'docs/decisions' && !file.endsWith('README.md'));
    expect(pages.filter((file) => !index.includes(`(${file.split('/').at(-1)})`))).toEqual([]);
  });

  test('versions of packages are exact', () => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(textOf('package.json')) as Record<
      string,
      Record<string, string>
    >;
    const wanted = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
    expect(wanted.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });
});

/** The folder whose README speaks for a file: a service, or a room of its own. */
function roomFolder(file: string): string | undefined {
  const [top, second] = file.split('/');
  if (top === 'services') return `services/${second}`;
  return file.includes('/') ? top : undefined;
}

describe('the rules themselves', () => {
  test('tell code from comments and strings', () => {
    expect(codeOf("a('// no'); // Date\n/* process */ b(`x${1}`, \"'\")")).toBe("a('');  \n  b('', '')");
  });

  test('see every way to import', () => {
    const text =
      "import x from './a.ts';\nexport * from '../b.ts';\nimport 'pino';\nawait import('node:fs'); // from 'no'";
    expect(importsOf('services/x/y.ts', text)).toEqual(['services/x/a.ts', 'services/b.ts', 'pino', 'node:fs']);
  });

  test.each([
    ['services/shared/core/id.ts', 'services/shared/core/result.ts', true],
    ['services/shared/core/id.ts', 'node:crypto', false],
    ['services/shared/core/id.ts', 'services/shared/runtime/grpc/rpc.ts', false],
    ['services/wall-api/core/posts/posts.ts', 'services/shared/core/id.ts', true],
    ['services/wall-api/core/posts/posts.ts', 'services/chord-router/core/ring/ring.ts', false],
    ['services/wall-api/core/posts/posts.ts', 'proto/gen/ringwall/chord/v1/chord.ts', false],
    ['services/wall-api/core/posts/posts.ts', 'services/wall-api/adapters/keystore.ts', false],
    ['services/wall-api/start.ts', 'services/chord-router/start.ts', false],
    ['services/wall-api/start.ts', 'proto/gen/ringwall/chord/v1/chord.ts', true],
    ['services/phone-node/main.ts', 'services/chord-router/start.ts', true],
    ['services/phone-node/main.ts', 'services/chord-router/adapters/log.ts', false],
    ['services/shared/runtime/host.ts', 'services/wall-api/core/posts/posts.ts', false],
    ['services/shared/scenario/figures.ts', 'services/shared/core/id.ts', true],
    ['services/shared/scenario/figures.ts', 'services/shared/runtime/host.ts', false],
    ['services/gateway/start.ts', 'services/shared/scenario/scenario.ts', true],
    ['testnet/main.ts', 'services/wall-api/core/posts/posts.ts', false],
    ['testnet/main.ts', 'services/wall-api/client/login.ts', true],
    ['testnet/main.ts', 'test/integration/eventually.ts', false],
    ['test/sim/engine/engine.ts', 'services/chord-router/core/ring/ring.ts', true],
    ['docs/generate.ts', 'services/wall-api/app.ts', true],
    ['containers/people.ts', 'testnet/people/people.ts', true],
    ['containers/people.ts', 'services/wall-api/app.ts', false],
    ['testnet/main.ts', 'containers/people.ts', false],
  ])('%s importing %s: %s', (file, imported, allowed) => {
    expect(importFault(file, imported) === undefined).toBe(allowed);
  });

  test.each(['Date.now()', 'new Date()', 'process.env', 'Math.random()', 'setTimeout(f)', 'await fetch(url)'])(
    '%s is impure',
    (code) => expect(IMPURE.test(code)).toBe(true),
  );
});
