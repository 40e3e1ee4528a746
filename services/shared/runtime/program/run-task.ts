/** Tasks as promises, for callers outside the core. */
import { status } from '@grpc/grpc-js';
import type { Task } from '../../core/effect.ts';
import type { Scheduler } from '../../core/scheduler.ts';
import { RpcError } from '../grpc/rpc.ts';

/**
 * Runs a task to its end. Rejects with CANCELLED when `signal` is aborted or the scheduler stops, and with INTERNAL
 * when the task throws (the host hears of that defect by itself).
 */
export function runTask<T>(scheduler: Scheduler, task: Task<T>, label: string, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(new RpcError(status.CANCELLED, 'the caller gave up'));
      return;
    }
    const onAbort = (): void => scheduler.cancel(fiber);
    signal?.addEventListener('abort', onAbort, { once: true });
    const fiber = scheduler.run(task, label, (ended) => {
      signal?.removeEventListener('abort', onAbort);
      if (ended.error !== undefined) reject(new RpcError(status.INTERNAL, 'internal error', { cause: ended.error }));
      else if (ended.cancelled) reject(new RpcError(status.CANCELLED, 'the call was ended before its answer'));
      else resolve(ended.result as T);
    });
  });
}
