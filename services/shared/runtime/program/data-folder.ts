/** The folder in which a program keeps its state. */
import { mkdir } from 'node:fs/promises';
import { ConfigurationError } from './environment.ts';

/** Makes the folder and those above it where they are missing. Throws a ConfigurationError when that cannot be. */
export async function makeDataFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new ConfigurationError([`cannot make the data folder: ${(error as Error).message}`], { cause: error });
  }
}
