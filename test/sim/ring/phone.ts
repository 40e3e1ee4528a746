/** A simulated phone of the ring: a machine that hosts a ChordNode. */
import type { ChordEvent } from '../../../services/chord-router/core/event.ts';
import { ChordNode, type RecordKeeping } from '../../../services/chord-router/core/node.ts';
import type { Place } from '../../../services/chord-router/core/ring/resume.ts';
import type { RingView } from '../../../services/chord-router/core/ring-view.ts';
import type { ChordSettings } from '../../../services/chord-router/core/settings.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import type { Engine } from '../engine/engine.ts';
import { Machine, type SimDisk } from '../engine/machine.ts';
import type { Network } from '../engine/network.ts';

export interface PhoneOptions<Records extends RecordKeeping> {
  readonly settings: ChordSettings;
  readonly keepRecords: (view: RingView) => Records;
  readonly disk: SimDisk | undefined;
  readonly tell: (index: number, event: ChordEvent) => void;
}

export class SimPhone<Records extends RecordKeeping = RecordKeeping> extends Machine<ChordNode<Records>> {
  constructor(contact: Contact, index: number, engine: Engine, network: Network, options: PhoneOptions<Records>) {
    const { settings, keepRecords, disk, tell } = options;
    const newNode = (): ChordNode<Records> =>
      new ChordNode(contact, settings, keepRecords, (event) => tell(index, event));
    super(contact, index, engine, network, { newNode, disk });
  }

  /**
   * Starts the process, which joins through the seeds or through phones remembered from before. `former`: what it was at
   * other addresses.
   */
  start(seeds: readonly string[], remembered: readonly Contact[] = [], former: readonly Contact[] = []): void {
    this.boot((node) => node.run(seeds, remembered, former));
  }

  /** Starts the process as a member of a ring that is there already, with the tables of a quiet one. */
  resume(place: Place): void {
    this.boot((node) => node.resume(place));
  }

  /** Hands over, says goodbye, and ends the process. */
  leave(onEnd: () => void = () => {}): void {
    this.run(this.node.leave(), () => {
      this.end('process');
      onEnd();
    });
  }
}
