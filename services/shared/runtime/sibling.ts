/** Asks a service of the same phone that may not be up yet: programs that belong together start in any order. */
import { setTimeout as delay } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { type CallOptions, RpcError } from './rpc.ts';

const RETRY_MS = 250;
const TIMEOUT_MS = 2_000;
const PASSING: readonly number[] = [status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.CANCELLED];

/** The first answer. Throws the reason of `stopping`, and any refusal that waiting would not change. */
export async function askUntilUp<T>(ask: (options: CallOptions) => Promise<T>, stopping: AbortSignal): Promise<T> {
  for (;;) {
    stopping.throwIfAborted();
    try {
      return await ask({ timeoutMs: TIMEOUT_MS, signal: stopping });
    } catch (error) {
      if (!(error instanceof RpcError) || !PASSING.includes(error.code)) throw error;
    }
    await delay(RETRY_MS);
  }
}
