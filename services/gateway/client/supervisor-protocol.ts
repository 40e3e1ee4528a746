/** What a gateway and the process that supervises the phones say to each other: JSON messages over an IPC channel. */

import type { LabCommand } from '../core/lab-command.ts';
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

/** Gateway to supervisor: something to be done, answered under the same id. */
export interface LabRequest {
  readonly type: 'lab';
  readonly id: number;
  readonly command: LabCommand;
}

export type LabReply =
  | { readonly type: 'lab-done'; readonly id: number; readonly result: unknown }
  /** It could not be done, for a reason that whoever asked should read. */
  | { readonly type: 'lab-refused'; readonly id: number; readonly error: string };
