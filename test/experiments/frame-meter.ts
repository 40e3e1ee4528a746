/** Counts what phones send: requests they make and replies they give, as frames encoded for a link. */
import { encodeFrame } from '../../services/chord-router/adapters/links/frame-codec.ts';
import { replyToWire } from '../../services/chord-router/adapters/messages/reply-codec.ts';
import { requestToWire } from '../../services/chord-router/adapters/messages/request-codec.ts';
import type { PeerRequest } from '../../services/chord-router/core/message.ts';
import type { SimPhone } from '../sim/ring/phone.ts';

/** What one kind of request costs, over all phones. */
export interface KindCost {
  readonly kind: PeerRequest['type'];
  readonly callsPerPhoneSecond: number;
  readonly requestBytesPerPhoneSecond: number;
  readonly replyBytesPerPhoneSecond: number;
}

interface Count {
  calls: number;
  requestBytes: number;
  replyBytes: number;
}

/** One phone in so many is metered. */
const METERED_EVERY = 8;
/** As large as ids of requests get on a link that lives for minutes. */
const REQUEST_ID = 1000;

export class FrameMeter {
  #counts = new Map<PeerRequest['type'], Count>();

  /** Meters this phone if its turn has come, from before its first message on. */
  watch(phone: SimPhone): void {
    if (phone.index % METERED_EVERY !== 0) return;
    const call = phone.call.bind(phone);
    phone.call = (to, request, timeoutMs, waiter) => {
      const count = this.#countOf((request as PeerRequest).type);
      const value = requestToWire(request as PeerRequest);
      count.calls += 1;
      count.requestBytes += encodeFrame({ requestId: REQUEST_ID, body: { $case: 'request', value } }).length;
      return call(to, request, timeoutMs, waiter);
    };
    const { node } = phone;
    const handle = node.handle.bind(node);
    const countReply = (type: PeerRequest['type'], bytes: number): void => {
      this.#countOf(type).replyBytes += bytes;
    };
    node.handle = function* metered(from, request) {
      const reply = yield* handle(from, request);
      if (reply.type !== 'refused') {
        const value = replyToWire(reply);
        countReply(request.type, encodeFrame({ requestId: REQUEST_ID, body: { $case: 'reply', value } }).length);
      }
      return reply;
    };
  }

  /** Begins anew. */
  reset(): void {
    this.#counts = new Map();
  }

  /** What was sent since the last reset, the dearest kind first; `phoneSeconds` over all phones. */
  costs(phoneSeconds: number): KindCost[] {
    const share = METERED_EVERY / phoneSeconds;
    const costs = [...this.#counts].map(([kind, { calls, requestBytes, replyBytes }]) => ({
      kind,
      callsPerPhoneSecond: calls * share,
      requestBytesPerPhoneSecond: requestBytes * share,
      replyBytesPerPhoneSecond: replyBytes * share,
    }));
    return costs.sort((a, b) => bytesOf([b]) - bytesOf([a]));
  }

  #countOf(type: PeerRequest['type']): Count {
    let count = this.#counts.get(type);
    if (count === undefined) this.#counts.set(type, (count = { calls: 0, requestBytes: 0, replyBytes: 0 }));
    return count;
  }
}

/** Bytes a phone and second. */
export function bytesOf(costs: readonly KindCost[]): number {
  return costs.reduce((sum, cost) => sum + cost.requestBytesPerPhoneSecond + cost.replyBytesPerPhoneSecond, 0);
}
