/** RelayService: what the indexes of other phones ask this one. */
import { status } from '@grpc/grpc-js';
import type { RelayServiceDefinition } from '../../../proto/gen/ringwall/relay/v1/relay.ts';
import type { Contact } from '../../shared/core/contact.ts';
import type { Task } from '../../shared/core/effect.ts';
import { parseId } from '../../shared/core/id.ts';
import type { Refused } from '../../shared/core/peer-message.ts';
import type { Scheduler } from '../../shared/core/scheduler.ts';
import { RpcError, type Service } from '../../shared/runtime/grpc/rpc.ts';
import { bufferOf, MalformedMessage } from '../../shared/runtime/grpc/wire-value.ts';
import { runTask } from '../../shared/runtime/program/run-task.ts';
import type { CanMessage } from '../core/message.ts';
import { encodeReply, type IndexReply } from './reply-codec.ts';
import { type CodecSpace, decodeRequest, type IndexRequest } from './request-codec.ts';

const REFUSED_CODES: Readonly<Record<Refused['code'], number>> = {
  'permission-denied': status.PERMISSION_DENIED,
  'invalid-argument': status.INVALID_ARGUMENT,
  unavailable: status.UNAVAILABLE,
};

export interface RelayServiceParts {
  readonly space: CodecSpace;
  readonly scheduler: Scheduler;
  handle(from: Contact, request: IndexRequest): Task<CanMessage>;
  served(type: IndexRequest['type']): void;
}

export function createRelayService(parts: RelayServiceParts): Service<typeof RelayServiceDefinition> {
  return {
    async handle({ fromId, fromAddress, payload }, options) {
      const id = parseId(fromId);
      if (id === undefined) throw new RpcError(status.INVALID_ARGUMENT, 'from_id must be 32 hexadecimal digits');
      const request = requestFrom(payload, parts.space);
      parts.served(request.type);
      const task = parts.handle({ id, address: fromAddress }, request);
      const reply = await runTask(parts.scheduler, task, `serve ${request.type}`, options?.signal);
      if (reply.type === 'refused') {
        const { code, message } = reply as Refused;
        throw new RpcError(REFUSED_CODES[code], message);
      }
      return { payload: bufferOf(encodeReply(reply as IndexReply)) };
    },
  };
}

function requestFrom(payload: Uint8Array, space: CodecSpace): IndexRequest {
  try {
    return decodeRequest(payload, space);
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error;
    throw new RpcError(status.INVALID_ARGUMENT, error.message);
  }
}
