/** A projection on disk, as JSON: what it was fitted for, its numbers (float32, little-endian, base64), a checksum. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Projection, projectionFault } from '../../shared/core/projection.ts';
import { writeFileAtomically } from '../../shared/runtime/atomic-file.ts';

export interface FittedProjection extends Projection {
  /** Changes whenever points do. */
  readonly version: string;
  /** The checksum of the model whose vectors it was fitted on; those of others mean nothing to it. */
  readonly modelChecksum: string;
  /** SHA-256 over all of this, hexadecimal. */
  readonly checksum: string;
}

interface ProjectionFile {
  readonly version: string;
  readonly modelChecksum: string;
  readonly axes: readonly string[];
  readonly quantiles: readonly string[];
  readonly checksum: string;
}

/** Throws an Error that says what is wrong with the file. */
export async function readProjection(path: string): Promise<FittedProjection> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new Error(`${path} is missing`) : error;
  });
  const file = parse(text);
  if (file === undefined) throw new Error(`${path} is no projection: make it with \`npm run model -- --fit\``);
  const found = checksumOf(file);
  if (found !== file.checksum)
    throw new Error(`${path} has another checksum than it must: ${found}, not ${file.checksum}`);
  const { version, modelChecksum, checksum } = file;
  const projection = { axes: file.axes.map(decode), quantiles: file.quantiles.map(decode) };
  const fault = projectionFault(projection);
  if (fault !== undefined) throw new Error(`${path} is no projection: it has ${fault}`);
  return { ...projection, version, modelChecksum, checksum };
}

export async function writeProjection(
  path: string,
  projection: Projection,
  fitted: { readonly version: string; readonly modelChecksum: string },
): Promise<void> {
  const { version, modelChecksum } = fitted;
  const content = {
    ...{ version, modelChecksum },
    axes: projection.axes.map(encode),
    quantiles: projection.quantiles.map(encode),
  };
  const file: ProjectionFile = { ...content, checksum: checksumOf(content) };
  await writeFileAtomically(path, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o644 });
}

function checksumOf({ version, modelChecksum, axes, quantiles }: Omit<ProjectionFile, 'checksum'>): string {
  return createHash('sha256')
    .update(JSON.stringify([version, modelChecksum, axes, quantiles]))
    .digest('hex');
}

function parse(text: string): ProjectionFile | undefined {
  try {
    const file = JSON.parse(text) as Readonly<Record<string, unknown>> | null;
    const areTexts = ['version', 'modelChecksum', 'checksum'].every((key) => typeof file?.[key] === 'string');
    const areLists = ['axes', 'quantiles'].every((key) => isTextList(file?.[key]));
    return areTexts && areLists ? (file as unknown as ProjectionFile) : undefined;
  } catch {
    return undefined;
  }
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function encode(values: Float32Array): string {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeFloatLE(value, i * 4);
  return bytes.toString('base64');
}

function decode(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return Float32Array.from({ length: bytes.length >> 2 }, (_, i) => bytes.readFloatLE(i * 4));
}
