/** Other phones' indexes, reached over the links of this phone's chord router. */
import {
  type ChordServiceDefinition,
  RelayOutcome,
  type RelayResponse,
} from '../../../proto/gen/ringwall/chord/v1/chord.ts';
import { RelayedService } from '../../../proto/gen/ringwall/peer/v1/peer.ts';
import type { Contact } from '../../shared/core/contact.ts';
import type { CallFailure, CallOutcome } from '../../shared/core/effect.ts';
import { parseId } from '../../shared/core/id.ts';
import type { Cancel } from '../../shared/core/scheduler.ts';
import { RpcError, type Service } from '../../shared/runtime/grpc/rpc.ts';
import { bufferOf, MalformedMessage } from '../../shared/runtime/grpc/wire-value.ts';
import type { PeerPort } from '../../shared/runtime/host.ts';
import { decodeReply } from './reply-codec.ts';
import { type CodecSpace, encodeRequest, type IndexRequest } from './request-codec.ts';

type Chord = Service<typeof ChordServiceDefinition>;

/** A call that opens a link first may take this many times its timeout. */
const OPENING_FACTOR = 4;
/** Least time that the router has, in ms: it may be in another process. */
const LEAST_ROUTER_MS = 1_000;
const IDENTIFY_MS = 10_000;

const FAILURES: ReadonlyMap<RelayOutcome, CallFailure> = new Map([
  [RelayOutcome.TIMEOUT, 'timeout'],
  [RelayOutcome.UNREACHABLE, 'unreachable'],
  [RelayOutcome.REFUSED, 'refused'],
]);

export class RouterPeers implements PeerPort {
  readonly #chord: Chord;
  readonly #space: CodecSpace;
  /** A phone answered what is no answer. */
  readonly #malformed: (from: Contact, error: MalformedMessage) => void;

  constructor(chord: Chord, space: CodecSpace, malformed: (from: Contact, error: MalformedMessage) => void) {
    this.#chord = chord;
    this.#space = space;
    this.#malformed = malformed;
  }

  call(to: Contact, request: unknown, timeoutMs: number, done: (outcome: CallOutcome<unknown>) => void): Cancel {
    const abort = new AbortController();
    void deliver(this.#ask(to, request as IndexRequest, timeoutMs, abort.signal), abort.signal, done);
    return () => abort.abort();
  }

  identify(address: string, _timeoutMs: number, done: (contact: Contact | undefined) => void): Cancel {
    const abort = new AbortController();
    void deliver(this.#identify(address, abort.signal), abort.signal, done);
    return () => abort.abort();
  }

  async #ask(
    to: Contact,
    request: IndexRequest,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<CallOutcome<unknown>> {
    const startedAt = performance.now();
    const failed = (failure: CallFailure): CallOutcome<unknown> => ({
      ...{ ok: false, failure },
      elapsedMs: performance.now() - startedAt,
    });
    const relay = {
      to,
      service: RelayedService.CAN_INDEX,
      payload: bufferOf(encodeRequest(request)),
      timeoutMilliseconds: timeoutMs,
    };
    let response: RelayResponse;
    try {
      const routerMs = Math.max(LEAST_ROUTER_MS, OPENING_FACTOR * timeoutMs);
      response = await this.#chord.relay(relay, { signal, timeoutMs: routerMs });
    } catch (error) {
      if (error instanceof RpcError) return failed('unreachable');
      throw error;
    }
    const failure = FAILURES.get(response.outcome);
    if (failure !== undefined) return failed(failure);
    try {
      const reply = decodeReply(response.payload, request.type, this.#space);
      return { ok: true, reply, rttMs: response.milliseconds };
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      this.#malformed(to, error);
      return failed('refused');
    }
  }

  async #identify(address: string, signal: AbortSignal): Promise<Contact | undefined> {
    try {
      const { phone } = await this.#chord.identify({ address }, { signal, timeoutMs: IDENTIFY_MS });
      const id = parseId(phone?.id ?? '');
      return id === undefined ? undefined : { id, address: phone!.address };
    } catch (error) {
      if (error instanceof RpcError) return undefined;
      throw error;
    }
  }
}

async function deliver<T>(answer: Promise<T>, signal: AbortSignal, done: (answer: T) => void): Promise<void> {
  const answered = await answer;
  if (!signal.aborted) done(answered);
}
