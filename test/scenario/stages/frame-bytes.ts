/** How many bytes a message has as a frame between phones, give or take the length of its id. */
import { encodeFrame } from '../../../services/chord-router/adapters/links/frame-codec.ts';
import { replyToWire } from '../../../services/chord-router/adapters/messages/reply-codec.ts';
import { requestToWire } from '../../../services/chord-router/adapters/messages/request-codec.ts';
import type { PeerReply, PeerRequest } from '../../../services/chord-router/core/message.ts';
import type { Refused } from '../../../services/shared/core/peer-message.ts';
import type { SimMessage } from '../../sim/engine/machine.ts';
import { isRequest } from '../../sim/engine/message-kind.ts';

/** Any request id of a link that is in use: two bytes. */
const REQUEST_ID = 1_000;
/** gRPC's codes are one byte each. */
const ANY_CODE = 14;

/** Without what gRPC, TLS and TCP add. */
export function frameBytes(message: SimMessage): number {
  return encodeFrame({ requestId: REQUEST_ID, body: bodyOf(message) }).length;
}

function bodyOf(message: SimMessage): Parameters<typeof encodeFrame>[0]['body'] {
  if (message.type === 'refused') {
    return { $case: 'refusal', value: { code: ANY_CODE, message: (message as Refused).message } };
  }
  return isRequest(message.type)
    ? { $case: 'request', value: requestToWire(message as PeerRequest) }
    : { $case: 'reply', value: replyToWire(message as PeerReply) };
}
