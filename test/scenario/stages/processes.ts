/** Real phones as a stage, each a process of this machine. */
import { Testnet } from '../../../testnet/testnet.ts';
import type { StageOptions } from '../stage.ts';
import type { LiveNet } from './live-net.ts';
import { LiveStage } from './live-stage.ts';

export class ProcessStage extends LiveStage {
  readonly name = 'processes';
  protected readonly ownAddress = '127.0.0.1:1';

  protected async open(initial: number, options: StageOptions): Promise<LiveNet> {
    const { scenario, onDefect, onProgress, signal } = options;
    const { seed, replication, durationMs, settleMs } = scenario;
    return await Testnet.start({
      phones: initial,
      seed,
      replication,
      people: false,
      readyTimeoutMs: durationMs + settleMs,
      signal,
      onProgress,
      onCrash: (phone, how) => onDefect(`phone ${phone.n - 1} ended by itself: ${how}`),
    });
  }
}
