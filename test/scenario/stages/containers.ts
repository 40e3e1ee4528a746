/** Real phones as a stage, each in a container of its own. */
import { buildImage, IMAGE } from '../../../containers/image.ts';
import { engineAbsence } from '../../runner/engine-absence.ts';
import type { StageOptions } from '../stage.ts';
import { ContainerNet } from './container-net.ts';
import type { LiveNet } from './live-net.ts';
import { LiveStage } from './live-stage.ts';

/** Names another image than the one that is made of these sources. */
const IMAGE_VARIABLE = 'RINGWALL_TEST_IMAGE';

export class ContainerStage extends LiveStage {
  readonly name = 'containers';
  #ownAddress = '';

  protected get ownAddress(): string {
    return this.#ownAddress;
  }

  protected async open(initial: number, options: StageOptions): Promise<LiveNet> {
    const { scenario, onDefect, onProgress, signal } = options;
    const absence = await engineAbsence();
    if (absence !== undefined) throw new Error(absence);
    const { seed, replication } = scenario;
    // Not before it is wanted: what talks to engines takes longer to load than a small scenario in the simulator.
    const { PhoneNetwork } = await import('../../containers/phone-network.ts');
    const net = await PhoneNetwork.start({
      phones: initial,
      seed,
      replication,
      signal,
      image: await image(onProgress),
    });
    this.#ownAddress = `${net.hostAddress}:1`;
    return new ContainerNet(net, (n, how) => onDefect(`phone ${n - 1} ended by itself: ${how}`));
  }
}

async function image(onProgress: (step: string) => void): Promise<string> {
  const chosen = process.env[IMAGE_VARIABLE] ?? '';
  if (chosen !== '') return chosen;
  await buildImage({ tag: IMAGE, onProgress });
  return IMAGE;
}
