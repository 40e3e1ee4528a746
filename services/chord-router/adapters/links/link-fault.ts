/** What can be wrong with what another phone sends: one gRPC status and one metric label each. */
import { status } from '@grpc/grpc-js';

/** Why a link, a message or a request was refused. Labels of ringwall_chord_peer_refusals_total. */
export const REFUSAL_CODES = {
  'no-hello': status.UNAUTHENTICATED,
  'bad-hello': status.UNAUTHENTICATED,
  'bad-proof': status.UNAUTHENTICATED,
  'other-key': status.UNAUTHENTICATED,
  'handshake-timeout': status.UNAUTHENTICATED,
  'wrong-address': status.PERMISSION_DENIED,
  'other-phone': status.PERMISSION_DENIED,
  'other-network': status.FAILED_PRECONDITION,
  'other-parameters': status.FAILED_PRECONDITION,
  'other-protocol': status.FAILED_PRECONDITION,
  'too-many-links': status.RESOURCE_EXHAUSTED,
  'too-many-requests': status.RESOURCE_EXHAUSTED,
  'too-fast': status.RESOURCE_EXHAUSTED,
  'too-slow': status.RESOURCE_EXHAUSTED,
  'too-large': status.RESOURCE_EXHAUSTED,
  silent: status.DEADLINE_EXCEEDED,
  malformed: status.INVALID_ARGUMENT,
  'invalid-request': status.INVALID_ARGUMENT,
  'invalid-reply': status.INVALID_ARGUMENT,
} as const;

export type RefusalReason = keyof typeof REFUSAL_CODES;

/** Ends a link. */
export class LinkFault extends Error {
  override readonly name = 'LinkFault';
  readonly reason: RefusalReason;
  readonly code: number;

  constructor(reason: RefusalReason, message: string) {
    super(message);
    this.reason = reason;
    this.code = REFUSAL_CODES[reason];
  }
}
