/** The generated pages of docs/ are what the code gives today, and settings are documented. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stalePages } from '../../docs/generate.ts';
import { projectFiles, ROOT, textOf } from './house/source.ts';

test('the references are fresh: `npm run docs`', async () => {
  expect(await stalePages()).toEqual([]);
});

test('the architecture lists exactly the settings that the services read', () => {
  const sources = projectFiles('.ts').filter((file) => file.startsWith('services/'));
  const read = new Set(
    sources.flatMap((file) => [...textOf(file).matchAll(/'(RINGWALL_[A-Z_]+)'/g)].map((match) => match[1]!)),
  );
  const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
  const listed = new Set([...page.matchAll(/^\| `(RINGWALL_[A-Z_]+)`/gm)].map((match) => match[1]!));
  expect([...read].sort()).toEqual([...listed].sort());
});
