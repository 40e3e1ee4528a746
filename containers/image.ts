/** `npm run image`: makes the image, on the official base where that is to be had and on one made here where it is not. */
import { join } from 'node:path';
import { Command } from 'commander';
import { ProgramError, ROOT, run, succeeds } from './program.ts';

export interface ImageOptions {
  /** Default: IMAGE. */
  readonly tag?: string;
  /** Folder of the sources. Default: these. */
  readonly sources?: string;
  readonly onProgress: (step: string) => void;
}

/** As docker-compose.yml names it. */
export const IMAGE = 'ringwall';
/** As the Dockerfile has it. */
const OFFICIAL_BASE = 'node:24-bookworm-slim';
const OWN_BASE = 'ringwall-base:24';
/** As docker-compose.yml has it. */
const OFFICIAL_PROMETHEUS = 'prom/prometheus:v3.5.0';
const OWN_PROMETHEUS = 'ringwall-prometheus:debian';

/** Throws a ProgramError with the last lines of what was said. */
export async function buildImage({ tag = IMAGE, sources = ROOT, onProgress }: ImageOptions): Promise<void> {
  const baseImage = await chooseImage(process.env['BASE_IMAGE'], OFFICIAL_BASE, OWN_BASE, onProgress);
  if (baseImage === OWN_BASE && !(await isThere(OWN_BASE))) {
    onProgress(`making ${OWN_BASE} from packages of npm and Debian`);
    await run(join(import.meta.dirname, 'base-image.sh'), [OWN_BASE]);
  }
  onProgress(`building ${tag} on ${baseImage}`);
  const parameters = ['build', '--tag', tag, '--build-arg', `BASE_IMAGE=${baseImage}`, sources];
  // Engines of Debian's releases have BuildKit, but ask for it by name.
  await run('docker', parameters, { environment: { DOCKER_BUILDKIT: '1' } });
}

/** That of Prometheus which is to be had; made of Debian's package where no other is. */
export async function prometheusImage(onProgress: (step: string) => void): Promise<string> {
  const image = await chooseImage(process.env['PROMETHEUS_IMAGE'], OFFICIAL_PROMETHEUS, OWN_PROMETHEUS, onProgress);
  if (image === OWN_PROMETHEUS && !(await isThere(OWN_PROMETHEUS))) {
    onProgress(`making ${OWN_PROMETHEUS} from Debian's package`);
    await run(join(import.meta.dirname, 'prometheus-image.sh'), [OWN_PROMETHEUS]);
  }
  return image;
}

/** The image somebody chose; else the official one if it is there or can be pulled; else the one that is made here. */
async function chooseImage(
  chosen: string | undefined,
  official: string,
  own: string,
  onProgress: (step: string) => void,
): Promise<string> {
  if (chosen !== undefined && chosen !== '') return chosen;
  for (const image of [official, own]) if (await isThere(image)) return image;
  onProgress(`pulling ${official}`);
  if (await succeeds('docker', ['pull', '--quiet', official])) return official;
  onProgress(`${official} cannot be pulled`);
  return own;
}

export async function isThere(image: string): Promise<boolean> {
  return await succeeds('docker', ['image', 'inspect', image]);
}

async function main(): Promise<void> {
  try {
    await buildImage({ onProgress: (step) => console.error(`· ${step}`) });
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

if (import.meta.main) {
  await new Command('image')
    .description(`Builds the image ${IMAGE}, on ${OFFICIAL_BASE} or, where that cannot be had, on a base made here.`)
    .addHelpText('after', '\nEnvironment:\n  BASE_IMAGE  the base to build on instead')
    .action(main)
    .parseAsync();
}
