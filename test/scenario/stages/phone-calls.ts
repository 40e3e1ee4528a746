/** Calls of the phones' own routers over their sibling APIs, as their services make them. */
import { status } from '@grpc/grpc-js';
import { ChordServiceDefinition } from '../../../proto/gen/ringwall/chord/v1/chord.ts';
import { type GrpcClient, grpcClient } from '../../../services/shared/runtime/grpc/grpc-client.ts';
import { RpcError, type Service } from '../../../services/shared/runtime/grpc/rpc.ts';
import type { LivePhone } from './live-net.ts';

export type Chord = Service<typeof ChordServiceDefinition>;

/** The phone ended, or was ended: nothing can be said of what it was asked. */
const GONE: ReadonlySet<number> = new Set([status.UNAVAILABLE, status.CANCELLED]);

interface Line {
  /** The process behind it: a phone that starts again is another one. */
  readonly pid: number;
  readonly client: GrpcClient<typeof ChordServiceDefinition>;
}

export class PhoneCalls {
  readonly #lines = new Map<number, Line>();

  /**
   * Resolves with the answer; undefined when the phone is not up or goes away. Rejects with an RpcError: DEADLINE_EXCEEDED
   * when it takes too long, others for what must not happen.
   */
  async ask<T>(phone: LivePhone, call: (chord: Chord) => Promise<T>): Promise<T | undefined> {
    const chord = this.#chordOf(phone);
    if (chord === undefined) return undefined;
    try {
      return await call(chord);
    } catch (error) {
      if (error instanceof RpcError && GONE.has(error.code)) return undefined;
      throw error;
    }
  }

  /** Ends what is under way with a phone. */
  hangUp(n: number): void {
    this.#lines.get(n)?.client.close();
    this.#lines.delete(n);
  }

  stop(): void {
    for (const n of [...this.#lines.keys()]) this.hangUp(n);
  }

  #chordOf({ n, pid, state, chord }: LivePhone): Chord | undefined {
    if (state !== 'running' || pid === undefined || chord === undefined) return undefined;
    const present = this.#lines.get(n);
    if (present?.pid === pid) return present.client.service;
    this.hangUp(n);
    const client = grpcClient(ChordServiceDefinition, chord);
    this.#lines.set(n, { pid, client });
    return client.service;
  }
}
