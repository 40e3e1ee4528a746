/** `npm run docs`: writes the pages of docs/ that follow from the code, so that they cannot go stale. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { decisionsIndex } from './generator/decisions.ts';
import { gatewayOpenApi } from './generator/gateway-openapi.ts';
import { metricsReference } from './generator/metrics.ts';
import { problemsReference } from './generator/problems.ts';
import { restReference } from './generator/rest.ts';
import { settingsReference } from './generator/settings.ts';
import { wallOpenApi } from './generator/wall-openapi.ts';

/** Every generated page, by its path below docs/. */
async function generatedPages(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    [
      'reference/rest.md',
      restReference(
        'REST reference',
        'the OpenAPI document that every phone serves at `/openapi.json`',
        await wallOpenApi(),
      ),
    ],
    [
      'reference/gateway.md',
      restReference('Gateway', 'the OpenAPI document that a gateway serves at `/openapi.json`', await gatewayOpenApi()),
    ],
    ['reference/problems.md', problemsReference()],
    ['reference/metrics.md', metricsReference()],
    ['reference/settings.md', settingsReference()],
    ['decisions/README.md', await decisionsIndex()],
  ]);
}

/** Pages that are not what the code gives today. */
export async function stalePages(): Promise<string[]> {
  const stale: string[] = [];
  for (const [path, wanted] of await generatedPages()) {
    const present = await readFile(join(import.meta.dirname, path), 'utf8').catch(() => undefined);
    if (present !== wanted) stale.push(`docs/${path}`);
  }
  return stale;
}

async function writePages(): Promise<void> {
  for (const [path, text] of await generatedPages()) {
    const file = join(import.meta.dirname, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

async function nameStale(): Promise<void> {
  const stale = await stalePages();
  for (const page of stale) console.error(`${page} is stale: run \`npm run docs\``);
  process.exitCode = stale.length > 0 ? 1 : 0;
}

if (import.meta.main) {
  await new Command('docs')
    .description('Writes the references and the index of decisions in docs/, which follow from the code.')
    .option('--check', 'name what is stale and exit with 1, changing nothing')
    .action((options: { readonly check?: true }) => (options.check ? nameStale() : writePages()))
    .parseAsync();
}
