/**
 * A link to another phone that has proved who it is: requests and replies of both ends, told apart by ids, over one
 * stream. Frames are queued and leave together once a turn of the event loop; nothing waits for them to be written.
 */
import { status } from '@grpc/grpc-js';
import type { Frame, Request } from '../../../../proto/gen/ringwall/peer/v1/peer.ts';
import type { Contact } from '../../../shared/core/contact.ts';
import type { CallFailure } from '../../../shared/core/effect.ts';
import type { Cancel } from '../../../shared/core/scheduler.ts';
import { MalformedMessage } from '../../../shared/runtime/grpc/wire-value.ts';
import { startTimeout } from '../../../shared/runtime/timeout.ts';
import type { PeerReply, PeerRequest } from '../../core/message.ts';
import { replyFromWire, replyToWire } from '../messages/reply-codec.ts';
import { encodeRequest } from '../messages/request-codec.ts';
import { decodeFrames, encodeFrame, frameRequest, MAX_FRAME_BYTES } from './frame-codec.ts';
import { FrameWriter, type WriterLimits } from './frame-writer.ts';
import type { ProvedPhone } from './handshake.ts';
import { LinkFault, REFUSAL_CODES, type RefusalReason } from './link-fault.ts';
import { readLinkRequest } from './link-request.ts';
import type { LinkStream } from './link-stream.ts';
import { RateBudget } from './rate-budget.ts';

/** Why a request is not served: a gRPC status and a sentence for the other end. */
export interface Refusal {
  readonly code: number;
  readonly message: string;
}

export type Answer = { readonly reply: PeerReply } | { readonly refusal: Refusal };

/** `closed`: the other end closed the link on purpose before it answered, so it may be asked again over a new one. */
export type LinkOutcome =
  | { readonly ok: true; readonly reply: PeerReply; readonly rttMs: number }
  | { readonly ok: false; readonly failure: CallFailure | 'closed'; readonly elapsedMs: number };

export interface LinkOwner {
  /** A frame of so many bytes goes out. */
  sent(bytes: number): void;
  /** Serves a request of the other end; `answer` is called once, at any time. */
  serve(from: Contact, request: PeerRequest, answer: (answer: Answer) => void): void;
  /** Something the other end sent was refused. */
  refused(reason: RefusalReason, from: Contact): void;
  /**
   * The link is over, and not because its owner closed it; its open calls have failed already. `onPurpose`: the other
   * end said goodbye.
   */
  ended(link: PeerLink, onPurpose: boolean): void;
}

export interface LinkLimits extends WriterLimits {
  /** Requests this phone may have open on one link. */
  readonly pendingRequests: number;
  /** Requests of the other end served at once. */
  readonly servedRequests: number;
  /** Requests of the other end a second, in the long run and at once. */
  readonly requestsPerSecond: number;
  /** Refused requests after which the link is closed. */
  readonly refusedRequests: number;
}

export const DEFAULT_LINK_LIMITS: LinkLimits = {
  pendingRequests: 4_096,
  servedRequests: 1_024,
  requestsPerSecond: 20_000,
  refusedRequests: 10_000,
  unsentHighBytes: 1024 * 1024,
  unsentMaxBytes: 32 * 1024 * 1024,
};

interface PendingCall {
  readonly type: PeerRequest['type'];
  readonly startedAt: number;
  readonly stopTimer: Cancel;
  readonly done: (outcome: LinkOutcome) => void;
}

const MAX_REQUEST_ID = 0xffff_ffff;

export class PeerLink {
  readonly contact: Contact;
  /** This phone opened the link. */
  readonly dialled: boolean;
  readonly openedAt = performance.now();
  /** When a request last went either way, by the monotonic clock, in ms. */
  usedAt = this.openedAt;
  /** Calls in a row that ran out of time with nothing heard since the first. */
  silentTimeouts = 0;
  /** When anything last came from the other end, by the monotonic clock, in ms. */
  heardAt = this.openedAt;

  readonly #other: ProvedPhone;
  readonly #stream: LinkStream;
  readonly #owner: LinkOwner;
  readonly #limits: LinkLimits;
  readonly #budget: RateBudget;
  readonly #writer: FrameWriter;
  readonly #pending = new Map<number, PendingCall>();
  #lastRequestId = 0;
  #serving = 0;
  #refusals = 0;
  #open = true;

