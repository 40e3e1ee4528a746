/** The files of a model in its folder, and whether they are what they should be. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

/** The graph. */
export const MODEL_FILE = 'model.onnx';
/** The weights, which all phones of a machine map from this one file. */
export const WEIGHTS_FILE = 'model.onnx.data';
/** The pieces of Universal Sentence Encoder Lite. */
export const VOCABULARY_FILE = 'vocabulary.json';

/** A model that is known to the byte. */
export interface ModelRelease {
  readonly name: string;
  readonly version: string;
  /** Length of its vectors. */
  readonly dimensions: number;
  /** Tokens of a text that it looks at. */
  readonly maxTokens: number;
  /** SHA-256 of every file, hexadecimal. */
  readonly checksums: Readonly<Record<string, string>>;
}

/** Read in pieces, through one buffer: a phone has no room for whole models. */
const PIECE_BYTES = 256 * 1024;

/** SHA-256 of a file, hexadecimal; undefined when there is none. Other work goes on between its pieces. */
export async function checksumOf(path: string): Promise<string | undefined> {
  const file = await open(path).catch(unlessMissing);
  if (file === undefined) return undefined;
  try {
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

/** What is wrong with the files in a folder, a sentence each; empty when they are the release's. */
export async function faultsOf(folder: string, release: ModelRelease): Promise<string[]> {
  const faults: string[] = [];
  for (const [name, wanted] of Object.entries(release.checksums)) {
    const found = await checksumOf(join(folder, name));
    if (found === undefined) faults.push(`${join(folder, name)} is missing`);
    else if (found !== wanted) {
      faults.push(`${join(folder, name)} has the checksum ${found}, not ${wanted} as in ${nameOf(release)}`);
    }
  }
  return faults;
}

/** As people read it. */
export function nameOf({ name, version }: ModelRelease): string {
  return `${name} ${version}`;
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}
