/** Hands requests that other phones' services sent over their routers to the like service of this phone. */
import { status } from '@grpc/grpc-js';
import type { HandleRequest, RelayServiceDefinition } from '../../../proto/gen/ringwall/relay/v1/relay.ts';
import type { Contact } from '../../shared/core/contact.ts';
import { RpcError, type Service } from '../../shared/runtime/grpc/rpc.ts';
import { bufferOf } from '../../shared/runtime/grpc/wire-value.ts';
import { MAX_PAYLOAD_BYTES, MAX_RELAY_TIMEOUT_MS, type Relay, type RelayedService } from '../core/relay.ts';
import type { LinkOwner, Refusal } from './links/peer-link.ts';

type Answer = Parameters<Parameters<LinkOwner['serve']>[2]>[0];

export type RelayTarget = Service<typeof RelayServiceDefinition>;

/** What a service may say to the phone that asked; anything else is a defect or the service's own affair. */
const PASSED_ON: ReadonlySet<number> = new Set([status.INVALID_ARGUMENT, status.PERMISSION_DENIED, status.UNAVAILABLE]);
/** A service that breaks: told of here, without details to the phone that asked. */
const DEFECT: number = status.INTERNAL;

export class Relays {
  readonly #targets = new Map<RelayedService, RelayTarget>();
  readonly #crashed: (error: unknown, label: string) => void;

  constructor(crashed: (error: unknown, label: string) => void) {
    this.#crashed = crashed;
  }

  /** From now on requests for the service go there. */
  serve(service: RelayedService, target: RelayTarget): void {
    this.#targets.set(service, target);
  }

  handle(from: Contact, { service, payload }: Relay, answer: Parameters<LinkOwner['serve']>[2]): void {
    const target = this.#targets.get(service);
    if (target === undefined) {
      answer({ refusal: { code: status.UNAVAILABLE, message: `${service} does not run on this phone` } });
      return;
    }
    const request = { fromId: from.id, fromAddress: from.address, payload: bufferOf(payload) };
    void this.#ask(service, target, request).then(answer);
  }

  async #ask(service: RelayedService, target: RelayTarget, request: HandleRequest): Promise<Answer> {
    try {
      const reply = await target.handle(request, { timeoutMs: MAX_RELAY_TIMEOUT_MS });
      if (reply.payload.length > MAX_PAYLOAD_BYTES) return { refusal: TOO_LARGE };
      return { reply: { type: 'relayed', payload: reply.payload } };
    } catch (error) {
      return { refusal: this.#refusalOf(error, service) };
    }
  }

  #refusalOf(error: unknown, service: RelayedService): Refusal {
    if (error instanceof RpcError) {
      if (PASSED_ON.has(error.code)) return { code: error.code, message: error.message };
      if (error.code !== DEFECT) return { code: status.UNAVAILABLE, message: `${service} did not answer` };
    }
    this.#crashed(error, `relay to ${service}`);
    return { code: status.INTERNAL, message: 'internal error' };
  }
}

const TOO_LARGE: Refusal = { code: status.INTERNAL, message: `an answer has at most ${MAX_PAYLOAD_BYTES} bytes` };
