/**
 * gRPC health checking (grpc.health.v1), unary Check alone: Watch would let any caller hold a stream for ever, and
 * a client must do without it (it gets UNIMPLEMENTED, as the protocol provides). Its two messages have one field
 * each, so they are coded by hand: the protobuf runtime that the ready-made package brings costs every phone 1.4 MB.
 */
import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { status } from '@grpc/grpc-js';
import { RpcError, type Service } from '../grpc/rpc.ts';

export interface HealthCheckRequest {
  /** Full name of a service; empty for the server as a whole. */
  readonly service: string;
}

export interface HealthCheckResponse {
  readonly status: HealthStatus;
}

export const HEALTH_STATUS = { UNKNOWN: 0, SERVING: 1, NOT_SERVING: 2 } as const;
export type HealthStatus = (typeof HEALTH_STATUS)[keyof typeof HEALTH_STATUS];

export const healthDefinition = {
  name: 'Health',
  fullName: 'grpc.health.v1.Health',
  methods: {
    check: {
      name: 'Check',
      requestType: {
        encode: (message: HealthCheckRequest) => new BinaryWriter().uint32(10).string(message.service),
        decode: (input: Uint8Array): HealthCheckRequest => ({
          service: readField(input, 10, (reader) => reader.string()) ?? '',
        }),
      },
      responseType: {
        encode: (message: HealthCheckResponse) => new BinaryWriter().uint32(8).int32(message.status),
        decode: (input: Uint8Array): HealthCheckResponse => ({
          status: (readField(input, 8, (reader) => reader.int32()) ?? 0) as HealthStatus,
        }),
      },
      requestStream: false,
      responseStream: false,
    },
  },
} as const;

function readField<T>(input: Uint8Array, wantedTag: number, read: (reader: BinaryReader) => T): T | undefined {
  const reader = new BinaryReader(input);
  let value: T | undefined;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === wantedTag) value = read(reader);
    else reader.skip(tag & 7);
  }
  return value;
}

/** Which services of a server are healthy; the server as a whole is while all of them are. */
export class Health {
  readonly #serving = new Map<string, boolean>();

  readonly service: Service<typeof healthDefinition> = {
    check: async ({ service }) => {
      const serving = service === '' ? [...this.#serving.values()].every(Boolean) : this.#serving.get(service);
      if (serving === undefined) throw new RpcError(status.NOT_FOUND, `no service ${service.slice(0, 100)} here`);
      return { status: serving ? HEALTH_STATUS.SERVING : HEALTH_STATUS.NOT_SERVING };
    },
  };

  /** `service` is a full name, such as ringwall.chord.v1.ChordService. */
  set(service: string, serving: boolean): void {
    this.#serving.set(service, serving);
  }

  setAll(serving: boolean): void {
    for (const service of this.#serving.keys()) this.#serving.set(service, serving);
  }
}
