/** WordNet's glosses: a hundred thousand short texts that say what words mean, fetched by apt when wanted and never kept here. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withPackages } from './debian-packages.ts';

const FOLDER = 'usr/share/wordnet';
const PARTS_OF_SPEECH = ['noun', 'verb', 'adj', 'adv'];
/** A line of licence, which begins with a space, has none. */
const BEFORE_GLOSS = ' | ';
const LEAST_CHARACTERS = 20;

export interface Gloss {
  /** The part of speech. */
  readonly category: string;
  readonly text: string;
}

/** All of them, once each. Needs Debian's apt and dpkg; throws an Error that says so. */
export async function fetchGlosses(): Promise<Gloss[]> {
  return await withPackages(['wordnet-base'], async (root) => {
    const categoryOf = new Map<string, string>();
    for (const category of PARTS_OF_SPEECH) {
      for (const line of (await readFile(join(root, FOLDER, `data.${category}`), 'utf8')).split('\n')) {
        const at = line.indexOf(BEFORE_GLOSS);
        const text = line.slice(at + BEFORE_GLOSS.length).trim();
        if (at > 0 && text.length >= LEAST_CHARACTERS && !categoryOf.has(text)) categoryOf.set(text, category);
      }
    }
    return [...categoryOf].map(([text, category]) => ({ category, text }));
  });
}
