/** Files of observed times that lie beside a scenario file. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Gives the text of a file by its name; throws a FolderFault that says what is wrong. */
export type ReadTrace = (name: string) => string;

export class FolderFault extends Error {}

/** Reads files in the folder of a scenario file, and nowhere else. */
export function readBeside(scenarioFile: string): ReadTrace {
  return (name) => {
    if (!/^[A-Za-z0-9][\w.-]*$/.test(name)) throw new FolderFault(`${name} is no file beside the scenario`);
    try {
      return readFileSync(join(dirname(scenarioFile), name), 'utf8');
    } catch (error) {
      throw new FolderFault(`${name} cannot be read (${(error as NodeJS.ErrnoException).code})`, { cause: error });
    }
  };
}
