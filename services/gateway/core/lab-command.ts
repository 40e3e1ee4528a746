/** What the churn lab can do to a network, as data: the same for phones that are processes and for containers. */

/** How bad all links of a phone are, beside what the network itself does. */
export interface LinkQuality {
  /** Added one way, each way; drawn once a link and direction from this range, in ms. */
  readonly delayMs: readonly [least: number, most: number];
  /** Mean of an exponential addition to each message, in ms. */
  readonly jitterMs: number;
  /** Part of the requests and replies that never arrive, each way, 0 to 1. */
  readonly loss: number;
  /** Part of the packets that are lost and sent again, each way, 0 to 0.5. Default: none. */
  readonly packetLoss?: number;
}

/**
 * `kill`: gone in the middle of whatever it did. `stop`: it says goodbye. `freeze`: alive, but silent. `move`: it starts again
 * with its data at another address, so under another id.
 */
export type PhoneCommand = 'kill' | 'stop' | 'freeze' | 'thaw' | 'restart' | 'move';

export type LabCommand =
  | { readonly command: PhoneCommand; readonly n: number }
  /** These on one side, all others on the other. One way: these hear nobody on the other side, but are heard. */
  | { readonly command: 'cut'; readonly phones: readonly number[]; readonly oneWay?: boolean }
  | ({ readonly command: 'slow'; readonly phones: readonly number[] } & LinkQuality)
  /** Ends all cuts, and all links are as fast as they are. */
  | { readonly command: 'heal' }
  | { readonly command: 'join'; readonly count: number };
