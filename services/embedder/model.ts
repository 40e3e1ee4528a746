/** `npm run model`: makes the model of the network, or fits the projection of one. */
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { ConfigurationError, EXIT_CONFIGURATION } from '../shared/runtime/program/environment.ts';
import { modelIn, PROJECTION_FILE } from './adapters/chosen-model.ts';
import { cachedModel, cacheFolder } from './adapters/model-cache.ts';
import { USE_LITE_PROJECTION } from './adapters/use-lite-model.ts';
import { fit } from './fitting/fit.ts';

const MOST_AXES = 16;

function axisCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= MOST_AXES) return count;
  throw new InvalidArgumentError(`a whole number from 1 to ${MOST_AXES}`);
}

function say(step: string): void {
  process.stderr.write(`· ${step}\n`);
}

interface ModelOptions {
  readonly cache: string;
  readonly fit?: true;
  readonly model?: string;
  readonly axes: number;
  readonly texts?: string;
  readonly label: string;
}

await new Command('model')
  .description('Makes the sentence encoder from the installed package, once for all phones of this machine.')
  .option('--cache <folder>', 'the cache to keep it in', cacheFolder())
  .option('--fit', 'fit its projection anew, and write it')
  .option(
    '--model <folder>',
    'that of this model, as RINGWALL_MODEL names it, and not of the one that installs through npm',
  )
  .option('--axes <n>', 'axes of the torus', axisCount, 8)
  .option('--texts <file>', 'fit it on these, a text a line, and not on phrases made of the vocabulary')
  .option('--label <text>', 'version of the projection', '2')
  .action(async (options: ModelOptions) => {
    try {
      process.stdout.write(`${await obey(options)}\n`);
    } catch (error) {
      process.stderr.write(`${(error as Error).message}\n`);
      process.exitCode = error instanceof ConfigurationError ? EXIT_CONFIGURATION : 1;
    }
  })
  .parseAsync();

/** The folder of the model that was made, or whose projection was fitted. */
async function obey(options: ModelOptions): Promise<string> {
  const { axes, label: version, texts } = options;
  const folder = options.model ?? (await cachedModel(options.cache, say));
  if (options.fit !== true) return folder;
  const { model, isUseLite } = await modelIn(folder);
  const path = isUseLite ? USE_LITE_PROJECTION : join(folder, PROJECTION_FILE);
  const { explained } = await fit({ model, axes, version, path, texts, progress: say });
  say(`${axes} axes have ${(explained * 100).toFixed(1)} % of the variance of these texts: ${path}`);
  return folder;
}
