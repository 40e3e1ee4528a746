/** The generated pages of docs/ are what the code gives today, and settings are documented. */
import { expect, test } from 'vitest';
import { stalePages } from '../../docs/generate.ts';
import { projectFiles, textOf } from './house/source.ts';

test('the references are fresh: `npm run docs`', async () => {
  expect(await stalePages()).toEqual([]);
});

test('the documents name exactly the settings that the services read', () => {
  const namesIn = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1]!);
  const sources = projectFiles('.ts').filter((file) => file.startsWith('services/'));
  const pages = ['docs/reference/settings.md'];
  const read = new Set(sources.flatMap((file) => namesIn(textOf(file), /'(RINGWALL_[A-Z_]+)'/g)));
  const documented = new Set(pages.flatMap((page) => namesIn(textOf(page), /`(RINGWALL_[A-Z_]+)`/g)));
  expect([...documented].sort()).toEqual([...read].sort());
});

test('every decision is named where the code follows it', () => {
  const sources = projectFiles('.ts').filter((file) => !file.startsWith('docs/') && !file.startsWith('test/unit/'));
  const texts = sources.map(textOf);
  const pages = projectFiles('.md').filter((file) => file.startsWith('docs/decisions/') && !file.endsWith('README.md'));
  // The code that follows a decision says `docs/decisions/NAME.md`, so that nobody changes the one and not the other.
  expect(pages.filter((page) => !texts.some((text) => text.includes(page)))).toEqual([]);
});
