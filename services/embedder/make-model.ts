/** Makes the model in the folder that it is given, and ends; model-cache.ts in adapters/ runs it. */
import { makeModel } from './conversion/model-maker.ts';

try {
  await makeModel(process.argv[2]!);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