  constructor(stream: LinkStream, other: ProvedPhone, dialled: boolean, owner: LinkOwner, limits: LinkLimits) {
    this.#stream = stream;
    this.contact = other.contact;
    this.#other = other;
    this.dialled = dialled;
    this.#owner = owner;
    this.#limits = limits;
    this.#budget = new RateBudget(limits.requestsPerSecond, limits.requestsPerSecond);
    this.#writer = new FrameWriter(stream, limits, () => {
      this.abort(new LinkFault('too-slow', 'replies were not read'));
    });
  }

  get open(): boolean {
    return this.#open;
  }

  /** Nothing is under way in either direction. */
  get idle(): boolean {
    return this.#pending.size === 0 && this.#serving === 0;
  }

  /** Takes over the stream; `early` are frames that came together with the end of the handshake. */
  start(early: readonly Frame[]): void {
    this.#stream.listen({
      received: (message) => this.#received(message),
      ended: () => this.#over(false),
    });
    this.#guarded(() => this.#takeAll(early));
  }

  /** Asks the other end. `done` is called once unless cancelled; a reply that comes after the timeout is dropped. */
  call(request: PeerRequest, timeoutMs: number, done: (outcome: LinkOutcome) => void): Cancel {
    const startedAt = performance.now();
    if (!this.#open || this.#pending.size >= this.#limits.pendingRequests) {
      done({ ok: false, failure: this.#open ? 'refused' : 'closed', elapsedMs: 0 });
      return () => {};
    }
    const requestId = this.#newRequestId();
    const frame = frameRequest(requestId, encodeRequest(request));
    if (frame.length > MAX_FRAME_BYTES) {
      this.#owner.refused('too-large', this.contact);
      done({ ok: false, failure: 'refused', elapsedMs: 0 });
      return () => {};
    }
    const stopTimer = startTimeout(timeoutMs, () => {
      this.silentTimeouts++;
      this.#settle(requestId, 'timeout');
    });
    this.#pending.set(requestId, { type: request.type, startedAt, stopTimer, done });
    this.usedAt = startedAt;
    this.#send(frame);
    return () => {
      stopTimer();
      this.#pending.delete(requestId);
    };
  }

  /** Closes the link on purpose: what the other end still asks it asks again elsewhere. */
  close(): void {
    if (!this.#open) return;
    this.#send(encodeFrame({ requestId: 0, body: { $case: 'goodbye', value: {} } }));
    this.#writer.close(true);
    this.#open = false;
    this.#stream.finish();
    this.#failPending('closed');
  }

  /** Gives the link up for something the other end did, or did not do. */
  abort(fault: LinkFault): void {
    if (!this.#open) return;
    this.#stream.abort(fault);
    this.#owner.refused(fault.reason, this.contact);
    this.#over(false);
  }

  #over(onPurpose: boolean): void {
    if (!this.#open) return;
    this.#open = false;
    this.#writer.close(false);
    this.#failPending(onPurpose ? 'closed' : 'unreachable');
    this.#owner.ended(this, onPurpose);
  }

  #failPending(failure: CallFailure | 'closed'): void {
    for (const requestId of [...this.#pending.keys()]) this.#settle(requestId, failure);
  }

  #received(message: Buffer): void {
    this.silentTimeouts = 0;
    this.heardAt = performance.now();
    this.#guarded(() => this.#takeAll(decodeFrames(message)));
  }

  #guarded(take: () => void): void {
    try {
      take();
    } catch (error) {
      if (!(error instanceof LinkFault)) throw error;
      this.abort(error);
    }
  }

  #takeAll(frames: readonly Frame[]): void {
    for (const frame of frames) {
      if (!this.#open) return;
      this.#take(frame);
    }
  }

  #take(frame: Frame): void {
    switch (frame.body?.$case) {
      case 'request':
        return this.#takeRequest(frame.requestId, frame.body.value);
      case 'reply':
        return this.#takeReply(frame.requestId, frame.body.value);
      case 'refusal':
        return this.#settle(frame.requestId, 'refused');
      case 'goodbye':
        this.#stream.finish();
        return this.#over(true);
      default:
        throw new LinkFault('malformed', 'after the handshake come requests and replies');
    }
  }

  #takeRequest(requestId: number, wire: Request): void {
    if (!this.#budget.take()) return this.#refuse(requestId, 'too-fast', 'too many requests a second');
    if (this.#serving >= this.#limits.servedRequests) {
      return this.#refuse(requestId, 'too-many-requests', 'too many requests at once');
    }
    const read = readLinkRequest(wire, this.#other);
    if (!read.ok) return this.#refuse(requestId, 'invalid-request', read.fault);
    this.usedAt = performance.now();
    this.#serving++;
    this.#owner.serve(this.contact, read.value, (answer) => {
      this.#serving--;
      this.#answer(requestId, answer);
    });
  }

  #takeReply(requestId: number, wire: Parameters<typeof replyFromWire>[0]): void {
    const pending = this.#pending.get(requestId);
    if (pending === undefined) return; // late: its call timed out or was cancelled
    let reply: PeerReply;
    try {
      reply = replyFromWire(wire, pending.type);
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      this.#owner.refused('invalid-reply', this.contact);
      return this.#settle(requestId, 'refused');
    }
    this.#pending.delete(requestId);
    pending.stopTimer();
    pending.done({ ok: true, reply, rttMs: performance.now() - pending.startedAt });
  }

  #settle(requestId: number, failure: CallFailure | 'closed'): void {
    const pending = this.#pending.get(requestId);
    if (pending === undefined) return;
    this.#pending.delete(requestId);
    pending.stopTimer();
    pending.done({ ok: false, failure, elapsedMs: performance.now() - pending.startedAt });
  }

  #refuse(requestId: number, reason: RefusalReason, message: string): void {
    this.#owner.refused(reason, this.contact);
    if (++this.#refusals > this.#limits.refusedRequests) throw new LinkFault(reason, message);
    this.#answer(requestId, { refusal: { code: REFUSAL_CODES[reason], message } });
  }

  #answer(requestId: number, answer: Answer): void {
    if (!this.#open) return;
    if ('refusal' in answer) {
      this.#send(encodeFrame({ requestId, body: { $case: 'refusal', value: answer.refusal } }));
      return;
    }
    const frame = encodeFrame({ requestId, body: { $case: 'reply', value: replyToWire(answer.reply) } });
    if (frame.length <= MAX_FRAME_BYTES) this.#send(frame);
    else this.#answer(requestId, { refusal: { code: status.RESOURCE_EXHAUSTED, message: 'the reply is too large' } });
  }

  #send(frame: Uint8Array): void {
    this.#owner.sent(frame.length);
    this.#writer.send(frame, this.#pending.size + this.#serving <= 1);
  }

  /** The next id that no open request has; there are far more ids than requests may be open. */
  #newRequestId(): number {
    do {
      this.#lastRequestId = this.#lastRequestId === MAX_REQUEST_ID ? 1 : this.#lastRequestId + 1;
    } while (this.#pending.has(this.#lastRequestId));
    return this.#lastRequestId;
  }
}
