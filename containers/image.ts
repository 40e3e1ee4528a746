/**
 * Makes the image, on the official base where that is to be had and on one made here where it is not:
 *
 *     npm run image                    builds ringwall:latest; BASE_IMAGE chooses another base
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export interface ImageOptions {
  /** Default: IMAGE. */
  readonly tag?: string;
  /** Default: what BASE_IMAGE says; else the official image, or the one made here where no registry is reached. */
  readonly baseImage?: string | undefined;
  readonly onProgress: (step: string) => void;
}

/** As docker-compose.yml names it. */
export const IMAGE = 'ringwall';
/** As the Dockerfile has it. */
export const OFFICIAL_BASE = 'node:24-bookworm-slim';
const OWN_BASE = 'ringwall-base:24';
const ROOT = join(import.meta.dirname, '..');

/** A program that the image is made with did not do its work; the message is for a person. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
}

/** Throws an ImageError with the last lines of what was said. */
export async function buildImage(options: ImageOptions): Promise<void> {
  const { tag = IMAGE, onProgress } = options;
  const baseImage = options.baseImage ?? (await findBase(onProgress));
  onProgress(`building ${tag} on ${baseImage}`);
  // Engines of Debian's releases have BuildKit, but ask for it by name.
  const environment = { DOCKER_BUILDKIT: '1' };
  await run('docker', ['build', '--tag', tag, '--build-arg', `BASE_IMAGE=${baseImage}`, ROOT], environment);
}

/** A base image that is there, or can be pulled, or has just been made. */
async function findBase(onProgress: (step: string) => void): Promise<string> {
  const chosen = process.env['BASE_IMAGE'] ?? '';
  if (chosen !== '') return chosen;
  for (const image of [OFFICIAL_BASE, OWN_BASE]) if (await isThere(image)) return image;
  onProgress(`pulling ${OFFICIAL_BASE}`);
  const pulled = await run('docker', ['pull', '--quiet', OFFICIAL_BASE]).catch(() => undefined);
  if (pulled !== undefined) return OFFICIAL_BASE;
  onProgress(`${OFFICIAL_BASE} cannot be pulled: making ${OWN_BASE} from packages of npm and Debian`);
  await run(join(import.meta.dirname, 'base-image.sh'), [OWN_BASE]);
  return OWN_BASE;
}

async function isThere(image: string): Promise<boolean> {
  return await run('docker', ['image', 'inspect', image]).then(
    () => true,
    () => false,
  );
}

/** What the program said on standard output. */
async function run(
  program: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const child = spawn(program, parameters, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const started = once(child, 'close') as Promise<[number | null]>;
  const [said, complaint, [code]] = await Promise.all([text(child.stdout), text(child.stderr), started]).catch(
    (error: Error) => {
      throw new ImageError(`${program} cannot be started: ${error.message}`, { cause: error });
    },
  );
  if (code === 0) return said;
  const last = complaint.trim().split('\n').slice(-8).join('\n');
  throw new ImageError(`${program} ${parameters[0] ?? ''} failed:\n${last}`);
}

if (import.meta.main) {
  try {
    await buildImage({ onProgress: (step) => console.error(`· ${step}`) });
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
