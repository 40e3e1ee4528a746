/** docs/decisions/README.md: the index of the decisions, a page each. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../decisions');

export async function decisionsIndex(): Promise<string> {
  const pages = (await readdir(FOLDER)).filter((name) => name.endsWith('.md') && name !== 'README.md').sort();
  const lines = pages.map(async (name) => {
    const title = /^# (.+)$/m.exec(await readFile(join(FOLDER, name), 'utf8'))?.[1];
    if (title === undefined) throw new Error(`docs/decisions/${name} has no title`);
    return `- [${title}](${name})`;
  });
  return `# Decisions

Why things are as they are: a page a decision, with what else was considered. \`npm run docs\` makes this list.

${(await Promise.all(lines)).join('\n')}
`;
}
