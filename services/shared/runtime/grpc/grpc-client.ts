/** Calls a unary service over a gRPC channel. */
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { type CallOptions, RpcError, type Service, type ServiceDefinition, type UnaryMethod } from './rpc.ts';

export interface GrpcClient<Definition extends ServiceDefinition> {
  readonly service: Service<Definition>;
  /** Ends the channel; calls under way fail with CANCELLED or UNAVAILABLE. */
  close(): void;
}

export interface GrpcClientOptions {
  /** Longest message sent or taken, in bytes. Default 16 MiB. */
  readonly maxMessageBytes?: number;
  /** Shown with every call: `authorization: Bearer TOKEN`. */
  readonly token?: string;
}

/** How long calls wait for an answer unless they say otherwise, in ms. */
const DEFAULT_TIMEOUT_MS = 30_000;

/** Opens a channel to `address` (host:port) on demand. A server that cannot be reached fails calls as UNAVAILABLE. */
export function grpcClient<Definition extends ServiceDefinition>(
  definition: Definition,
  address: string,
  options: GrpcClientOptions = {},
): GrpcClient<Definition> {
  const maxMessageBytes = options.maxMessageBytes ?? 16 * 1024 * 1024;
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.enable_channelz': 0,
    'grpc.enable_http_proxy': 0,
    'grpc.enable_retries': 0,
    'grpc.service_config_disable_resolution': 1,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2_000,
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': maxMessageBytes,
  });
  const metadata = new Metadata();
  if (options.token !== undefined) metadata.set('authorization', `Bearer ${options.token}`);
  const service: Record<string, unknown> = {};
  for (const [key, method] of Object.entries(definition.methods)) {
    const path = `/${definition.fullName}/${method.name}`;
    service[key] = (request: unknown, call: CallOptions = {}) => unary(client, path, method, metadata, request, call);
  }
  return { service: service as Service<Definition>, close: () => client.close() };
}

function unary(
  client: Client,
  path: string,
  method: UnaryMethod,
  metadata: Metadata,
  request: unknown,
  options: CallOptions,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    if (options.signal?.aborted) {
      reject(new RpcError(status.CANCELLED, 'the caller gave up'));
      return;
    }
    const onAbort = (): void => call.cancel();
    const call = client.makeUnaryRequest(
      path,
      (message: unknown) => {
        const bytes = method.requestType.encode(message).finish();
        return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      },
      (bytes) => method.responseType.decode(bytes),
      request,
      metadata,
      { deadline: Date.now() + (options.timeoutMs ?? DEFAULT_TIMEOUT_MS) },
      (error: ServiceError | null, response?: unknown) => {
        options.signal?.removeEventListener('abort', onAbort);
        if (error === null) resolve(response);
        else reject(new RpcError(error.code, error.details));
      },
    );
    options.signal?.addEventListener('abort', onAbort, { once: true });
  });
}
