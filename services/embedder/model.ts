/** `npm run model`: makes the model of the network from the installed package, once for all phones of this machine. */
import { parseArgs } from 'node:util';
import { cachedModel, cacheFolder } from './adapters/model-cache.ts';

const USAGE = `npm run model: makes the sentence encoder from the installed package, once for all phones of this machine.

  --cache DIR   the cache to keep it in (default ${cacheFolder()})
  --help        this
`;

const { values } = parseArgs({ options: { cache: { type: 'string' }, help: { type: 'boolean' } } });
if (values.help === true) {
  process.stdout.write(USAGE);
} else {
  const folder = await cachedModel(values.cache ?? cacheFolder(), (step) => process.stderr.write(`${step}\n`));
  process.stdout.write(`${folder}\n`);
}
