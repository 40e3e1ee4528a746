/** A network of real phones as a stage needs it, whatever its phones run in. `Testnet` is one. */
import type { LinkQuality } from '../../../testnet/control/control-protocol.ts';

export interface LivePhone {
  /** From 1. */
  readonly n: number;
  /** Undefined until it was a member of the ring once. */
  readonly id: string | undefined;
  /** Base URL of its REST API. */
  readonly api: string;
  /** ip:port of its peer API. */
  readonly peer: string;
  /** host:port of its sibling API; undefined until it was ready once. */
  readonly chord: string | undefined;
  /** Its process on this machine, another one each time it starts; undefined while there is none. */
  readonly pid: number | undefined;
  /** `running`: a member of the ring that does what it should. */
  readonly state: string;
}

export interface LiveNet extends AsyncDisposable {
  /** In the order of their numbers, whatever their state. */
  readonly phones: readonly LivePhone[];
  readonly faults: LiveFaults;
  /** Gives places to further phones without starting them: `restart` does. */
  place(count: number): Promise<unknown>;
  /** Starts a phone that is gone, with its data. */
  restart(n: number): Promise<void>;
  /** It leaves the ring. */
  stop(n: number): Promise<void>;
  /** It ends without a word. */
  kill(n: number): Promise<void>;
  /** Gives a phone that does not run another address, for when it starts again. */
  move(n: number): Promise<unknown>;
}

export interface LiveFaults {
  /** From now on the links of phones are late or lossy like this. */
  slowEach(qualities: ReadonlyMap<number, LinkQuality>): Promise<void>;
  /** Phones of different parts no longer hear each other. */
  split(parts: readonly (readonly number[])[]): Promise<void>;
  join(): Promise<void>;
  /** Nothing comes from a phone's address any more, not even the end of its connections. */
  vanish(n: number): Promise<void>;
}
