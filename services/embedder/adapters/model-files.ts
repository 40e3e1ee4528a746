/** The files of a model in its folder, and whether they are what they should be. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

/** The graph. */
export const MODEL_FILE = 'model.onnx';
/** The weights, which all phones of a machine map from this one file. */
export const WEIGHTS_FILE = 'model.onnx.data';
/** The pieces of Universal Sentence Encoder Lite. */
export const VOCABULARY_FILE = 'vocabulary.bin';

/** SHA-256 of files by their names, hexadecimal. */
export type Checksums = Readonly<Record<string, string>>;

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

/** What is wrong with the files in a folder, a sentence each; empty when they are as they should be. */
export async function faultsOf(folder: string, wanted: Checksums): Promise<string[]> {
  const faults: string[] = [];
  for (const [name, checksum] of Object.entries(wanted)) {
    const path = join(folder, name);
    const found = await checksumOf(path);
    if (found === undefined) faults.push(`${path} is missing`);
    else if (found !== checksum) faults.push(`${path} has another checksum than it must: ${found}, not ${checksum}`);
  }
  return faults;
}

/** One checksum for all of the files. */
export function joinChecksums(checksums: Checksums): string {
  const lines = Object.entries(checksums).map(([name, checksum]) => `${checksum}  ${name}\n`);
  return createHash('sha256').update(lines.sort().join('')).digest('hex');
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}
