/** ChordService.Relay: a sibling service asks its like on another phone. */
import { status } from '@grpc/grpc-js';
import { RelayOutcome, type RelayRequest, type RelayResponse } from '../../../proto/gen/ringwall/chord/v1/chord.ts';
import { RelayedService } from '../../../proto/gen/ringwall/peer/v1/peer.ts';
import type { Contact } from '../../shared/core/contact.ts';
import type { CallFailure, CallOutcome } from '../../shared/core/effect.ts';
import { parseId } from '../../shared/core/id.ts';
import { RpcError } from '../../shared/runtime/grpc/rpc.ts';
import { bufferOf } from '../../shared/runtime/grpc/wire-value.ts';
import { isCanonicalAddress } from '../../shared/runtime/network/host-port.ts';
import { MAX_PAYLOAD_BYTES, MAX_RELAY_TIMEOUT_MS, type Relay, type Relayed } from '../core/relay.ts';

const OUTCOMES: Readonly<Record<CallFailure, RelayOutcome>> = {
  timeout: RelayOutcome.TIMEOUT,
  unreachable: RelayOutcome.UNREACHABLE,
  refused: RelayOutcome.REFUSED,
};

export interface RelayCall {
  readonly to: Contact;
  readonly request: Relay;
  readonly timeoutMs: number;
}

/** Throws an RpcError INVALID_ARGUMENT. */
export function relayCallOf({ to, service, payload, timeoutMilliseconds }: RelayRequest): RelayCall {
  const id = parseId(to?.id ?? '');
  if (id === undefined || to === undefined || !isCanonicalAddress(to.address)) {
    throw invalid('to must be a phone with an id of 32 hexadecimal digits and an address of the form ip:port');
  }
  if (service !== RelayedService.CAN_INDEX) throw invalid(`no such service: ${service}`);
  if (payload.length > MAX_PAYLOAD_BYTES) throw invalid(`a payload has at most ${MAX_PAYLOAD_BYTES} bytes`);
  if (!(timeoutMilliseconds > 0 && timeoutMilliseconds <= MAX_RELAY_TIMEOUT_MS)) {
    throw invalid(`timeout_milliseconds must be above 0 and at most ${MAX_RELAY_TIMEOUT_MS}`);
  }
  const request: Relay = { type: 'relay', service: 'can-index', payload };
  return { to: { id, address: to.address }, request, timeoutMs: timeoutMilliseconds };
}

export function relayResponse(outcome: CallOutcome<Relayed>): RelayResponse {
  if (!outcome.ok) {
    return { outcome: OUTCOMES[outcome.failure], payload: Buffer.alloc(0), milliseconds: outcome.elapsedMs };
  }
  return {
    outcome: RelayOutcome.ANSWERED,
    payload: bufferOf(outcome.reply.payload),
    milliseconds: outcome.rttMs,
  };
}

function invalid(message: string): RpcError {
  return new RpcError(status.INVALID_ARGUMENT, message);
}
