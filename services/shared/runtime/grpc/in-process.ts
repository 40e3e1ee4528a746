/**
 * A service called inside its own process: no socket and no encoding, and yet what a caller can see is the same
 * as over gRPC (grpc-client.ts); test/unit/runtime/rpc-compliance.test.ts runs one suite over both.
 */
import { status } from '@grpc/grpc-js';
import { type CallOptions, RpcError, type Service, type ServiceDefinition } from './rpc.ts';

type Method = (request: unknown, options?: CallOptions) => Promise<unknown>;

/** `crashed` hears of errors that are no RpcError: the caller gets INTERNAL and no detail, as over the wire. */
export function inProcess<Definition extends ServiceDefinition>(
  definition: Definition,
  implementation: Service<Definition>,
  crashed: (error: unknown, method: string) => void,
): Service<Definition> {
  const methods = implementation as unknown as Readonly<Record<string, Method>>;
  const service: Record<string, Method> = {};
  for (const [key, method] of Object.entries(definition.methods)) {
    const path = `/${definition.fullName}/${method.name}`;
    service[key] = async (request, options = {}) => {
      try {
        return await bounded((signal) => methods[key]!(request, { signal }), options);
      } catch (error) {
        if (error instanceof RpcError) throw error;
        crashed(error, path);
        throw new RpcError(status.INTERNAL, 'internal error');
      }
    };
  }
  return service as unknown as Service<Definition>;
}

/** Runs a call until it ends, its time is over or its caller gives up, whichever comes first. */
function bounded(run: (signal: AbortSignal) => Promise<unknown>, options: CallOptions): Promise<unknown> {
  const { signal, timeoutMs } = options;
  return new Promise((resolve, reject) => {
    const abort = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const giveUp = (error: RpcError): void => {
      settle();
      reject(error);
      abort.abort();
    };
    const onAbort = (): void => giveUp(new RpcError(status.CANCELLED, 'the caller gave up'));
    if (signal?.aborted) {
      onAbort();
      return;
    }
    signal?.addEventListener('abort', onAbort, { once: true });
    if (timeoutMs !== undefined) {
      timer = setTimeout(
        () => giveUp(new RpcError(status.DEADLINE_EXCEEDED, `no answer within ${timeoutMs} ms`)),
        timeoutMs,
      );
    }
    run(abort.signal).then(resolve, reject).finally(settle);
  });
}
