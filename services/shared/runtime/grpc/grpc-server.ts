/** Serves unary services over gRPC: the sibling API of a phone. */
import {
  type ServiceDefinition as GrpcServiceDefinition,
  type handleUnaryCall,
  type Metadata,
  status,
} from '@grpc/grpc-js';
import { Health, healthDefinition } from '../metrics/health.ts';
import type { HostPort } from '../network/host-port.ts';
import { GrpcListener, type GrpcListenerOptions } from './grpc-listener.ts';
import { RpcError, type Service, type ServiceDefinition, type UnaryMethod } from './rpc.ts';

export interface GrpcServerOptions extends Partial<GrpcListenerOptions> {
  /** An implementation threw something that is no RpcError: a defect. The caller gets INTERNAL and no detail. */
  readonly crashed: (error: unknown, method: string) => void;
}

const DEFAULTS: GrpcListenerOptions = {
  maxMessageBytes: 16 * 1024 * 1024,
  maxConnections: 128,
  maxStreamsPerConnection: 1_024,
  connectionIdleMs: 300_000,
};

/** Unary services and gRPC health checking on one port. */
export class GrpcServer {
  readonly health = new Health();
  readonly #listener: GrpcListener;
  readonly #crashed: GrpcServerOptions['crashed'];

  constructor(options: GrpcServerOptions) {
    this.#listener = new GrpcListener({ ...DEFAULTS, ...options });
    this.#crashed = options.crashed;
    serveUnary(this.#listener, healthDefinition, this.health.service, this.#crashed);
  }

  /** Serves an implementation, to callers that `admit` lets in, and marks it as healthy. */
  add<Definition extends ServiceDefinition>(
    definition: Definition,
    implementation: Service<Definition>,
    admit?: Admission,
  ): void {
    serveUnary(this.#listener, definition, implementation, this.#crashed, admit);
    this.health.set(definition.fullName, true);
  }

  /** Gives the address with the port that was picked where 0 was asked for. */
  listen(address: HostPort): Promise<HostPort> {
    return this.#listener.listen(address);
  }

  /** Says NOT_SERVING, lets open calls finish for `graceMs`, then closes what is left. */
  async stop(graceMs: number): Promise<void> {
    this.health.setAll(false);
    await this.#listener.stop(graceMs);
  }
}

/** Throws an RpcError at callers that may not; it gets the `authorization` of the call's metadata. */
export type Admission = (authorization: string | undefined) => void;

/** Adds a unary service to a server that listens, or will. */
export function serveUnary<Definition extends ServiceDefinition>(
  listener: GrpcListener,
  definition: Definition,
  implementation: Service<Definition>,
  crashed: GrpcServerOptions['crashed'],
  admit?: Admission,
): void {
  const paths: Record<string, GrpcServiceDefinition[string]> = {};
  const handlers: Record<string, handleUnaryCall<unknown, unknown>> = {};
  const methods = implementation as unknown as Readonly<Record<string, Implementation>>;
  for (const [key, method] of Object.entries(definition.methods)) {
    const path = `/${definition.fullName}/${method.name}`;
    paths[key] = {
      path,
      requestStream: false,
      responseStream: false,
      requestSerialize: serializerOf(method.requestType),
      // Decoded in the handler, where bytes that are no message can be answered with INVALID_ARGUMENT.
      requestDeserialize: (bytes: Buffer) => bytes,
      responseSerialize: serializerOf(method.responseType),
      responseDeserialize: (bytes: Buffer) => method.responseType.decode(bytes),
    };
    handlers[key] = unaryHandler(path, method, methods[key]!, crashed, admit);
  }
  listener.server.addService(paths, handlers);
}

type Implementation = (request: unknown, options: { signal: AbortSignal }) => Promise<unknown>;

function unaryHandler(
  path: string,
  method: UnaryMethod,
  implementation: Implementation,
  crashed: GrpcServerOptions['crashed'],
  admit: Admission | undefined,
): handleUnaryCall<unknown, unknown> {
  return (call, callback) => {
    const abort = new AbortController();
    call.on('cancelled', () => abort.abort());
    const admitted: Implementation = async (request, options) => {
      admit?.(call.metadata.get('authorization')[0]?.toString());
      return await implementation(request, options);
    };
    answer(method, call.request as Buffer, admitted, abort.signal).then(
      (response) => callback(null, response),
      (error: unknown) => {
        if (!(error instanceof RpcError)) crashed(error, path);
        callback(statusOf(error));
      },
    );
  };
}

async function answer(
  method: UnaryMethod,
  bytes: Buffer,
  implementation: Implementation,
  signal: AbortSignal,
): Promise<unknown> {
  let request: unknown;
  try {
    request = method.requestType.decode(bytes);
  } catch (error) {
    throw new RpcError(status.INVALID_ARGUMENT, `not a ${method.name} request`, { cause: error });
  }
  return await implementation(request, { signal });
}

/** What the other end learns of an error: an RpcError's code and message, and nothing of any other. */
function statusOf(error: unknown): { code: number; details: string; metadata?: Metadata } {
  if (error instanceof RpcError) return { code: error.code, details: error.message };
  return { code: status.INTERNAL, details: 'internal error' };
}

function serializerOf(codec: UnaryMethod['requestType']): (message: unknown) => Buffer {
  return (message) => {
    const bytes = codec.encode(message).finish();
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
}
