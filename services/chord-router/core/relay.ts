/** Requests that the ring carries for another service of the phone, without looking inside them. */
import type { Contact } from '../../shared/core/contact.ts';
import { type CallOutcome, call, now, type Task } from '../../shared/core/effect.ts';
import type { RingContext } from './ring/ring-context.ts';

/** Services that speak with their like on other phones over the links of the chord routers. */
export type RelayedService = 'can-index';

export interface Relay {
  readonly type: 'relay';
  readonly service: RelayedService;
  /** A request of that service's own contract, up to MAX_PAYLOAD_BYTES. */
  readonly payload: Uint8Array;
}

export interface Relayed {
  readonly type: 'relayed';
  readonly payload: Uint8Array;
}

/** Longest request or reply of a service, in bytes: with its framing it fits one message of a link. */
export const MAX_PAYLOAD_BYTES = 960 * 1024;
/** Longest wait for a relayed answer, ms. */
export const MAX_RELAY_TIMEOUT_MS = 30_000;

/**
 * Asks the like of a service on another phone. An answer proves that the phone lives, and a link that cannot be opened
 * that it may not; how long the service takes says nothing of the phone, so a timeout is no sign of its death.
 */
export function* relay(
  context: RingContext,
  to: Contact,
  request: Relay,
  timeoutMs: number,
): Task<CallOutcome<Relayed>> {
  const outcome = yield* call<Relay, Relayed>(to, request, timeoutMs);
  if (outcome.ok) context.answered(to, yield* now());
  else if (outcome.failure === 'unreachable') context.suspect(to);
  return outcome;
}
