/** What a gateway and the process that supervises the phones say to each other: JSON messages over an IPC channel. */
import type { ProcessState } from '../core/phone.ts';

export interface SupervisedPhone {
  readonly n: number;
  /** host:port of its REST API. */
  readonly api: string;
  readonly state: ProcessState;
}

/** Supervisor to gateway, at the start and after every change: all phones there are. */
export interface PhonesMessage {
  readonly type: 'phones';
  readonly phones: readonly SupervisedPhone[];
}
