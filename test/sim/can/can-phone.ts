/** A simulated phone of the CAN: a machine that hosts a CanNode. */
import type { CanView, EntryKeeping } from '../../../services/can-index/core/entry-keeping.ts';
import type { CanEvent } from '../../../services/can-index/core/event.ts';
import type { EntryPoints } from '../../../services/can-index/core/membership/join.ts';
import { CanNode } from '../../../services/can-index/core/node.ts';
import type { CanSettings } from '../../../services/can-index/core/settings.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import type { Engine } from '../engine/engine.ts';
import { Machine, type SimDisk } from '../engine/machine.ts';
import type { Network } from '../engine/network.ts';

export interface CanPhoneOptions<Entries extends EntryKeeping> {
  readonly settings: CanSettings;
  readonly keepEntries: (view: CanView) => Entries;
  readonly tell: (index: number, event: CanEvent) => void;
  readonly disk: SimDisk | undefined;
}

export class CanPhone<Entries extends EntryKeeping = EntryKeeping> extends Machine<CanNode<Entries>> {
  constructor(contact: Contact, index: number, engine: Engine, network: Network, options: CanPhoneOptions<Entries>) {
    const { settings, keepEntries, tell, disk } = options;
    const newNode = (): CanNode<Entries> => new CanNode(contact, settings, keepEntries, (event) => tell(index, event));
    super(contact, index, engine, network, { newNode, disk });
  }

  /** Starts the process, which joins through the seeds or has the whole space. */
  start(seeds: readonly string[], contacts: EntryPoints['contacts'] = [], founds = false): void {
    this.boot((node) => node.run({ seeds, contacts, founds }));
  }

  /** Hands over, says goodbye, and ends the process. */
  leave(): void {
    this.run(this.node.leave(), () => this.end('process'));
  }
}
