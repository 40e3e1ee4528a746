/** Debian's fortunes: thousands of short texts in categories, fetched by apt when they are wanted and never kept here. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withPackages } from './debian-packages.ts';

export interface Fortune {
  /** The file it stands in, such as `computers`. */
  readonly category: string;
  /** On one line, without who said it. */
  readonly text: string;
}

const PACKAGES = ['fortunes-min', 'fortunes'];
const FOLDER = 'usr/share/games/fortunes';
/** Pictures made of letters: no texts. */
const NOT_TEXT = new Set(['ascii-art']);
const LEAST_CHARACTERS = 30;
const MOST_CHARACTERS = 600;
const ATTRIBUTION = /\n\s*-- [^]*$/;

/** All of them, once each, in the order of their files. Needs Debian's apt and dpkg; throws an Error that says so. */
export async function fetchFortunes(): Promise<Fortune[]> {
  return await withPackages(PACKAGES, (root) => readFortunes(join(root, FOLDER)));
}

async function readFortunes(folder: string): Promise<Fortune[]> {
  const files = (await readdir(folder)).filter((name) => !name.includes('.') && !NOT_TEXT.has(name)).sort();
  const categoryOf = new Map<string, string>();
  for (const category of files) {
    for (const item of (await readFile(join(folder, category), 'utf8')).split('\n%\n')) {
      const text = item.replace(ATTRIBUTION, '').replace(/\s+/g, ' ').trim();
      const isShort = text.length >= LEAST_CHARACTERS && text.length <= MOST_CHARACTERS;
      if (isShort && !categoryOf.has(text)) categoryOf.set(text, category);
    }
  }
  return [...categoryOf].map(([text, category]) => ({ category, text }));
}
