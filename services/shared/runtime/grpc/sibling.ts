/** Asks a service of the same phone that may not be up yet: programs that belong together start in any order. */
import { setTimeout as delay } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import type { ChordServiceDefinition } from '../../../../proto/gen/ringwall/chord/v1/chord.ts';
import type { Contact } from '../../core/contact.ts';
import { parseId } from '../../core/id.ts';
import { type CallOptions, RpcError, type Service } from './rpc.ts';

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

/** Which phone a chord router is; waits until it answers, or for the reason of `stopping`. */
export async function askWhoThisIs(
  chord: Service<typeof ChordServiceDefinition>,
  stopping: AbortSignal,
): Promise<Contact> {
  const { self } = await askUntilUp((options) => chord.getStatus({}, options), stopping);
  const id = parseId(self?.id ?? '');
  if (id === undefined) throw new Error('the chord router does not say which phone it is');
  return { id, address: self!.address };
}
