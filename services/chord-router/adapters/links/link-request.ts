/** What the other end of a link asks: as it came, and as far as that phone may say so. */
import type { Request } from '../../../../proto/gen/ringwall/peer/v1/peer.ts';
import { failure, type Result, success } from '../../../shared/core/result.ts';
import { MalformedMessage } from '../../../shared/runtime/grpc/wire-value.ts';
import type { PeerRequest } from '../../core/message.ts';
import { isIdOf } from '../identity/node-identity.ts';
import { requestFromWire } from '../messages/request-codec.ts';
import type { ProvedPhone } from './handshake.ts';

/** The request, or what is wrong with it. */
export function readLinkRequest(wire: Request, { publicKey }: ProvedPhone): Result<PeerRequest, string> {
  try {
    const request = requestFromWire(wire);
    const isOwn = request.type !== 'moved' || isIdOf(request.former, publicKey);
    return isOwn ? success(request) : failure('the former id is not one of the key of this link');
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error;
    return failure(error.message);
  }
}
