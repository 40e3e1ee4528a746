/**
 * Unary services as plain interfaces, derived from the generated definitions, so that the same caller works over
 * a gRPC channel (grpc-client.ts) or straight inside one process (in-process.ts).
 */

/** Methods, not function properties: their parameters compare both ways, so any message's codec is one of unknown. */
interface MessageCodec<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(input: Uint8Array): T;
}

export interface UnaryMethod {
  readonly name: string;
  readonly requestType: MessageCodec<unknown>;
  readonly responseType: MessageCodec<unknown>;
  readonly requestStream: false;
  readonly responseStream: false;
}

/** A generated `…ServiceDefinition` whose methods are all unary. */
export interface ServiceDefinition {
  readonly name: string;
  readonly fullName: string;
  readonly methods: Readonly<Record<string, UnaryMethod>>;
}

type MessageOf<Codec> = Codec extends MessageCodec<infer T> ? T : never;

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Give up after this long, with DEADLINE_EXCEEDED. */
  readonly timeoutMs?: number;
}

/** What implements a service, and what a client of it looks like. Errors are RpcError. */
export type Service<Definition extends ServiceDefinition> = {
  readonly [Method in keyof Definition['methods']]: (
    request: MessageOf<Definition['methods'][Method]['requestType']>,
    options?: CallOptions,
  ) => Promise<MessageOf<Definition['methods'][Method]['responseType']>>;
};

/** A gRPC status as an exception; `code` is one of grpc.status. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: number;

  constructor(code: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
