/** `npm run model`: makes the model of the network, or fits the projection of one. */
import { Command, InvalidArgumentError } from 'commander';
import { cachedModel, cacheFolder } from './adapters/model-cache.ts';
import { USE_LITE_PROJECTION, useLiteModel } from './adapters/use-lite-model.ts';
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
  readonly axes: number;
  readonly texts?: string;
  readonly label: string;
}

await new Command('model')
  .description('Makes the sentence encoder from the installed package, once for all phones of this machine.')
  .option('--cache <folder>', 'the cache to keep it in', cacheFolder())
  .option('--fit', 'fit its projection anew, and write it')
  .option('--axes <n>', 'axes of the projection', axisCount, 8)
  .option('--texts <file>', 'fit it on these, a text a line, and not on phrases made of the vocabulary')
  .option('--label <text>', 'version of the projection', '1')
  .action(async (options: ModelOptions) => {
    const folder = await cachedModel(options.cache, say);
    if (options.fit === true) {
      const { axes, label: version, texts } = options;
      const path = USE_LITE_PROJECTION;
      const { explained } = await fit({ model: useLiteModel(folder), axes, version, path, texts, progress: say });
      say(`${axes} axes have ${(explained * 100).toFixed(1)} % of the variance of these texts: ${path}`);
    }
    process.stdout.write(`${folder}\n`);
  })
  .parseAsync();
