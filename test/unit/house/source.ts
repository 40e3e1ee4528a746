/** The project's own files, and what their text says once comments and strings are told apart from code. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, normalize, relative } from 'node:path';

export const ROOT = join(import.meta.dirname, '../../..');

const OUTSIDE = new Set(['node_modules', 'dist', '.git', '.ringwall', 'gen', 'reference', 'coverage']);
/** A comment, a string, a template without nested ones: whichever begins first. */
const TOKENS = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;
const IMPORT = /(?<![.\w])(?:from|import)\s*\(?\s*'([^'\n]+)'/g;

/** Paths below the root, with forward slashes; generated files are left out. */
export function projectFiles(extension: string, folder = ROOT): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (OUTSIDE.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return projectFiles(extension, path);
    return entry.name.endsWith(extension) ? [relative(ROOT, path)] : [];
  });
}

export function textOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

export function exists(file: string): boolean {
  return statSync(join(ROOT, file), { throwIfNoEntry: false }) !== undefined;
}

/** What is left without comments and strings. */
export function codeOf(text: string): string {
  return text.replace(TOKENS, (token) => (token.startsWith('/') ? ' ' : "''"));
}

/** What a file imports: paths below the root for its own kind, `node:…` and package names as they stand. */
export function importsOf(file: string, text: string): string[] {
  const withoutComments = text.replace(TOKENS, (token) => (token.startsWith('/') ? ' ' : token));
  const specifiers = [...withoutComments.matchAll(IMPORT)].map((match) => match[1]!);
  return specifiers.map((name) => (name.startsWith('.') ? normalize(join(file, '..', name)) : name));
}
